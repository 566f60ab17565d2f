"""Files of an earlier export that the present one does not replace: rows in them may have ceased to wait."""

import re
from collections.abc import Collection
from pathlib import Path

from credit_grading.landing.corrections import CORRECTS_HEADING

# the heading stands in the first line that holds headings
LOOKED_AT_BYTES = 1 << 16
LOOKED_AT_ROWS = 100


def remove_surplus(path: Path, written: Collection[Path]) -> list[Path]:
    """Remove ``path`` and its ``…-2``, ``…-3`` where an export wrote them and the present one did not; returns them.

    A file without our heading is somebody else's, whatever it is called, and stays.
    """
    pattern = re.compile(re.escape(path.stem) + r"(-\d+)?" + re.escape(path.suffix))
    surplus = [
        file for file in (path.parent.iterdir() if path.parent.is_dir() else ())
        if pattern.fullmatch(file.name) and file not in written and file.is_file() and _is_ours(file)
    ]  # fmt: skip
    for file in surplus:
        file.unlink()
    return sorted(surplus)


def _is_ours(file: Path) -> bool:
    if file.suffix != ".xlsx":
        with file.open("rb") as opened:
            begin = opened.read(LOOKED_AT_BYTES)
        return any(CORRECTS_HEADING.encode(encoding) in begin for encoding in ("utf-8", "gb18030"))
    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True)
    except Exception:  # what openpyxl raises of a file that is no workbook has no common kind
        return False
    try:
        rows = book.worksheets[0].iter_rows(max_row=LOOKED_AT_ROWS, max_col=1, values_only=True)
        return any(value == CORRECTS_HEADING for (value,) in rows)
    finally:
        book.close()
