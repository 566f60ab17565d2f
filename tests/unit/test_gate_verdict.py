"""What follows from the results of a gate."""

from dataclasses import replace

import pytest

from credit_grading.gate.verdict import CheckResult, Verdict, decide, summary_lines

PASSED = CheckResult("candidate.grade", "score_present", "得分不为空", "fatal", "passed", 0, 20, "quality", "为什么")


def test_all_passed_is_a_pass():
    decision = decide([PASSED], 1)
    assert (decision.outcome, decision.checks_executed, decision.failed_fatal) == ("passed", 1, 0)


def test_warning_never_blocks_but_is_told():
    decision = decide([PASSED, replace(PASSED, check_id="churn", severity="warning", status="failed", numerator=9)], 2)
    assert decision.outcome == "passed"
    assert decision.failed_warning == 1
    assert "candidate.grade/churn" in decision.reason


def test_info_neither_blocks_nor_counts_as_warning():
    decision = decide([replace(PASSED, severity="info", status="failed")], 1)
    assert (decision.outcome, decision.failed_warning) == ("passed", 0)


def test_fatal_blocks_with_name_count_and_first_key():
    failed = replace(PASSED, status="failed", numerator=3, sample_keys=[{"subject_key": "91500000MA5U000005"}])
    decision = decide([failed], 1)
    assert decision.outcome == "failed"
    assert decision.failed_fatal == 1
    assert "candidate.grade/score_present 得分不为空（3/20，例如 91500000MA5U000005）" in decision.reason


@pytest.mark.parametrize("severity", ["fatal", "warning", "info"])
def test_error_blocks_whatever_the_severity(severity):
    decision = decide([replace(PASSED, severity=severity, status="error", detail="列不存在")], 1)
    assert (decision.outcome, decision.checks_executed) == ("failed", 0)
    assert "列不存在" in decision.reason


def test_not_applicable_counts_as_executed():
    decision = decide([replace(PASSED, status="not_applicable", denominator=0)], 1)
    assert (decision.outcome, decision.checks_executed) == ("passed", 1)


def test_absent_check_blocks():
    decision = decide([PASSED], 2)
    assert decision.outcome == "failed"
    assert "应有检验 2 项，只有 1 项结果" in decision.reason


def test_objection_blocks():
    decision = decide([PASSED], 1, ["候选表在检验期间被改动"])
    assert decision.outcome == "failed"
    assert "候选表在检验期间被改动" in decision.reason


def test_summary_names_what_blocks_first_and_ends_with_the_verdict():
    failed = replace(PASSED, check_id="band", status="failed", numerator=1)
    verdict = Verdict(7, 3, "publication", "failed", "不通过：…", 2, 2, 1, 0, None, [PASSED, failed])
    lines = summary_lines(verdict)
    assert lines[0].startswith("[未通过·致命] candidate.grade/band")
    assert len(lines) == 3
    assert lines[-1] == "发布检验 run 3 verdict 7: 不通过：…"
