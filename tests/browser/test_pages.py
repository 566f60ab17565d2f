"""Pages as a person sees them: Airflow's login and DAG list, and Data Docs from a file, both without internet."""

import json
import re
from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.conftest import Up


def address_of(up: Up) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", up.run("up").stdout)
    assert found
    return found.group()


def test_up_again_is_harmless_and_prints_the_login(up: Up) -> None:
    again = up.run("up")
    assert again.returncode == 0, again.stderr
    password = json.loads((up.state / "secrets.json").read_text())["admin_password"]
    assert f"admin / {password}" in again.stdout
    assert address_of(up) in again.stdout


def test_a_demo_leaves_running_services_running(up: Up) -> None:
    status = up.run("status").stdout
    assert status.count("running") == 4
    assert "publication 1" in status


def test_airflow_asks_for_a_login_and_shows_the_dags_by_their_chinese_names(up: Up, browser: Any) -> None:
    browser.get(address_of(up))
    browser.find_element(By.NAME, "username").send_keys("admin")
    password = json.loads((up.state / "secrets.json").read_text())["admin_password"]
    browser.find_element(By.NAME, "password").send_keys(password)
    browser.find_element(By.CSS_SELECTOR, "button[type=submit], input[type=submit]").click()
    WebDriverWait(browser, 30).until(lambda page: "/auth/login" not in page.current_url)
    browser.get(f"{address_of(up)}/dags")
    names = ["信用评价与发布", "接收数据：市市场监督管理局", "接收数据：市财政局"]
    WebDriverWait(browser, 30).until(lambda page: all(name in page.page_source for name in names))
    browser.get(f"{address_of(up)}/dags/grade")
    WebDriverWait(browser, 30).until(lambda page: "信用评价与发布" in page.page_source)


def test_data_docs_open_from_a_file_styled_and_in_chinese(up: Up, browser: Any) -> None:
    index = up.state / "data_docs" / "index.html"
    assert index.exists()
    browser.get(index.as_uri())
    body = browser.find_element(By.TAG_NAME, "body")
    assert re.search(r"[一-鿿]{2}", body.text)
    style = browser.execute_script(
        "const s = getComputedStyle(document.body); return [s.fontFamily, s.margin, document.styleSheets.length];"
    )
    assert style[2] > 0
    assert "Times" not in style[0], "an unstyled page"
    outside = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('file:')"
        " && !n.startsWith('data:'))"
    )
    assert outside == []
    broken = [entry for entry in browser.get_log("browser") if "ERR_" in entry["message"]]
    assert broken == []


def test_down_leaves_no_service(up: Up) -> None:
    assert up.run("down").returncode == 0
    assert "running" not in up.run("status").stdout
