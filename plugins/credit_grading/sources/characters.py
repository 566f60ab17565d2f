"""Characters that nobody sees, or that would move what stands beside them: told apart, shown, left out."""

import hashlib
import re

from credit_grading.sources.limits import LONGEST_NAME

# Soft hyphen, zero-width characters, byte order mark in the middle, and marks that turn the direction of writing
# (Unicode: default-ignorable format characters). staging.normalised_name leaves out the same.
INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_UNSHOWABLE = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|{INVISIBLE.pattern}")
# How the UTF-8 of every INVISIBLE begins. Most texts have none of the first bytes, which is found out in no time.
_BEGINNINGS = tuple(
    (start[:1], start)
    for start in (b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf", b"\xef\xbf", b"\xc2\xad", b"\xd8\x9c", b"\xe1\xa0\x8e")
)
# values in an error's text, as databases and libraries quote them
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|=\([^()]*\)")


def without_quoted(text: str) -> str:
    """An error's text without the values that it quotes."""
    return _QUOTED.sub("'…'", text)


def without_invisible(text: str) -> str:
    """The text without invisible characters."""
    return text if text.isascii() else INVISIBLE.sub("", text)


def has_invisible(text: str, encoded: bytes) -> bool:
    """Whether a text, given with its UTF-8, holds an invisible character."""
    may = any(first in encoded and start in encoded for first, start in _BEGINNINGS)
    return may and INVISIBLE.search(text) is not None


def shown(text: str) -> str:
    """One line that is what it looks like: control and invisible characters as ``\\n``, ``\\u202e``."""
    if text.isprintable():
        return text
    return _UNSHOWABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def stored_name(name: str) -> str:
    """A file's name as the ledger keeps it: shown, and not longer than an index can hold; still one per file."""
    plain = shown(name)
    if len(plain) <= LONGEST_NAME:
        return plain
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{plain[: LONGEST_NAME - 20]}…{digest}"
