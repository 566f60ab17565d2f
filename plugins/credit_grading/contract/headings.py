"""When two headings are the same heading."""

import unicodedata


def normalise_heading(text: str) -> str:
    """A heading without what does not tell columns apart: width of characters, case, blanks, byte order mark."""
    return "".join(unicodedata.normalize("NFKC", text).replace("\ufeff", "").split()).casefold()
