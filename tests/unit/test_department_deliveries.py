"""What a department file says of deliveries, and what a clerk is told of a mistake in them."""

from pathlib import Path

import pytest

from credit_grading.department.model import OutgoingDelivery
from tests.unit.department_support import GOOD, load, problems

DELIVERIES = """\
deliveries:
  - id: exchange
    kind: files
    what: [grade_current, measure]
    mode: full
    rulebooks: [public_credit]
    purpose: 日常监管
  - id: tables
    kind: database
    connection: finance_database
    what: [grade_change]
    mode: changes
    purpose: 资格审查
"""
TWICE = """\
  - id: again
    kind: database
    connection: finance_database
    what: [grade_change]
    mode: full
    purpose: 资格审查"""
DELIVERED = GOOD + DELIVERIES
FIRST = DELIVERED.splitlines().index("deliveries:") + 1
SUBSCRIPTION = (
    "reads: [{rulebook: public_credit, purpose: 审查, legal_basis: 依据, from: 2026-01-01, until: 2026-12-31}]"
)


def test_deliveries_load(tmp_path: Path) -> None:
    [department] = load(tmp_path, DELIVERED)
    assert department.deliveries == [
        OutgoingDelivery(
            "exchange", "files", ("grade_current", "measure"), "full", "日常监管", None, ("public_credit",)
        ),
        OutgoingDelivery("tables", "database", ("grade_change",), "changes", "资格审查", "finance_database"),
    ]
    [without] = load(tmp_path, GOOD)
    assert without.deliveries == []


@pytest.mark.parametrize("reads", [SUBSCRIPTION, "reads: [all]", SUBSCRIPTION.replace("public_credit", "all")])
def test_what_a_subscription_lets_read_can_be_delivered(tmp_path: Path, reads: str) -> None:
    [department] = load(tmp_path, DELIVERED.replace("reads: [public_credit]", reads))
    assert department.deliveries[0].rulebooks == ("public_credit",)


@pytest.mark.parametrize(
    ("old", "new", "offset", "message"),
    [
        ("id: tables", "id: exchange", 7, f"推送“exchange”重复，第 {FIRST + 1} 行已有"),
        ("    connection: finance_database\n", "", 8, "推送到数据库需要 connection"),
        ("[grade_change]", "[grade_change, grade_current]", 10, "grade_current 会整体变化，只能全量推送"),
        ("[public_credit]\n    purpose", "[procurement_supplier]\n    purpose", 5, "无权查阅“procurement_supplier”"),
        ("[grade_current, measure]", "[grade_curent]", 3, "did you mean 'grade_current'?"),
        ("[grade_current, measure]", "[entitlement]", 3, "不能是“entitlement”"),
        ("[grade_current, measure]", "[]", 3, "不能为空"),
        ("kind: files", "kind: email", 2, "不能是“email”"),
        ("    purpose: 日常监管\n", "", 1, "缺少“purpose”"),
        ("purpose: 日常监管", 'purpose: " "', 6, "“ ”写法不对"),
        ("mode: full", "modus: full", 4, "did you mean 'mode'?"),
        ("finance_database", "mysql://root:x@host", 9, "写法不对"),
        ("purpose: 资格审查", f"purpose: 资格审查\n{TWICE}", 16, "表 grade_change 已由推送“tables”写入"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, offset: int, message: str) -> None:
    head, tail = GOOD, DELIVERIES
    assert tail.count(old) == 1
    found = problems(tmp_path, head + tail.replace(old, new))
    assert any(text.startswith(f"finance.yml line {FIRST + offset}: ") and message in text for text in found), found


@pytest.mark.parametrize(
    ("reads", "message"),
    [("reads: []", "本部门无权查阅任何评价模型"), ("reads: [procurement_supplier]", "无权查阅“public_credit”")],
)
def test_what_may_not_be_read_cannot_be_delivered(tmp_path: Path, reads: str, message: str) -> None:
    found = problems(tmp_path, DELIVERED.replace("reads: [public_credit]", reads))
    assert any(message in text for text in found), found
