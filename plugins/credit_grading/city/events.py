"""What happens to a firm: its registry entry, penalties, bad behaviour, listings, honours and integrity points.

A record is a dict of the contract's canonical column names; dates are `date`, numbers are text as a clerk
would type them, amounts are in the unit of the feed (万元).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from credit_grading.city import words
from credit_grading.city.dirt import Record
from credit_grading.city.divisions import DIVISIONS, OLD_CODES, short_name
from credit_grading.city.firms import INDUSTRY_CODES, Firm

# Penalties per firm by profile: lowest and highest number (ours).
PENALTIES = {"clean": (0, 0), "minor": (1, 2), "repeated": (3, 6), "heavy": (7, 14), "serious": (2, 8)}
TODAY_OF_OLD = {old: new for new, old in OLD_CODES.items()}
LATE_OFFICE = "500228"
YUAN_PER_TEN_THOUSAND = 10_000


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    next_month = date(year + (month0 == 11), (month0 + 1) % 12 + 1, 1)  # noqa: PLR2004
    return min(date(year, month0 + 1, 1) + timedelta(days=day.day - 1), next_month - timedelta(days=1))


def ten_thousand_yuan(yuan: int) -> str:
    """An amount in 万元 as text without superfluous zeros: 2000 → 0.2."""
    return format((Decimal(yuan) / YUAN_PER_TEN_THOUSAND).normalize(), "f")


def district(firm: Firm) -> str:
    """The district of today in which the firm sits."""
    return TODAY_OF_OLD.get(firm.division_code, firm.division_code)


def registry_entry(firm: Firm, random: Random, as_of: date) -> Record:
    """The firm's row in the registry of market entities."""
    years = random.choice((10, 20, 30))
    return {
        "credit_code": firm.credit_code,
        "entity_name": firm.name,
        "local_id": f"CQ{firm.number + 1:010d}",
        # the old registration number is dying out since the social credit code took its place
        "registration_number": f"{firm.division_code}{firm.number % 10**7:07d}" if random.random() < 0.8 else None,  # noqa: PLR2004
        "registration_status": firm.status,
        "status_on": min(firm.established_on + timedelta(days=random.randrange(2_000)), as_of),
        "established_on": firm.established_on,
        "operating_from": firm.established_on,
        "operating_until": add_months(firm.established_on, 12 * years),
        "industry_code": INDUSTRY_CODES[firm.business],
        "registered_capital": str(firm.capital) if random.random() < 0.9 else None,  # noqa: PLR2004
        # the credit code keeps a county's old code for ever; the address has it only where the office is late (梁平)
        "division_code": firm.division_code if firm.division_code == LATE_OFFICE else district(firm),
        "registration_authority": f"重庆市{DIVISIONS[district(firm)]}市场监督管理局",
        "address": f"重庆市{DIVISIONS[district(firm)]}{random.choice(words.FIRST)}{random.choice(words.SECOND)}路"
        f"{random.randrange(1, 400)}号",
        "business_scope": words.SCOPES[firm.business],
    }


def penalties(firm: Firm, random: Random, as_of: date) -> Iterator[Record]:
    """The firm's penalty decisions of the last four years, published for one year, or three where serious."""
    lowest, highest = PENALTIES[firm.profile]
    for ordinal in range(random.randint(lowest, highest)):
        # recent decisions are more frequent, as publicity of older ones has ended
        days = int(min(random.random(), random.random()) * 1_400) + 1
        yield penalty(firm, random, as_of, max(as_of - timedelta(days=days), firm.established_on), ordinal)


def penalty(firm: Firm, random: Random, as_of: date, decided_on: date, ordinal: int) -> Record:
    """One penalty decision, numbered within the firm by `ordinal`; some are repaired (信用修复) before `as_of`."""
    offence, facts, lowest, highest = random.choice(words.OFFENCES)
    kind = random.choices(("警告", "罚款", "没收违法所得", "责令停产停业", "吊销许可证件"), (22, 66, 7, 4, 1))[0]
    fine = random.randrange(lowest, highest, 500) if kind == "罚款" else 0
    confiscated = random.randrange(1_000, 60_000, 100) if kind == "没收违法所得" else 0
    serious = kind in ("责令停产停业", "吊销许可证件")
    office = f"重庆市{DIVISIONS[district(firm)]}{random.choice(words.DEPARTMENT_NAMES)}"
    repaired = decided_on + timedelta(days=100 + random.randrange(200)) if random.random() < 0.15 else None  # noqa: PLR2004
    number = f"{firm.number + 1:06d}-{ordinal + 1:02d}"
    return {
        "decision_number": f"渝{short_name(district(firm))}罚〔{decided_on.year}〕{number}号",
        "penalised_name": firm.name,
        "penalised_kind": "法人及非法人组织",
        "penalised_credit_code": firm.credit_code,
        "registration_number": None,
        "offence_kind": offence,
        "offence_facts": facts,
        "penalty_basis": "《中华人民共和国行政处罚法》及相关规定",
        "penalty_kind": kind,
        "penalty_content": f"{kind}{fine}元" if fine else kind,
        "fine_amount": ten_thousand_yuan(fine) if fine else None,
        "confiscated_amount": ten_thousand_yuan(confiscated) if confiscated else None,
        "decided_on": decided_on,
        "penalty_valid_until": add_months(decided_on, 12),
        "publicity_until": add_months(decided_on, 36 if serious else 12),
        "penalty_authority": office,
        "penalty_authority_code": None,
        "record_status": "正常",
        "repaired_on": repaired if repaired and repaired <= as_of else None,
        "remarks": None,
    }


