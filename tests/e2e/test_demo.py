"""The demo, as a person runs it: real Postgres, real scheduler, real dbt and gate, until grades are published.

One state folder serves the module; its tests are one story and run in order.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from credit_grading.city.manifest import CityManifest
from credit_grading.warehouse.embedded import EmbeddedPostgres

HOME = Path(__file__).resolve().parents[2]
FIRMS = "300"
FEEDS = 6


class Platform:
    """A state folder in a private place, and the command line on it."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CREDIT_GRADING"))}
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        return own | {"CREDIT_GRADING_STATE": str(self.state), "PYTHONPATH": str(HOME / "plugins")}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # from another folder: nothing may depend on the working directory
        return subprocess.run(
            [sys.executable, "-m", "credit_grading", *arguments],
            env=self.environment(), cwd="/", capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip

    def processes(self) -> list[str]:
        """Whatever still runs for this state folder."""
        found = []
        for process in psutil.process_iter():
            try:
                words = " ".join(process.cmdline())
                place = process.environ().get("CREDIT_GRADING_STATE")
            except psutil.Error:
                continue
            if process.pid != os.getpid() and (str(self.state) in words or place == str(self.state)):
                found.append(words)
        cluster = (self.state / "postgres").resolve()
        found += [words for words in _command_lines() if str(cluster) in words]
        return found

    @property
    def feeds(self) -> Path:
        return self.state / "feeds"


def _command_lines() -> list[str]:
    lines = []
    for process in psutil.process_iter():
        try:
            lines.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return lines


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    # 0700, as a home folder may be: nothing of it may be opened to others
    private = Path(tempfile.mkdtemp(prefix="credit-grading-e2e-"))
    made = Platform(private / "state")
    yield made
    made.run("down")
    assert private.stat().st_mode & 0o777 == 0o700
    cluster = made.state / "postgres"
    if cluster.is_symlink():
        shutil.rmtree(cluster.resolve().parent)
    shutil.rmtree(private)


@pytest.fixture(scope="module")
def first(platform: Platform) -> subprocess.CompletedProcess[str]:
    return platform.run("demo", "--firms", FIRMS)


def query(platform: Platform, statement: str) -> list[tuple[object, ...]]:
    server = EmbeddedPostgres(platform.state / "postgres")
    server.start()
    try:
        with psycopg.connect(server.url("credit_grading")) as connection:
            return connection.execute(statement.encode()).fetchall()
    finally:
        server.stop()


RELEASES = "select publication_id, grades_added, grades_changed from sharing.publication order by 1"


def test_the_demo_publishes(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0, first.stdout + first.stderr
    [(publication_id, added, changed)] = query(platform, RELEASES)
    assert (publication_id, changed) == (1, 0)
    assert isinstance(added, int)
    assert added > int(FIRMS)
    assert query(platform, "select count(*) from sharing.grade") == [(added,)]
    assert query(platform, "select distinct rulebook_id from sharing.grade order by 1") == [
        ("bidding_participant",), ("construction_integrity",), ("public_credit",)
    ]  # fmt: skip


def test_it_says_what_a_reader_wants_to_know(first: subprocess.CompletedProcess[str]) -> None:
    for title in (
        "rows per feed",
        "grades per rulebook",
        "verdicts per suite",
        "one grade explained",
        "time per stage",
    ):
        assert title in first.stdout
    for feed in ("market_entity_registry", "administrative_penalties", "serious_dishonesty_list", "honours"):
        assert feed in first.stdout
    assert "index.html" in first.stdout
    assert "postgresql://" in first.stdout
    assert "asset_triggered" in first.stdout, "grading must start from the feeds' assets, not from the demo"


def test_the_release_is_followed_up(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    assert "✓ 发布后监管与推送 supervise, deliver" in first.stdout
    assert first.stdout.count("asset_triggered") >= 2, "they start from the publication, not from the demo"
    plans = query(platform, "select publication_id, count(*) from supervision.inspection_plan group by 1")
    assert plans, "the supervision list has items, so periods are planned"
    assert {publication_id for publication_id, _ in plans} == {1}
    assert query(platform, "select publication_id, outcome from sharing.delivery") == [(1, "delivered")]
    [folder] = (platform.state / "deliveries" / "market_regulation" / "exchange").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["publication_id"] == 1
    rows = {table["table"]: table["rows"] for table in manifest["tables"]}
    own = "select count(*) from sharing.grade where rulebook_id = 'public_credit'"
    assert query(platform, own) == [(rows["grade_current"],)], "what its file entitles it to, and nothing else"


def test_no_row_is_lost(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0
    rows = query(
        platform,
        "select batch.feed_id, sum(batch.row_count), sum(staged.accepted), sum(staged.quarantined),"
        " (select count(*) from quarantine.rejected_row as rejected where rejected.feed_id = batch.feed_id)"
        " from landing.batch left join staging.staged_batch as staged using (batch_id) group by batch.feed_id",
    )
    assert len(rows) == FEEDS
    for feed, landed, accepted, quarantined, kept in rows:
        assert landed == accepted + quarantined, feed  # type: ignore[operator]
        assert quarantined == kept, feed
    # the generator knows what it soiled
    city = CityManifest.load(platform.feeds)
    assert {row[0]: int(str(row[1])) for row in rows} == {name: feed.rows for name, feed in city.feeds.items()}
    assert {row[0]: int(str(row[3])) for row in rows} == {name: feed.rejected for name, feed in city.feeds.items()}
    assert sum(feed.rejected for feed in city.feeds.values()) > 0, "the city's dirt must show"


def test_it_leaves_no_process_behind(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0
    assert platform.processes() == []


def test_secrets_are_for_their_owner_alone(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0
    for file in (platform.state / "secrets.json", platform.state / "airflow" / "passwords.json"):
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_running_it_again_finds_nothing_new(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    batches = query(platform, "select count(*) from landing.batch")
    again = platform.run("demo", "--firms", FIRMS)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "没有新数据" in again.stdout
    assert "publish" not in again.stdout.partition("time per stage")[2]
    assert query(platform, "select count(*) from landing.batch") == batches
    assert len(query(platform, RELEASES)) == 1
    assert platform.processes() == []


def test_a_bad_feed_turns_its_ingest_red_and_the_last_release_stays(
    platform: Platform, first: subprocess.CompletedProcess[str]
) -> None:
    empty = platform.feeds / "finance" / "honour" / "2026-07-01_1_full.jsonl"
    empty.write_bytes(b"")
    [good, *_] = sorted((platform.feeds / "market_regulation" / "administrative_penalty").glob("*.csv"))
    wrong = good.with_name("2026-07-01_4_wrong_header.csv")
    text = good.read_text(encoding="utf-8-sig")
    header, _, rows = text.partition("\n")
    wrong.write_text(re.sub("行政处罚决定书文号|CF_WSH", "文书", header) + "\n" + rows, encoding="utf-8")
    try:
        red = platform.run("demo", "--firms", FIRMS)
    finally:
        empty.unlink()
        wrong.unlink()
    assert red.returncode == 1
    assert "ingest_finance.receive_honours" in red.stderr
    assert "empty_feed" in red.stderr
    assert empty.name in red.stderr
    assert "ingest_market_regulation.receive_administrative_penalties" in red.stderr
    assert "wrong_header" in red.stderr
    assert wrong.name in red.stderr
    assert "receive_market_entity_registry" not in red.stderr, "the other feeds are not stopped"
    assert len(query(platform, RELEASES)) == 1
    attempts = query(
        platform, "select feed_id, outcome from landing.feed_attempt where outcome in ('empty_feed', 'wrong_header')"
    )
    assert sorted(attempts) == [("administrative_penalties", "wrong_header"), ("honours", "empty_feed")]
    assert platform.processes() == []


def test_ctrl_c_leaves_no_process_and_what_was_published(
    platform: Platform, first: subprocess.CompletedProcess[str]
) -> None:
    running = subprocess.Popen(
        # a shell lets what it starts in the background ignore Ctrl-C; the demo must hear it
        ["env", "--default-signal=INT", sys.executable, "-u", "-m", "credit_grading", "demo", "--firms", FIRMS],
        env=platform.environment(), cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert running.stdout
    seen = ""
    while "启动 Airflow" not in seen:
        line = running.stdout.readline()
        assert line, seen
        seen += line
    time.sleep(2)
    assert platform.processes() != [], "nothing was running that could be left behind"
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=120)
    assert running.returncode == 130, seen + rest
    assert "Traceback" not in rest
    assert platform.processes() == []
    assert len(query(platform, RELEASES)) == 1


def test_a_spike_of_rejected_rows_is_refused_by_the_gate_and_the_last_release_stays(
    platform: Platform, first: subprocess.CompletedProcess[str]
) -> None:
    grades = query(platform, "select md5(string_agg(grade::text, chr(10) order by grade::text)) from sharing.grade")
    [good, *_] = sorted((platform.feeds / "market_regulation" / "market_entity").glob("*.csv"))
    header, *rows = good.read_text(encoding="utf-8-sig").splitlines()
    codes = re.compile(r"\b[0-9A-Z]{18}\b")
    spoilt = [codes.sub("91500000MA5UWRONG0", row) for row in rows]
    assert spoilt != rows
    good.with_name("2026-07-01_2_spoilt.csv").write_text("\n".join([header, *spoilt]) + "\n", encoding="utf-8")
    refused = platform.run("demo", "--firms", FIRMS)
    assert refused.returncode == 1
    assert "grade.gate_staging" in refused.stderr
    assert "quality.feed_rejection" in refused.stderr
    assert "market_entity_registry" in refused.stderr
    assert len(query(platform, RELEASES)) == 1
    assert grades == query(
        platform, "select md5(string_agg(grade::text, chr(10) order by grade::text)) from sharing.grade"
    )
    [(state, reason)] = query(platform, "select state, reason from evaluation.run order by run_id desc limit 1")
    assert state == "refused"
    assert reason
    outcome = "select outcome from quality.verdict order by verdict_id desc limit 1"
    assert query(platform, outcome) == [("failed",)]
    assert platform.processes() == []


def test_one_grade_is_explained_from_the_command_line(
    platform: Platform, first: subprocess.CompletedProcess[str]
) -> None:
    [(rulebook, subject)] = query(
        platform, "select rulebook_id, subject_key from sharing.grade where rulebook_id = 'public_credit' limit 1"
    )
    explained = platform.run("explain", str(rulebook), str(subject))
    assert explained.returncode == 0, explained.stderr
    assert str(subject) in explained.stdout
    assert platform.processes() == []


def test_an_unknown_subject_is_one_clear_message(platform: Platform, first: subprocess.CompletedProcess[str]) -> None:
    failed = platform.run("explain", "public_credit", "nobody")
    assert failed.returncode == 1
    assert "nobody" in failed.stderr
    assert "Traceback" not in failed.stderr
