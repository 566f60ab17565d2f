"""Identity numbers that turn up where no contract expects them: masked before anything is stored."""

import re

# A citizen identity number (GB 11643): six digits of division, date of birth, three digits, check character.
# A credit code of a market entity starts with 9 and is left alone. Numbers of fifteen digits (before 1999) are not
# looked for: registration numbers of firms have fifteen digits too.
#
# However it was typed: with full-width digits, with invisible characters anywhere, and with blanks or hyphens between
# division, date (year, month, day) and the rest.
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


IDENTITY_NUMBER = re.compile(_pattern())
# a quick first look: most texts have no month and day of birth
_MAY_HOLD_ONE = re.compile(_DIGIT)
MASK = "******************"


def mask_identity_numbers(text: str) -> str:
    """The text with every identity number replaced by asterisks."""
    return IDENTITY_NUMBER.sub(MASK, text) if _MAY_HOLD_ONE.search(text) else text
