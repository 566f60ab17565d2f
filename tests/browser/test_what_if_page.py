"""A draft tried on a published city, by the command a person types, and its page in a browser without internet."""

from pathlib import Path
from typing import Any

from selenium.webdriver.common.by import By

from tests.browser.conftest import Up
from tests.sql.small_city import WEIGHTS, draft


def test_the_page_of_a_trial_shows_matrix_and_charts_and_fetches_nothing(up: Up, browser: Any, tmp_path: Path) -> None:
    page = tmp_path / "trial.html"
    tried = up.run("what-if", str(draft(tmp_path, *WEIGHTS)), "--output", str(page))
    assert tried.returncode == 0, tried.stdout + tried.stderr
    browser.get(page.as_uri())
    assert "规则试算" in browser.find_element(By.TAG_NAME, "h1").text
    charts = browser.find_elements(By.TAG_NAME, "svg")
    assert len(charts) >= 2
    assert all(chart.size["width"] > 100 and chart.size["height"] > 10 for chart in charts[:2])
    heading = browser.find_element(By.XPATH, "//*[contains(text(), '等级迁移')]")
    assert heading.is_displayed()
    outside = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert outside == []
    wrong = [line["message"] for line in browser.get_log("browser") if page.name in line["message"]]
    assert wrong == []
