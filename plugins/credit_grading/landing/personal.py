"""Identity numbers that turn up where no contract expects them: masked before anything is stored or logged."""

import hashlib
import re
import unicodedata

# A citizen identity number (GB 11643): six digits of division, date of birth, three digits, check character.
# A credit code of a market entity starts with 9 and is left alone. Numbers of fifteen digits (before 1999) are not
# looked for: registration numbers of firms have fifteen digits too.
IDENTITY_NUMBER = re.compile(
    r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", re.ASCII
)
# The same within a text, however it was typed: with full-width digits, with invisible characters anywhere, and with
# blanks or hyphens between division, date (year, month, day) and the rest.
_DIGIT = "[0-9０-９]"
_GLUE = "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_GAP = _GLUE + "(?:[ \u00a0\u2007\u202f\u3000-]" + _GLUE + ")?"
_WORD = "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]"


def _one_of(digits: str) -> str:
    return f"[{digits}{''.join(chr(ord(digit) + 0xFEE0) for digit in digits)}]"


def _pattern() -> str:
    division = _GLUE.join([_one_of("12345678"), *[_DIGIT] * 5])
    century = f"(?:{_one_of('1')}{_GLUE}{_one_of('89')}|{_one_of('2')}{_GLUE}{_one_of('0')})"
    year = _GLUE.join([century, _DIGIT, _DIGIT])
    month = f"(?:{_one_of('0')}{_GLUE}{_one_of('123456789')}|{_one_of('1')}{_GLUE}{_one_of('012')})"
    day = (
        f"(?:{_one_of('0')}{_GLUE}{_one_of('123456789')}|{_one_of('12')}{_GLUE}{_DIGIT}"
        f"|{_one_of('3')}{_GLUE}{_one_of('01')})"
    )
    rest = _GLUE.join([_DIGIT, _DIGIT, _DIGIT, "[0-9Xx０-９Ｘｘ]"])
    return f"(?<!{_WORD}){_GAP.join([division, year, month, day, rest])}(?!{_WORD})"


_TYPED_NUMBER = re.compile(_pattern())
MASK = "******************"
# Of a masked number in a file's name, so that two files stay two: four hexadecimal digits, which thousands of
# people share (assumption: 本项目假设).
DISTINCT = 4
# For a quick first look at UTF-8: the bytes of every blank, hyphen and invisible character above are left out, and the
# last byte of a full-width digit (EF BC 90 to EF BC 99) becomes a plain one. What is no digit then ends a number.
_LEFT_OUT = bytes(
    {byte for character in "-\u00ad\u061c\u180e\u3000\ufeff" for byte in character.encode()}
    | {byte for code in (0x2007, 0x202F, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
       for byte in chr(code).encode()}
    | set(" \u00a0".encode()) | {0xEF, 0xBC}
)  # fmt: skip
_FULL_WIDTH = range(0x90, 0x9A)
_AS_DIGITS = bytes(
    byte if byte in b"0123456789" else byte - 0x90 + 0x30 if byte in _FULL_WIDTH else 0x20 for byte in range(256)
)
# most texts have no run of digits that is long enough, which is found out in no time
_SHORTEST = b"0" * 17
_DIGITS_ALIKE = bytes(0x30 if byte in b"0123456789" else byte for byte in range(256))
_LONG = re.compile(rb"[1-8]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")


def mask_identity_numbers(text: str) -> str:
    """The text with every identity number replaced by asterisks. A valid credit code that looks like one stays."""
    if not may_hold_identity_number(text.encode("utf-8", "surrogatepass")):
        return text
    return _TYPED_NUMBER.sub(lambda found: found[0] if _is_credit_code(_plain(found[0])) else MASK, text)


def mask_valid_numbers(text: str) -> str:
    """The text with every number replaced that also has the check character of an identity number."""
    from stdnum.cn import ric

    return _TYPED_NUMBER.sub(lambda found: MASK if ric.is_valid(_plain(found[0])) else found[0], text)


def may_hold_identity_number(encoded: bytes) -> bool:
    """Whether UTF-8 may hold one: quick, and true of every text that `mask_identity_numbers` changes."""
    digits = encoded.translate(_AS_DIGITS, _LEFT_OUT)
    return _SHORTEST in digits.translate(_DIGITS_ALIKE) and _LONG.search(digits) is not None


def distinct_mask(text: str) -> str:
    """The text with every identity number replaced so that texts with different numbers stay different."""
    return _TYPED_NUMBER.sub(
        lambda found: MASK + hashlib.sha256(_plain(found[0]).encode()).hexdigest()[:DISTINCT], text
    )


def _plain(typed: str) -> str:
    """The number itself, however it was typed."""
    return "".join(character for character in unicodedata.normalize("NFKC", typed) if character.isalnum()).upper()


def _is_credit_code(text: str) -> bool:
    from stdnum.cn import ric, uscc

    # one in eleven strangers has the check character of an identity number: then it is taken for one
    return uscc.is_valid(text) and not ric.is_valid(text)
