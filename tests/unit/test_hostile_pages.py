"""What was received is shown on pages as text: no page runs it."""

import re
from datetime import UTC, datetime

import pytest

from credit_grading import paths

PLANTED = "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>'\"><b>甲公司"


def demand_harmless(page: str) -> None:
    assert "甲公司" in page
    for tag in ("<script>alert", "<img src=x", "<svg", "<b>甲"):
        assert tag not in page


def test_great_expectations_evidence() -> None:
    from credit_grading.gate.gx_pages import _rendered, localised

    result = {
        "element_count": 9, "unexpected_count": 1, "unexpected_percent": 11.1, "missing_count": 0,
        "missing_percent": 0.0,
        "unexpected_percent_total": 11.1, "unexpected_percent_nonmissing": 11.1, "observed_value": PLANTED,
        "partial_unexpected_list": [PLANTED], "unexpected_index_list": [{"subject_key": PLANTED}],
        "partial_unexpected_counts": [{"value": PLANTED, "count": 1}], "unexpected_list": [PLANTED],
    }  # fmt: skip
    expectation = {
        "type": "expect_column_values_to_not_be_null", "kwargs": {"column": "name", "batch_id": "x"},
        "meta": {"check_id": "x", "notes": PLANTED}, "id": "00000000-0000-0000-0000-000000000001",
        "severity": "critical",
    }  # fmt: skip
    raised = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
    found = {"success": False, "expectation_config": expectation, "result": result, "meta": {}}
    found["exception_info"] = raised
    run = {"run_name": "verdict-1", "run_time": "2026-01-02T03:04:05+00:00"}
    counts = {"evaluated_expectations": 1, "successful_expectations": 0, "unsuccessful_expectations": 1}
    stored = {
        "success": False, "suite_name": "candidate.grade", "suite_parameters": {}, "results": [found],
        "statistics": counts | {"success_percent": 0.0}, "meta": {"great_expectations_version": "1", "run_id": run},
    }  # fmt: skip
    demand_harmless(localised(_rendered(stored)))


class Planted(dict):
    """A row whose every column holds the planted text, but for moments and counts."""

    def __missing__(self, name: str) -> object:
        if name.endswith("_at"):
            return datetime(2026, 1, 2, tzinfo=UTC)
        return [{"subject_key": PLANTED}] if name == "sample_keys" else PLANTED


@pytest.mark.parametrize("template", ["index.html", "verdict.html"])
def test_pages_of_the_gate(template) -> None:
    from credit_grading.gate.data_docs import _page

    row = Planted()
    page = _page(
        template,
        root="",
        verdict=row,
        verdicts=[row],
        results=[row],
        moves={("A", "B"): 1},
        evidence={PLANTED: PLANTED},
    )
    demand_harmless(page)
    assert page.count("甲公司") >= 5


def test_nothing_that_was_received_is_marked_as_safe_and_every_page_escapes() -> None:
    package = paths.home() / "plugins" / "credit_grading"
    pages = sorted(package.rglob("pages/*.html"))
    assert len(pages) >= 8
    marked = {name for page in pages for name in re.findall(r"([\w.]+) *\| *safe", page.read_text(encoding="utf-8"))}
    # our style sheet, our guidance, and what Great Expectations escaped: see the tests above
    assert marked == {"style", "advice", "body"}
    makers = [text for file in package.rglob("*.py") if "Environment(" in (text := file.read_text(encoding="utf-8"))]
    assert len(makers) >= 3
    assert all("autoescape=True" in text or "autoescape=select_autoescape()" in text for text in makers)
