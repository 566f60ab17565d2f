"""A running platform with a published city, and a real browser without internet."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require_service

HOME = Path(__file__).resolve().parents[2]
FIRMS = "40"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from selenium import webdriver

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        require_service("no chromium with chromedriver on this machine")
    profile = tempfile.mkdtemp(prefix="credit-grading-browser-")
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    # every name but this machine's own is unknown to the browser: pages must stand without internet
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", rules,
                     "--window-size=1400,1000", "--lang=zh-CN", "--disable-dev-shm-usage"):  # fmt: skip
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(driver)))
    opened.implicitly_wait(20)
    yield opened
    opened.quit()
    shutil.rmtree(profile, ignore_errors=True)


class Up:
    """What ``up`` keeps running, and the ``demo`` that used it."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CREDIT_GRADING"))}
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.run(
            [sys.executable, "-m", "credit_grading", *arguments],
            env=own | {"CREDIT_GRADING_STATE": str(self.state), "PYTHONPATH": str(HOME / "plugins")},
            cwd="/", capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip


@pytest.fixture(scope="session")
def up(browser: Any) -> Iterator[Up]:
    folder = Path(tempfile.mkdtemp(prefix="credit-grading-up-", dir="/var/tmp"))
    folder.chmod(0o755)
    made = Up(folder / "state")
    try:
        started = made.run("up")
        assert started.returncode == 0, started.stdout + started.stderr
        demo = made.run("demo", "--firms", FIRMS)
        assert demo.returncode == 0, demo.stdout + demo.stderr
        yield made
    finally:
        made.run("down")
        shutil.rmtree(folder)