def bad_behaviours(firm: Firm, random: Random, as_of: date) -> Iterator[Record]:
    """Bad behaviour of firms that take part in bidding; other firms have none."""
    if firm.business == "other":
        return
    number = random.choices((0, 1, 2, 4, 9, 18), (70, 14, 8, 5, 2, 1))[0]
    for ordinal in range(number):
        yield bad_behaviour(firm, random, as_of - timedelta(days=1 + random.randrange(500)), ordinal)


def bad_behaviour(firm: Firm, random: Random, start_on: date, ordinal: int) -> Record:
    """One recorded act with the points and the validity of its catalogue entry."""
    code, reason, points, months = random.choices(words.BEHAVIOURS, words.BEHAVIOUR_WEIGHTS)[0]
    counted_once = random.random() < 0.03  # noqa: PLR2004
    return {
        "document_number": f"ZTB{start_on.year}{firm.number + 1:06d}{ordinal + 1:02d}",
        "firm_credit_code": firm.credit_code,
        "firm_name": firm.name,
        "qualification": random.choice(words.QUALIFICATIONS) if firm.business == "construction" else None,
        "behaviour_code": code,
        "reason": reason,
        "points_declared": points,
        "points_counted": "0" if counted_once else points,
        "start_on": start_on,
        "validity_months": str(months),
        "end_on": add_months(start_on, months),
        "project_name": f"{DIVISIONS[district(firm)]}{random.choice(words.PROJECTS)}项目",
    }


def listings(firm: Firm, random: Random, as_of: date) -> Iterator[Record]:
    """The firm's entry in a list of seriously dishonest subjects, for the few that have one."""
    if firm.profile != "serious":
        return
    kind, reason, authority = random.choice(words.SERIOUS_LISTS)
    listed_on = as_of - timedelta(days=1 + random.randrange(900))
    yield {
        "credit_code": firm.credit_code,
        "entity_name": firm.name,
        "list_type": kind,
        "reason": reason,
        "listed_on": listed_on,
        "removed_on": None,
        "removal_reason": None,
        "listing_authority": authority,
        "document_number": f"渝列〔{listed_on.year}〕{firm.number + 1:06d}号",
    }


def honours(firm: Firm, random: Random, as_of: date) -> Iterator[Record]:
    """Honours: about one clean or nearly clean firm in eight has one, a few have more."""
    chance = {"clean": 0.13, "minor": 0.08, "repeated": 0.03}.get(firm.profile, 0.0)
    ordinal = 0
    while random.random() < chance and ordinal < 4:  # noqa: PLR2004
        yield honour(firm, random, as_of - timedelta(days=1 + random.randrange(700)), ordinal)
        ordinal += 1
        chance = 0.35


def honour(firm: Firm, random: Random, awarded_on: date, ordinal: int) -> Record:
    """One honour, valid for the months of its level."""
    title, level, authority, points, months = random.choice(words.HONOURS)
    return {
        "credit_code": firm.credit_code,
        "entity_name": firm.name,
        "honour_title": title,
        "honour_level": level,
        "awarding_authority": authority,
        "points": points,
        "awarded_on": awarded_on,
        "valid_until": add_months(awarded_on, months),
        "document_number": f"渝表〔{awarded_on.year}〕{firm.number + 1:06d}-{ordinal + 1}号",
    }


def integrity_points(firm: Firm, random: Random, snapshot_date: date) -> Iterator[Record]:
    """Points of a construction firm, one row per qualification; most sit at exactly 100, few below 0 or over 150."""
    if firm.business != "construction":
        return
    if random.random() < 0.12:  # noqa: PLR2004
        yield _points_row(firm, snapshot_date, None, None)  # no scored qualification
        return
    for qualification in random.sample(words.QUALIFICATIONS, random.choice((1, 1, 2, 2, 3, 5))):
        yield _points_row(firm, snapshot_date, qualification, random)


def _points_row(firm: Firm, snapshot_date: date, qualification: str | None, random: Random | None) -> Record:
    parts: tuple[str | None, str | None, str | None] = (None, None, None)
    if random:
        quarters = random.choices(((0, 0, 0), (0, 12, 0), (0, 0, 6), (20, 80, 1), (200, 200, 0), (0, 0, 480)),
                                  (80, 9, 7, 2, 1, 1))[0]  # fmt: skip
        parts = tuple(_points(random.randrange(top + 1) if top > 1 else top) for top in quarters)  # type: ignore[assignment]
    return {
        "snapshot_date": snapshot_date,
        "firm_name": firm.name,
        "qualification_category": "施工",
        "qualification_detail": qualification,
        "initial_points": "100",
        "base_points": parts[0],
        "special_points": parts[1],
        "deduction_points": parts[2],
    }


def _points(quarters: int) -> str:
    return format(Decimal(quarters) / 4, ".2f")
