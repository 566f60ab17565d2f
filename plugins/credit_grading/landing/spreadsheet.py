"""Texts written where a spreadsheet will open them: shown, never computed."""

# A cell that begins with one of these is a formula to Excel, WPS or LibreOffice; the last three hide what follows
# them (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def safe_cell(text: str | None) -> str:
    """A received text for a CSV or XLSX that people will open: an apostrophe goes before what would be a formula.

    Numbers such as -12.5 stay numbers. Landing itself keeps every text exactly as it came; only files that this project
    writes for people pass here. None becomes an empty text.
    """
    if not text:
        return ""
    begins = text.lstrip(" \u00a0\u3000\ufeff\u200b")
    if begins.startswith(FORMULA_STARTS) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    digits = text[1:] if text[:1] in "+-" else text
    return digits.replace(".", "", 1).isdecimal() and digits.isascii()
