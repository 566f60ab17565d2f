"""The settings of the local Airflow, when several parts of a start ask for them at once."""

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from credit_grading.platform.services import Services

ASKING, ATTEMPTS = 8, 50


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services of a new state folder, whose server has its port already, as whenever settings are asked for."""
    found = Services(tmp_path)
    assert found.postgres.port > 0
    yield found
    # as root the server is kept where its own user reaches it
    if not found.postgres.folder.is_relative_to(tmp_path):
        shutil.rmtree(found.postgres.folder.parent)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns so often that one stands still between any two steps of another."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_all_who_ask_for_the_first_time_are_told_one_port(services: Services) -> None:
    file = services.run_folder / "api-port"
    together = Barrier(ASKING)

    def ask(_: int) -> int:
        together.wait()
        return services.settings.port

    with ThreadPoolExecutor(ASKING) as pool:
        for _ in range(ATTEMPTS):
            file.unlink(missing_ok=True)
            told = set(pool.map(ask, range(ASKING)))
            assert told == {int(file.read_text())}
