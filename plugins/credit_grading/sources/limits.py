"""How much of anything a source may hand over before it gets a named outcome instead of memory.

All numbers are this project's assumptions (本项目假设): far above what a register needs, far below what hurts.
"""

# Characters of one row, all cells together. The longest texts of a register, reasons of a decision, stay under
# a hundredth of it; Excel holds 32,767 characters in a cell.
LONGEST_ROW = 1 << 20
# Characters of a row too long to keep that are kept, so that people can find it in the file.
SHOWN_OF_A_LONG_ROW = 500
# The widest official layout has about 30 columns; Postgres itself ends at 1,600.
MOST_COLUMNS = 1_000
# Characters; official headings stay under 40. Comparing headings costs the square of their length.
LONGEST_HEADING = 200
# Characters a CSV may make us read again because its quotes do not pair: so many, and as often as the file is long.
# Real files re-read a few lines; without a bound a made-up one costs the square of its length.
REREAD_CHARACTERS = 16 << 20
REREAD_TIMES = 4
# Characters read at a time.
BLOCK_CHARACTERS = 1 << 15
# A name, as the ledger keeps it. Index entries of Postgres end at some 2,700 bytes.
LONGEST_NAME = 400

# XLSX. A full sheet (1,048,576 rows, the format's own end) of twenty columns fits.
MOST_SHEET_ROWS = 1_048_576
MOST_ARCHIVE_ENTRIES = 5_000
LARGEST_UNPACKED_BYTES = 4 << 30
# Address space and processor time of the process that unpacks a workbook: what a declared size cannot promise.
WORKBOOK_MEMORY_BYTES = 3 << 30
WORKBOOK_SECONDS = 900

# YAML files of the project: the longest has 30,000 characters and is 9 deep.
LONGEST_YAML = 1 << 20
DEEPEST_YAML = 50
