"""What a department file says of reading: plain rights, subscriptions, and what a clerk is told of a mistake."""

from datetime import date
from pathlib import Path

import pytest

from credit_grading.department.load import DepartmentFileError, load_departments
from credit_grading.department.model import Subscription
from tests.unit.test_department_files import GOOD, load, problems

READS = """\
reads:
  - procurement_supplier
  - rulebook: public_credit
    purpose: 政府采购资格审查
    legal_basis: 示例依据
    from: 2026-01-01
    until: 2026-12-31
    divisions: ["500112", "500101"]
"""
SUBSCRIBED = GOOD.replace("reads: [public_credit]\n", READS)


def test_rights_and_subscriptions_load(tmp_path: Path) -> None:
    [department] = load(tmp_path, SUBSCRIBED)
    assert department.reads == [
        "procurement_supplier",
        Subscription(
            "public_credit", "政府采购资格审查", "示例依据", date(2026, 1, 1), date(2026, 12, 31), ("500101", "500112")
        ),
    ]


def test_a_subscription_without_divisions_covers_every_subject(tmp_path: Path) -> None:
    [department] = load(tmp_path, SUBSCRIBED.replace('    divisions: ["500112", "500101"]\n', ""))
    assert isinstance(department.reads[1], Subscription)
    assert department.reads[1].divisions == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "- procurement_supplier",
            "- procurement_suplier",
            9,
            "there is no rulebook 'procurement_suplier'; did you mean",
        ),
        ("rulebook: public_credit", "rulebook: pubic_credit", 10, "没有评价模型“pubic_credit”"),
        ("    purpose: 政府采购资格审查\n", "", 10, "缺少“purpose”"),
        ("    legal_basis: 示例依据\n    from", "    from", 10, "缺少“legal_basis”"),
        ("    until: 2026-12-31\n", "", 10, "缺少“until”"),
        ("purpose: 政府采购资格审查", 'purpose: " "', 11, "“ ”写法不对"),
        ("until: 2026-12-31", "until: 2026-02-30", 14, "until“2026-02-30”不是日期"),
        ("until: 2026-12-31", "until: 2025-12-31", 14, "截止日 2025-12-31 早于起始日 2026-01-01"),
        ("until: 2026-12-31", "until: next year", 14, "写法不对"),
        ('"500112"', '"500999"', 15, "没有行政区划“500999”"),
        ('"500112"', "500112", 15, "应为文字 text"),
        ('["500112", "500101"]', "[]", 15, "不能为空"),
        ("purpose:", "purposes:", 11, "did you mean 'purpose'?"),
        ("- procurement_supplier", "- 7", 9, "应为文字 text"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in SUBSCRIBED
    found = problems(tmp_path, SUBSCRIBED.replace(old, new, 1))
    assert any(problem.startswith(f"finance.yml line {line}: ") and message in problem for problem in found), found


def test_the_same_subscription_twice_is_told(tmp_path: Path) -> None:
    again = READS.partition("procurement_supplier\n")[2].replace("2026-12-31", "2027-12-31")
    found = problems(tmp_path, SUBSCRIBED.replace("feeds:\n", again + "feeds:\n"))
    assert found == ["finance.yml line 16: 同一订阅在第 10 行已有（the same subscription is already on line 10）"]


def test_a_mistake_in_one_file_leaves_the_others_their_rights(tmp_path: Path) -> None:
    (tmp_path / "taxation.yml").write_text(GOOD.replace("id: finance", "id: taxation", 1), encoding="utf-8")
    (tmp_path / "finance.yml").write_text(SUBSCRIBED.replace("2026-12-31", "2025-12-31"), encoding="utf-8")
    with pytest.raises(DepartmentFileError) as caught:
        load_departments(tmp_path, contracts=["honour"])
    assert [department.id for department in caught.value.departments] == ["taxation"]
