"""The value functions of staging: check digits of GB 32100-2015, names, dates, numbers."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

# codes as published; the check digit can be any of the 31 characters, and the subject part may start with a letter
VALID_CODES = [
    "91110000600037341L", "914403001922038216", "9150000020286320X6", "9144030071526726XG", "91440300708461136T",
    "91440300192317458F", "91110000802100433B", "91110108551385082Q", "911100007109250324", "9111000071093123XX",
    "91110000710939135P", "91110000710926094P", "91110000710925462X", "9144030010001686XA", "11500228733970274Y",
    "11230500001755309F", "91330203674737244W", "91330282L07196379D", "91230500MA1B3N1N2M",
]  # fmt: skip
INVALID_CODES = ["91320100250571846X", "914403001922038217", "91440300192203821O", "9144030019220382160", "", "9144"]


def test_credit_codes(warehouse: psycopg.Connection) -> None:
    query = b"select code, staging.credit_code_is_valid(code) from unnest(%s::text[]) as code"
    found = dict(warehouse.execute(query, (VALID_CODES + INVALID_CODES,)).fetchall())
    assert [code for code in VALID_CODES if not found[code]] == []
    assert [code for code in INVALID_CODES if found[code]] == []


def test_every_single_wrong_character_is_found(warehouse: psycopg.Connection) -> None:
    """All weights are prime to 31, so no single wrong character can go unseen."""
    code, alphabet = VALID_CODES[0], "0123456789ABCDEFGHJKLMNPQRTUWXY"
    wrong = [
        code[:place] + character + code[place + 1 :]
        for place in range(18)
        for character in alphabet
        if character != code[place]
    ]
    query = b"select count(*) filter (where staging.credit_code_is_valid(c)), count(*) from unnest(%s::text[]) as c"
    assert warehouse.execute(query, (wrong,)).fetchone() == (0, 18 * 30)


def test_agrees_with_another_implementation(warehouse: psycopg.Connection) -> None:
    from random import Random

    from stdnum.cn import uscc

    random = Random(32100)
    stems = ["".join(random.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(15)) for _ in range(500)]
    codes = [f"91{random.randrange(10**6):06d}{stem[:9]}" for stem in stems]
    complete = [stem + uscc.calc_check_digit(stem) for stem in codes]
    query = b"select bool_and(staging.credit_code_is_valid(code)), count(*) from unnest(%s::text[]) as code"
    assert warehouse.execute(query, (complete,)).fetchone() == (True, 500)


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        ("parsed_date", "2024-02-29", date(2024, 2, 29)),
        ("parsed_date", "2024/2/9", date(2024, 2, 9)),
        ("parsed_date", "20240209", date(2024, 2, 9)),
        ("parsed_date", "2024年2月9日", date(2024, 2, 9)),
        ("parsed_date", "2024-02-09 00:00:00", date(2024, 2, 9)),
        ("parsed_date", "2024-02-09T00:00:00", date(2024, 2, 9)),
        ("parsed_date", "2023-02-29", None),
        ("parsed_date", "2024-02-09 12:30:00", None),
        ("parsed_date", "09/02/2024", None),
        ("parsed_date", "infinity", None),
        ("parsed_number", "1,234,567.50", Decimal("1234567.50")),
        ("parsed_number", "-0.2", Decimal("-0.2")),
        ("parsed_number", "1e-05", Decimal("0.00001")),
        ("parsed_number", "1,23", None),
        ("parsed_number", "NaN", None),
        ("parsed_number", "2000元", None),
        ("normalised_name", " 重庆（渝北）建设　有限公司 ", "重庆(渝北)建设有限公司"),
        ("normalised_name", "ＡＢＣ公司", "ABC公司"),
    ],
)
def test_values(warehouse: psycopg.Connection, function: str, value: str, expected: object) -> None:
    assert warehouse.execute(f"select staging.{function}(%s)".encode(), (value,)).fetchone() == (expected,)
