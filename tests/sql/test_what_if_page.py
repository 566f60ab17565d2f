"""The page of a trial: whole in one file, in both languages, and safe whatever a draft says."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from credit_grading import cli
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.what_if.page import NoSuchTrial, read_trial, trial_page
from credit_grading.what_if.trial import run_trial
from tests.sql import small_city
from tests.sql.small_city import WEIGHTS

HOSTILE = (("title: {zh: 公共信用综合评价", 'title: {zh: "<script>alert(1)</script>"'),)


@pytest.fixture(scope="module")
def city(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    cluster.create_database("what_if_page_city", template=prepared_template)
    url = cluster.url("what_if_page_city")
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        patch.setenv(VARIABLE, url)
        small_city.build(connection, small_city.records())
        yield connection


def test_the_command_tells_the_outcome_and_writes_the_page(
    city: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "pages" / "trial.html"
    file = small_city.draft(tmp_path, *WEIGHTS, *HOSTILE)
    assert cli.main(["what-if", str(file), "--noise-percent", "5", "--output", str(page)]) == 0
    told = capsys.readouterr().out
    assert "public_credit 2026-01 → 2026-99" in told
    assert "flips under ±5% noise" in told
    assert str(page) in told
    text = page.read_text(encoding="utf-8")
    for words in ("规则试算", "What-if trial", "2026-99", "A", "稳定性指数", "权重扰动"):
        assert words in text
    assert text.count("<svg") >= 2
    # nothing is fetched: no address but those of namespaces
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_a_city_without_subjects_has_a_page_that_says_so(city: psycopg.Connection, tmp_path: Path) -> None:
    small_city.build(city, [])
    trial_id = run_trial(city, [small_city.draft(tmp_path, *WEIGHTS)])
    text = trial_page(read_trial(city, trial_id))
    assert "0 → 0" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))
    with pytest.raises(NoSuchTrial, match="no trial 999"):
        read_trial(city, 999)
