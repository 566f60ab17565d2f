"""The pages: Chinese, complete, and without the internet."""

import re

import pytest

from credit_grading.gate import evidence
from credit_grading.gate.context import results_folder
from credit_grading.gate.data_docs import build_data_docs

ASSET = re.compile(r"""<(?:link|script|img|iframe|source)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//""", re.IGNORECASE)


@pytest.fixture
def site(world):
    """The site after one failed and one passed publication gate."""
    world.sql("update candidate.grade set score = score + 1 where subject_key like '%05'")
    failed = world.gate("publication")
    world.sql("update candidate.grade set score = score - 1 where subject_key like '%05'")
    passed = world.gate("publication")
    return build_data_docs(world.run_id).parent, failed, passed


def test_pages_need_nothing_from_elsewhere(site):
    folder, _, _ = site
    pages = list(folder.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not ASSET.search(text), page
        assert "http://" not in text
        assert "https://" not in text
        assert "<style>" in text
        assert "<script" not in text


def test_links_lead_to_pages_that_exist(site):
    folder, _, _ = site
    links = 0
    for page in folder.rglob("*.html"):
        for target in re.findall(r"""href=["']([^"'#]+)""", page.read_text(encoding="utf-8")):
            assert (page.parent / target).resolve().is_file(), (page, target)
            links += 1
    assert links > 100


def test_failed_verdict_tells_all_that_a_reviewer_needs(site):
    folder, failed, _ = site
    page = (folder / f"verdict-{failed.verdict_id}.html").read_text(encoding="utf-8")
    for text in (
        "得分等于起评分与各项贡献之和",
        "candidate.grade/score_equals_contributions",
        "致命",
        "说不清来由的得分不能发布",
        "credit-quality",
        "1 / 27",
        "91500000MA5U000005",
        "checks/score_equals_contributions.html",
        "警告",
    ):
        assert text in page


def test_index_lists_both_verdicts_newest_first(site):
    folder, failed, passed = site
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert index.index(f"verdict-{passed.verdict_id}.html") < index.index(f"verdict-{failed.verdict_id}.html")
    assert "不通过" in index


def test_guidance_page_shows_advice_and_threshold(site):
    folder, _, _ = site
    page = (folder / "checks" / "moved_two_levels.html").read_text(encoding="utf-8")
    assert "报送部门" in page
    assert "不符的行不超过 5%" in page


def test_great_expectations_page_is_localised(site):
    folder, failed, _ = site
    page = (folder / "gx" / f"verdict-{failed.verdict_id}" / "candidate.grade.html").read_text(encoding="utf-8")
    assert "得分等于起评分与各项贡献之和" in page
    assert "检验项数" in page
    assert "27 行中发现 1 行不符" in page
    assert "✘" in page


def test_evidence_is_bounded(site, monkeypatch):
    _, failed, passed = site
    assert evidence.drop_old_evidence(kept=1) == 1
    kept = {folder.name for folder in results_folder().rglob("verdict-*")}
    assert kept == {f"verdict-{passed.verdict_id}"}
    assert passed.verdict_id > failed.verdict_id
