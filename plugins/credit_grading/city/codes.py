"""Unified social credit codes (统一社会信用代码, GB 32100-2015): made valid, and spoilt on purpose."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
LENGTH = 18

# Any number without a common factor with 31^6 spreads neighbouring firms over all bodies.
SPREAD = 412_345_679
BODIES = 31**6


def check_character(first17: str) -> str:
    """The 18th character that belongs to the first 17."""
    total = sum(weight * ALPHABET.index(character) for weight, character in zip(WEIGHTS, first17, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def credit_code(division_code: str, number: int, *, category: str = "91") -> str:
    """A valid code: category (91 = enterprise), division, a body unique per number, check character."""
    body, rest = "", number * SPREAD % BODIES
    for _ in range(6):
        rest, digit = divmod(rest, 31)
        body = ALPHABET[digit] + body
    first17 = f"{category}{division_code}MA{body}{ALPHABET[number % 31]}"
    return first17 + check_character(first17)


def with_wrong_check_digit(code: str) -> str:
    """The same code with another last character."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % 31]
