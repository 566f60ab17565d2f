"""Three fixed firms, the same in every city, so that documents can tell their story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from credit_grading.city.codes import check_character
from credit_grading.city.dirt import Record
from credit_grading.city.events import add_months, bad_behaviour, honour, penalty, registry_entry
from credit_grading.city.firms import Firm


def _firm(number: int, body: str, name: str, *, division: str, business: str, profile: str) -> Firm:
    # bodies start with MC, those of the other firms with MA: no two can meet
    first17 = f"91{division}{body}"
    code = first17 + check_character(first17)
    established = date(2012, 3, 15)
    return Firm(number, code, name, division, False, business, profile, established, 5_000, "存续")


# Two penalties, one honour, one act of bad behaviour in bidding: the firm whose grade the demo explains.
STORY_FIRM = _firm(
    900_001, "MC7YQ2K8X", "重庆云岭启桥建设工程有限公司", division="500112", business="construction", profile="minor"
)
# On a list of seriously dishonest subjects.
DISHONEST_FIRM = _firm(
    900_002, "MC4RWB19D", "重庆市万州锦川伯工程管理有限公司",
    division="500101", business="bidding_services", profile="serious",
)  # fmt: skip
# Honours and nothing else.
MODEL_FIRM = _firm(
    900_003, "MC0HPT63E", "重庆岭泽清科环保科技有限公司", division="500106", business="other", profile="clean"
)

MUNICIPAL_WORKS = "建筑业企业资质_施工总承包_市政公用工程_贰级"
BUILDING_WORKS = "建筑业企业资质_施工总承包_建筑工程_贰级"

STORY_FIRMS = (STORY_FIRM, DISHONEST_FIRM, MODEL_FIRM)
STORY_CODE = STORY_FIRM.credit_code


@dataclass(frozen=True)
class StoryRecord:
    """One record of a story firm and the contract it belongs to."""

    contract: str
    record: Record


def story_records(as_of: date) -> Iterator[StoryRecord]:
    """Every record of the three firms, clean; only the dates move with `as_of`."""
    for firm in STORY_FIRMS:
        entry = registry_entry(firm, _random(firm), as_of)
        entry |= {"status_on": firm.established_on, "operating_until": add_months(firm.established_on, 360)}
        yield StoryRecord("market_entity", entry)
    yield StoryRecord("administrative_penalty", story_penalty(as_of))
    decided = as_of - timedelta(days=300)
    warning = penalty(STORY_FIRM, _random(STORY_FIRM), as_of, decided, 1)
    yield StoryRecord("administrative_penalty", warning | _penalised("警告", None, decided))
    act = bad_behaviour(STORY_FIRM, _random(STORY_FIRM), as_of - timedelta(days=60), 0)
    yield StoryRecord("bidding_bad_behaviour", act | {
        "behaviour_code": "ZTB-105", "reason": "受到市行业主管部门行政处罚或通报", "points_declared": "5.0",
        "points_counted": "5.0", "validity_months": "6", "end_on": add_months(as_of - timedelta(days=60), 6),
        "qualification": MUNICIPAL_WORKS, "project_name": "渝北区滨江绿道项目",
    })  # fmt: skip
    yield StoryRecord("serious_dishonesty", {
        "credit_code": DISHONEST_FIRM.credit_code, "entity_name": DISHONEST_FIRM.name, "list_type": "拖欠农民工工资",
        "reason": "拖欠农民工工资数额较大且拒不改正", "listed_on": as_of - timedelta(days=200),
        "listing_authority": "重庆市人力资源和社会保障局", "document_number": f"渝列〔{as_of.year}〕900002号",
    })  # fmt: skip
    for ordinal, firm in enumerate((STORY_FIRM, MODEL_FIRM, MODEL_FIRM)):
        awarded = as_of - timedelta(days=90 + 50 * ordinal)
        title = ("守合同重信用企业", "守合同重信用企业", "绿色建造暨绿色施工示范")[ordinal]
        yield StoryRecord("honour", honour(firm, _random(firm), awarded, ordinal) | {
            "honour_title": title, "honour_level": "市级", "awarding_authority": "重庆市市场监督管理局", "points": "4",
            "valid_until": add_months(awarded, 12),
        })  # fmt: skip
    for detail, special in ((MUNICIPAL_WORKS, "4.00"), (BUILDING_WORKS, "0.00")):
        yield StoryRecord("construction_integrity_points", {
            "snapshot_date": as_of, "firm_name": STORY_FIRM.name, "qualification_category": "施工",
            "qualification_detail": detail, "initial_points": "100", "base_points": "0.00", "special_points": special,
            "deduction_points": "5.25",
        })  # fmt: skip


def story_penalty(as_of: date, *, fine: str = "2.5") -> Record:
    """The story firm's fine. A day later it is corrected: same decision number, another amount in 万元."""
    decided = as_of - timedelta(days=120)
    return penalty(STORY_FIRM, _random(STORY_FIRM), as_of, decided, 0) | _penalised("罚款", fine, decided)


def _penalised(kind: str, fine: str | None, decided_on: date) -> Record:
    return {
        "penalty_kind": kind,
        "penalty_content": f"罚款{fine}万元" if fine else kind,
        "fine_amount": fine,
        "confiscated_amount": None,
        "publicity_until": add_months(decided_on, 12),
        "repaired_on": None,
        "penalty_authority": "重庆市渝北区市场监督管理局",
    }


def _random(firm: Firm) -> Random:
    return Random(firm.credit_code)
