"""Identity numbers that turn up where no contract expects them: masked before anything is stored or logged."""

import hashlib
import re

# A citizen identity number (GB 11643): six digits of division, date of birth, three digits, check character.
# A credit code of a market entity starts with 9 and is left alone.
IDENTITY_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
MASK = "******************"
# Of a masked number in a file's name, so that two files stay two: four hexadecimal digits, which thousands of
# people share (assumption: 本项目假设).
DISTINCT = 4
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))  # noqa: PLR2004
_LONG_NUMBER = b"0" * 17
# values in an error's text, as databases and libraries quote them
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|=\([^()]*\)")


def mask_identity_numbers(text: str) -> str:
    """The text with every identity number replaced by asterisks. A valid credit code that looks like one stays."""
    return IDENTITY_NUMBER.sub(lambda found: found[0] if _is_credit_code(found[0]) else MASK, text)


def mask_valid_numbers(text: str) -> str:
    """The text with every number replaced that also has the check character of an identity number."""
    from stdnum.cn import ric

    return IDENTITY_NUMBER.sub(lambda found: MASK if ric.is_valid(found[0]) else found[0], text)


def may_hold_identity_number(encoded: bytes) -> bool:
    """Whether there are so many digits in a row; quick, and true of every text that `mask_identity_numbers` changes."""
    return _LONG_NUMBER in encoded.translate(_DIGITS)


def distinct_mask(text: str) -> str:
    """The text with every identity number replaced so that texts with different numbers stay different."""
    return IDENTITY_NUMBER.sub(
        lambda found: MASK + hashlib.sha256(found[0].upper().encode()).hexdigest()[:DISTINCT], text
    )


def without_quoted(text: str) -> str:
    """An error's text without the values that it quotes."""
    return _QUOTED.sub("'…'", text)


def _is_credit_code(text: str) -> bool:
    from stdnum.cn import ric, uscc

    # one in eleven strangers has the check character of an identity number: then it is taken for one
    return uscc.is_valid(text) and not ric.is_valid(text)
