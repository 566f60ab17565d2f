"""A department's own heading that speaks of another unit would change amounts by thousands: the file is refused."""

import pytest

from credit_grading.department.load import DepartmentFileError, load_departments
from tests.unit.department_support import GOOD


def told(folder, heading: str, column: str = "fine_amount", contract: str = "administrative_penalty") -> list[str]:
    headers = f'contract: {contract}\n    headers: {{"{heading}": {column}}}'
    assert "contract: honour" in GOOD
    (folder / "finance.yml").write_text(GOOD.replace("contract: honour", headers, 1), encoding="utf-8")
    try:
        load_departments(folder, contracts=[contract])
    except DepartmentFileError as refused:
        return [problem.replace(f"{folder}/", "") for problem in refused.problems]
    return []


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("处罚金额（元）", "元"), ("处罚金额(千元)", "千元"), ("处罚金额【亿元】", "亿元"), ("处罚金额/元", "元"),
        ("处罚金额（单位：元）", "元"), ("处罚金额（人民币元）", "元"), ("处 罚 金 额 ( 元 )", "元"),
        ("处罚金额（万元）", None), ("处罚金额", None), ("单元", None), ("罚款金额（元）", None),
    ],
)  # fmt: skip
def test_a_heading_in_another_unit_is_refused(tmp_path, heading, unit):
    found = told(tmp_path, heading)
    if unit is None:
        assert found == []
    else:
        [problem] = found
        assert problem.startswith("finance.yml line 12: ")
        assert f"表头“{heading}”的单位是“{unit}”，而列 fine_amount 按“万元”读取" in problem


def test_amounts_in_yuan_may_say_so_and_no_more(tmp_path):
    assert told(tmp_path, "合同额（元）", "amount", "procurement_contract") == []
    [problem] = told(tmp_path, "合同额（万元）", "amount", "procurement_contract")
    assert "按“元”读取" in problem
