"""Results of drawn subjects come back and are counted by working days; who sees which draw, with real logins."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading import cli
from credit_grading.sharing.roles import sync_roles
from credit_grading.supervision.draw import cancel_draw, export_draw
from credit_grading.supervision.draw_verify import verify_draw
from credit_grading.supervision.inspection import record_inspections
from tests.sharing.inspections import draw, prepared
from tests.sharing.releases import Department
from tests.sharing.test_roles import log_in

VIEWS = (
    "inspection_plan", "draw", "draw_stratum", "draw_frame", "draw_inspector", "draw_recusal", "drawn_subject",
    "draw_assignment", "inspection_progress",
)  # fmt: skip
# market_regulation inspects; finance reads the rulebook; customs reads another; weather reads nothing
DEPARTMENTS = {
    "market_regulation": [], "finance": ["public_credit"], "development_and_reform": ["all"],
    "customs": ["bidding_participant"], "weather": [],
}  # fmt: skip


@pytest.fixture
def drawn(warehouse: psycopg.Connection[Any], tmp_path: Path) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    prepared(warehouse, tmp_path)
    number = draw(warehouse)
    warehouse.execute("insert into thematic_public_credit.inspection_result values ('old', 'SA001', null, 'failed')")
    sync_roles(warehouse, [Department(name, reads) for name, reads in DEPARTMENTS.items()])
    yield warehouse, number
    for name in DEPARTMENTS:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


def deliver(
    owner: psycopg.Connection[Any], number: str, subject: str, result: str, *, record: str = "r1",
    rectified: str | None = None, withdrawn: str | None = None, known: str = "2026-06-02",
) -> None:  # fmt: skip
    owner.execute(
        "insert into thematic_public_credit.inspection_result values (%s, %s, %s, %s, '2026-06-01', %s, %s, %s)",
        (record, subject, number, result, rectified, withdrawn, known),
    )


def progress(owner: psycopg.Connection[Any], columns: str = "drawn, done, problems_found, problems_open") -> Any:
    summed = ", ".join(f"sum({column})::integer" for column in columns.split(", "))
    return owner.execute(f"select {summed} from sharing.inspection_progress".encode()).fetchone()


def test_results_count_once_as_they_are_known_now(drawn: tuple[psycopg.Connection[Any], str]) -> None:
    owner, number = drawn
    assert progress(owner) == (16, 0, 0, 0)
    deliver(owner, number, "SD000", "passed")
    deliver(owner, number, "SD001", "failed")
    deliver(owner, number, "SD002", "failed")
    deliver(owner, number, "SD002", "passed", record="r2")
    assert record_inspections(owner) == (4, [])
    assert record_inspections(owner) == (0, []), "a second time nothing is new"
    assert progress(owner) == (16, 3, 2, 2)
    deliver(owner, number, "SD001", "failed", rectified="2026-06-20", known="2026-06-21")
    deliver(owner, number, "SD000", "passed", withdrawn="2026-06-20", known="2026-06-21")
    assert record_inspections(owner) == (2, [])
    assert progress(owner) == (16, 2, 2, 1)
    assert owner.execute(
        "select subject_key, result, inspected_on, rectified_on from sharing.drawn_subject"
        " where result is not null order by 1"
    ).fetchall() == [
        ("SD001", "failed", date(2026, 6, 1), date(2026, 6, 20)), ("SD002", "failed", date(2026, 6, 1), None)
    ]  # fmt: skip


def test_a_result_that_belongs_to_no_draw_is_told_and_counts_for_none(
    drawn: tuple[psycopg.Connection[Any], str],
) -> None:
    owner, number = drawn
    deliver(owner, "registered_matters-2026-04-7", "SD000", "failed")
    deliver(owner, number, "S-new", "failed")
    deliver(owner, number, "SD000", "passed")
    assert record_inspections(owner) == (
        3, [(number, "S-new", "not_drawn"), ("registered_matters-2026-04-7", "SD000", "unknown_draw")]
    )  # fmt: skip
    assert progress(owner) == (16, 1, 0, 0)


def test_what_has_no_result_by_the_due_day_is_overdue_by_working_days(
    drawn: tuple[psycopg.Connection[Any], str],
) -> None:
    owner, number = drawn
    # 20 working days after 30 June 2026
    assert owner.execute("select results_due_on from sharing.draw").fetchone() == (date(2026, 7, 28),)
    deliver(owner, number, "SD000", "passed")
    record_inspections(owner)
    owner.execute("set session_replication_role = replica")
    for days, overdue, working_days in ((0, 0, 0), (7, 15, 5)):
        owner.execute(
            "update supervision.draw set results_due_on = (select max(day)::date from generate_series("
            "calendar.city_day(now()) - 30, calendar.city_day(now()), interval '1 day') as day"
            " where calendar.working_days_between(day::date, calendar.city_day(now())) = %s)",
            (working_days if days else 0,),
        )
        assert progress(owner, "drawn, done, overdue") == (16, 1, overdue)
        # also to a department, which may not read the calendar's list of holidays
        with log_in(owner, "market_regulation") as reader:
            late = reader.execute("select max(overdue_working_days) from sharing.inspection_progress").fetchone()
        assert late == (working_days,)


def test_of_a_cancelled_draw_nothing_is_owed(drawn: tuple[psycopg.Connection[Any], str]) -> None:
    owner, number = drawn
    cancel_draw(owner, number, "名录有误", "王五")
    assert progress(owner) == (None, None, None, None)


@pytest.mark.parametrize(
    ("department", "sees"),
    [("market_regulation", True), ("finance", True), ("development_and_reform", True), ("customs", False),
     ("weather", False)],
)  # fmt: skip
def test_who_sees_a_draw(
    drawn: tuple[psycopg.Connection[Any], str], department: str, sees: bool, tmp_path: Path
) -> None:
    owner, number = drawn
    owner.execute("insert into supervision.recusal (inspector_code, subject_key, is_recused, reason, recorded_by)"
                  " values ('I0', 'S0', true, '亲属', '李四')")  # fmt: skip
    with log_in(owner, department) as reader:
        for view in VIEWS:
            [(found,)] = reader.execute(f"select count(*) from sharing.{view}".encode()).fetchall()
            [(there,)] = owner.execute(f"select count(*) from sharing.{view}".encode()).fetchall()
            assert found == (there if sees else 0), view
            assert there > 0 or view == "draw_recusal", view
        assert reader.execute("select count(*) from sharing.supervision_list").fetchone() == (4,)
        certificates = reader.execute(
            "select count(*) from sharing.draw_inspector where certificate_number is not null"
        ).fetchone()
        assert certificates == (12 if department == "market_regulation" else 0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from supervision.draw_frame")
        if sees:
            # an outsider by login: hands the draw out and repeats it
            export_draw(reader, number, tmp_path / "out")
            assert verify_draw(tmp_path / "out") == []


def test_a_right_to_some_divisions_or_of_another_day_is_none_to_a_draw(
    drawn: tuple[psycopg.Connection[Any], str],
) -> None:
    owner, _ = drawn
    for change in ("divisions = array['500101']", "divisions = null, granted_until = '2020-01-01'"):
        owner.execute(f"update sharing.entitlement set {change} where department_id = 'finance'".encode())
        with log_in(owner, "finance") as reader:
            assert reader.execute("select count(*) from sharing.draw_frame").fetchone() == (0,)
    owner.execute("update sharing.entitlement set granted_until = null where department_id = 'finance'")
    with log_in(owner, "finance") as reader:
        assert reader.execute("select count(*) from sharing.draw_frame").fetchone() == (60,)


def test_the_commands(
    warehouse: psycopg.Connection[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    from credit_grading import paths

    prepared(warehouse, tmp_path)
    (tmp_path / "list" / "schema.json").write_bytes((paths.supervision_list() / "schema.json").read_bytes())
    monkeypatch.setattr(paths, "supervision_list", lambda: tmp_path / "list")

    def run(*arguments: str, code: int = 0) -> str:
        assert cli.main(["draw", *arguments]) == code, capsys.readouterr()
        told = capsys.readouterr()
        return told.out + told.err

    seed, commitment = (line.rsplit(" ", 1)[1] for line in run("seed").splitlines())
    assert len(seed) == len(commitment) == 64
    assert "YYYY-MM" in run("commit", "registered_matters", "2026-4-1", commitment, code=1)
    assert "64 hexadecimal" in run("commit", "registered_matters", "2026-04", "hash", code=1)
    number = run("commit", "registered_matters", "2026-04", commitment, "--by", "王五").split()[-1]
    assert "16 户" in run("run", number, seed)
    assert "was drawn before" in run("run", number, seed)
    assert "repeated exactly" in run("verify", number)
    run("export", number, str(tmp_path / "out"))
    assert "repeated exactly" in run("verify", str(tmp_path / "out"))
    (tmp_path / "out" / "draw_recusal.csv").write_text("inspector_code,subject_key,ground\nI0,SA000,declared\n")
    assert "the frame is not the one" in run("verify", str(tmp_path / "out"), code=1)
    assert "已登记回避" in run("recuse", "I0", "SA000", "--reason", "亲属")
    assert "已解除回避" in run("recuse", "I0", "SA000", "--reason", "误登", "--lift")
    assert "已作废" in run("cancel", number, "--reason", "名录有误")
