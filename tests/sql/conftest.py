"""The small city, graded once for the session, with one trial in it by the command that a person types; and a warehouse
for what departments deliver."""

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading import cli
from credit_grading.sources.location import VARIABLE as FEEDS
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sql import small_city
from tests.sql.deliveries import CONTRACTS
from tests.sql.landed import prepare_seeds, stage

# what an official could write, and nobody should
HOSTILE = (("title: {zh: 公共信用综合评价, en: Public credit evaluation}",
            """title: {zh: "<script>alert(1)</script>", en: '"><img src=x onerror=alert(2)>'}"""),)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A trial of other weights and of cut-offs that only full points meet; `page`: its file, `told`: the screen."""

    connection: psycopg.Connection
    trial_id: int
    draft: Path
    page: Path
    told: str


@pytest.fixture(scope="module")
def staged_url(request: pytest.FixtureRequest, cluster: EmbeddedPostgres, prepared_template: str) -> str:
    """A warehouse of the module's own in which dbt staged nothing yet, so that a test can stage what it delivers."""
    name = f"staged_{request.module.__name__.rpartition('.')[2]}"
    cluster.create_database(name, template=prepared_template)
    url = cluster.url(name)
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        patch.setenv(VARIABLE, url)
        prepare_seeds(connection)
        stage(*CONTRACTS)
    return url


@pytest.fixture
def city(staged_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[psycopg.Connection[Any]]:
    """That warehouse, for departments that a test has for itself; their files lie in ``tmp_path / "feeds"``."""
    monkeypatch.setenv(VARIABLE, staged_url)
    monkeypatch.setenv(FEEDS, str(tmp_path / "feeds"))
    with psycopg.connect(staged_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def small_city_url(cluster: EmbeddedPostgres, prepared_template: str) -> str:
    """A warehouse with the results of the small city; trials may be made in it, nothing else."""
    cluster.create_database("small_city", template=prepared_template)
    url = cluster.url("small_city")
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        # only meanwhile: other tests of the session have warehouses of their own
        patch.setenv(VARIABLE, url)
        small_city.build(connection, small_city.records())
    return url


@pytest.fixture(scope="session")
def shown(small_city_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("what_if")
    page, draft = folder / "pages" / "trial.html", small_city.draft(folder, *small_city.ENDS, *HOSTILE)
    with psycopg.connect(small_city_url, autocommit=True) as connection:
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as told:
            patch.setenv(VARIABLE, small_city_url)
            assert cli.main(["what-if", str(draft), "--noise-percent", "5", "--output", str(page)]) == 0
        [(trial_id,)] = connection.execute("select max(trial_id) from what_if.trial").fetchall()
        # so that later trials of the session leave what was evaluated for this one
        for room in ("evaluation", "rulebook"):
            connection.execute(f"alter schema {room}_what_if rename to {room}_shown".encode())
        yield Shown(connection, trial_id, draft, page, told.getvalue())
