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
    shows_matrix_and_charts(browser)
    outside = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert outside == []
    wrong = [line["message"] for line in browser.get_log("browser") if page.name in line["message"]]
    assert wrong == []


def shows_matrix_and_charts(browser: Any) -> None:
    """Of the first rulebook: a matrix whose cells sum to its total, and a chart of every kind."""
    assert browser.find_element(By.XPATH, "//h3[contains(text(), '等级迁移')]").is_displayed()
    matrix = browser.find_element(By.CSS_SELECTOR, "table.matrix")
    assert matrix.is_displayed()
    cells = [cell.text.split() for cell in matrix.find_elements(By.CSS_SELECTOR, "td:not(.total)")]
    totals = [cell.text for cell in matrix.find_elements(By.CSS_SELECTOR, "td.total")]
    assert sum(int(cell[0].replace(",", "")) for cell in cells if cell) == int(totals[-1].replace(",", "")) > 0
    for kind in ("各等级主体数", "得分分布", "分数线附近"):
        chart = browser.find_element(By.CSS_SELECTOR, f"svg[aria-label^='{kind}']")
        assert chart.is_displayed()
        assert chart.size["width"] > 300
        assert any(bar.size["width"] > 1 and bar.size["height"] > 1 for bar in chart.find_elements(By.TAG_NAME, "rect"))
