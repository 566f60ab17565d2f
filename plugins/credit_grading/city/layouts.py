"""How each feed looks: its columns under the headers of the trade, and which dirt it can carry where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from credit_grading.city.codes import with_wrong_check_digit
from credit_grading.city.dirt import REJECTION_REASONS, Record
from credit_grading.city.events import YUAN_PER_TEN_THOUSAND

# The check of the 双公示 contract: above 10,000 万元 a fine is taken for 元. Smaller ones cannot be seen.
SMALLEST_VISIBLE_FINE = 10_000
ACCEPTED_KINDS = ("missing_code", "null_marker", "open_ended_date", "duplicated", "corrected")


@dataclass(frozen=True)
class Layout:
    """One feed. `columns` maps canonical names to headers, in file order; `nullable` says which marker goes where."""

    department: str
    feed: str
    contract: str
    columns: dict[str, str]
    name: str
    correct: Callable[[Record, Random, date], Record]
    code: str | None = None
    past: str | None = None
    until: str | None = None
    amount: str | None = None
    nullable: dict[str, str] = field(default_factory=dict)

    @property
    def dirt(self) -> tuple[str, ...]:
        """The kinds of dirt that this feed can carry."""
        present = {"wrong_check_digit": self.code, "missing_name": self.name, "future_date": self.past}
        present |= {"unit_confusion": self.amount, "open_ended_date": self.until, "missing_code": self.code}
        if self.contract == "market_entity":
            present["missing_code"] = None  # the registry's own key
        return tuple(kind for kind in (*REJECTION_REASONS, *ACCEPTED_KINDS) if present.get(kind, True))

    def can_carry(self, kind: str, record: Record) -> bool:
        """Whether planting this kind would really change this record."""
        if kind == "unit_confusion":
            return Decimal(str(record[self.amount or ""] or 0)) * YUAN_PER_TEN_THOUSAND > SMALLEST_VISIBLE_FINE
        if kind == "null_marker":
            return any(not record.get(column) for column in self.nullable)
        return True

    def soiled(self, kind: str, record: Record, random: Random) -> Record:
        """A copy of the record with one kind of dirt planted."""
        return record | self._change(kind, record, random)

    def _change(self, kind: str, record: Record, random: Random) -> Record:
        column = {
            "missing_name": self.name, "missing_code": self.code, "wrong_check_digit": self.code,
            "future_date": self.past, "unit_confusion": self.amount, "open_ended_date": self.until,
        }.get(kind)  # fmt: skip
        if column is None:
            column = random.choice([column for column in self.nullable if not record.get(column)])
            return {column: self.nullable[column]}
        return {column: _spoilt(kind, record[column], random)}


def _spoilt(kind: str, value: object, random: Random) -> object:
    if kind == "wrong_check_digit":
        return with_wrong_check_digit(str(value))
    if kind == "future_date" and isinstance(value, date):
        # two digits typed in the wrong order: 2026 → 2062
        return value.replace(year=2062, day=min(value.day, 28))
    if kind == "unit_confusion":
        return format((Decimal(str(value)) * YUAN_PER_TEN_THOUSAND).normalize(), "f")
    if kind == "open_ended_date":
        return random.choice((date(2099, 12, 31), date(9999, 9, 9)))
    return None


def _deregistered(record: Record, _random: Random, as_of: date) -> Record:
    return record | {"registration_status": "注销", "status_on": as_of}


def _fine_halved(record: Record, _random: Random, _as_of: date) -> Record:
    if record["fine_amount"]:
        return record | {"fine_amount": format((Decimal(str(record["fine_amount"])) / 2).normalize(), "f")}
    return record | {"remarks": "更正：补充说明"}


def _counted_once(record: Record, _random: Random, _as_of: date) -> Record:
    return record | {"points_counted": "0"}


def _removed(record: Record, random: Random, as_of: date) -> Record:
    return record | {"removed_on": as_of - timedelta(days=random.randrange(1, 30)), "removal_reason": "已履行义务"}


def _withdrawn_honour(record: Record, _random: Random, as_of: date) -> Record:
    return record | {"withdrawn_on": as_of}


def _deducted(record: Record, _random: Random, _as_of: date) -> Record:
    return record | ({"deduction_points": "0.50"} if record["base_points"] else {"initial_points": "100.0"})


MARKET_ENTITY = Layout(
    department="market_regulation", feed="market_entity_registry", contract="market_entity",
    columns={
        "credit_code": "统一社会信用代码", "entity_name": "企业名称", "local_id": "主体身份代码",
        "registration_number": "注册号", "registration_status": "登记状态", "status_on": "核准日期",
        "established_on": "成立日期", "operating_from": "经营期限自", "operating_until": "经营期限至",
        "industry_code": "行业代码", "registered_capital": "注册资本（万元）", "division_code": "行政区划",
        "registration_authority": "登记机关", "address": "住所", "business_scope": "经营范围",
    },
    name="entity_name", code="credit_code", past="established_on", until="operating_until", correct=_deregistered,
    nullable={"registered_capital": "\\N", "registration_number": "暂无"},
)  # fmt: skip

ADMINISTRATIVE_PENALTY = Layout(
    department="market_regulation", feed="administrative_penalties", contract="administrative_penalty",
    columns={
        "decision_number": "行政处罚决定书文号", "penalised_name": "行政相对人名称", "penalised_kind": "行政相对人类别",
        "penalised_credit_code": "行政相对人代码_1(统一社会信用代码)",
        "registration_number": "行政相对人代码_2(工商注册号)", "offence_kind": "违法行为类型",
        "offence_facts": "违法事实", "penalty_basis": "处罚依据", "penalty_kind": "处罚类别",
        "penalty_content": "处罚内容", "fine_amount": "罚款金额（万元）",
        "confiscated_amount": "没收违法所得、没收非法财物的金额（万元）", "decided_on": "处罚决定日期",
        "penalty_valid_until": "处罚有效期", "publicity_until": "公示截止期", "penalty_authority": "处罚机关",
        "penalty_authority_code": "处罚机关统一社会信用代码", "record_status": "当前状态",
        "repaired_on": "信用修复日期", "remarks": "备注",
    },
    name="penalised_name", code="penalised_credit_code", past="decided_on", until="publicity_until",
    amount="fine_amount", correct=_fine_halved,
    nullable={
        "remarks": "暂无", "confiscated_amount": "\\N", "registration_number": "\\N", "repaired_on": "1900-01-01",
    },
)  # fmt: skip

_BEHAVIOUR_COLUMNS = (
    "document_number", "firm_credit_code", "firm_name", "qualification", "behaviour_code", "reason", "points_declared",
    "points_counted", "start_on", "validity_months", "end_on", "project_name", "updated_at",
)  # fmt: skip
BIDDING_BAD_BEHAVIOUR = Layout(
    department="development_and_reform", feed="bidding_bad_behaviour", contract="bidding_bad_behaviour",
    columns={column: column for column in _BEHAVIOUR_COLUMNS},
    name="firm_name", code="firm_credit_code", past="start_on", until="end_on", correct=_counted_once,
    nullable={"qualification": "暂无"},
)  # fmt: skip

SERIOUS_DISHONESTY = Layout(
    department="development_and_reform", feed="serious_dishonesty_list", contract="serious_dishonesty",
    columns={
        "credit_code": "统一社会信用代码", "entity_name": "主体名称", "list_type": "名单类别", "reason": "列入原因",
        "listed_on": "列入日期", "removed_on": "移出日期", "removal_reason": "移出原因",
        "listing_authority": "列入机关", "document_number": "决定文书号",
    },
    name="entity_name", code="credit_code", past="listed_on", until="removed_on", correct=_removed,
    nullable={"removal_reason": "暂无"},
)  # fmt: skip

HONOUR = Layout(
    department="finance", feed="honours", contract="honour",
    columns={
        "credit_code": "统一社会信用代码", "entity_name": "主体名称", "honour_title": "荣誉名称",
        "honour_level": "荣誉级别", "awarding_authority": "授予单位", "points": "加分值", "awarded_on": "授予日期",
        "valid_until": "有效期至", "document_number": "文件编号", "withdrawn_on": "撤销日期",
    },
    name="entity_name", code="credit_code", past="awarded_on", until="valid_until", correct=_withdrawn_honour,
    nullable={"withdrawn_on": "暂无"},
)  # fmt: skip

CONSTRUCTION_INTEGRITY_POINTS = Layout(
    department="housing_and_urban_rural_construction", feed="construction_integrity_points",
    contract="construction_integrity_points",
    columns={
        "snapshot_date": "数据日期", "firm_name": "企业名称", "qualification_category": "资质类别",
        "qualification_detail": "资质明细", "initial_points": "初始分", "base_points": "基础分",
        "special_points": "专项加分", "deduction_points": "扣分",
    },
    name="firm_name", correct=_deducted, nullable={"base_points": "\\N"},
)  # fmt: skip

LAYOUTS = (
    MARKET_ENTITY, ADMINISTRATIVE_PENALTY, BIDDING_BAD_BEHAVIOUR, SERIOUS_DISHONESTY, HONOUR,
    CONSTRUCTION_INTEGRITY_POINTS,
)  # fmt: skip
