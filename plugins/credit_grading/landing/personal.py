"""Identity numbers that turn up where no contract expects them: masked before anything is stored."""

import re

# A citizen identity number (GB 11643): six digits of division, date of birth, three digits, check character.
# A credit code of a market entity starts with 9 and is left alone.
IDENTITY_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
MASK = "******************"


def mask_identity_numbers(text: str) -> str:
    """The text with every identity number replaced by asterisks."""
    return IDENTITY_NUMBER.sub(MASK, text)
