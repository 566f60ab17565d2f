"""Two releases after each other, and what is different in the second."""

from datetime import date
from decimal import Decimal

from tests.sharing.releases import Grade

JUNE, JULY = date(2025, 6, 1), date(2025, 7, 1)
OLD = [Grade("public_credit", f"S{number:02}", Decimal(number)) for number in range(10)]
# S00 leaves, S01 changes, S10 comes, eight stay as they were
NEW = [Grade("public_credit", "S01", Decimal("99.5"), "B"), *OLD[2:], Grade("public_credit", "S10", Decimal(70))]
