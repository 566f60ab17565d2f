"""The rolling audit finds whatever of a run's results does not follow from the records, and nothing else."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.evaluation.audit import Audit, audit, chosen
from credit_grading.evaluation.run import open_run
from credit_grading.operators.audit import AuditFailed, AuditOperator
from credit_grading.operators.evaluation_run import RunNotOurs
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.oracle.worlds import World, random_world
from tests.sql.daily import Daily
from tests.sql.landed import own_warehouse
from tests.sql.test_incremental import NOTHING_HELD, steady

EVERYBODY = 2000
DAG_RUN = "scheduled__today"


@pytest.fixture(scope="module")
def city(
    cluster: EmbeddedPostgres, prepared_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Daily, World]]:
    with own_warehouse(cluster, prepared_template, "audited_world") as connection:
        yield Daily(connection, tmp_path_factory.mktemp("audited") / "rulebooks"), steady(random_world(5, subjects=20))


@pytest.fixture
def evaluated(city: tuple[Daily, World]) -> Daily:
    """A correct run over every subject, opened by a DAG run; whoever wrote over it has let the audit find it."""
    daily, world = city
    if not held(daily):
        daily.receive(world)
        open_run(daily.connection, world.as_of, DAG_RUN, world.knowledge_at, every_subject=True)
        daily.evaluate()
    return daily


@pytest.fixture
def desk(evaluated: Daily) -> Iterator[psycopg.Connection]:
    """A connection as the task has it: the workspace is its own until it closes."""
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as connection:
        yield connection


def known_subjects(daily: Daily) -> set[str]:
    return {key for (key,) in daily.connection.execute("select subject_key from thematic.credit_record")}


def held(daily: Daily) -> list[tuple]:
    return daily.connection.execute("select run_id from evaluation.held_run").fetchall()


def found(result: Audit) -> set[tuple[str, str]]:
    return {(difference.table, difference.subject_key) for difference in result.differences}


def graded(daily: Daily, table: str, column: str) -> list[str]:
    """Subjects of whom the table holds a row with such a value, in order."""
    query = f"select distinct subject_key from evaluation.{table} where {column} is not null order by 1"
    return [key for (key,) in daily.connection.execute(query.encode())]


def test_each_run_looks_at_other_subjects(evaluated: Daily) -> None:
    samples = [frozenset(chosen(evaluated.connection, run_id, 2)) for run_id in range(1, 401)]
    assert all(0 < len(sample) <= 4 for sample in samples)
    assert len(set(samples)) > 200
    assert frozenset().union(*samples) == known_subjects(evaluated), "sooner or later it is everybody's turn"
    assert samples[0] == frozenset(chosen(evaluated.connection, 1, 2)), "a task that is started again checks the same"


def test_a_correct_run_then_one_that_was_written_over(evaluated: Daily, desk: psycopg.Connection) -> None:
    connection = evaluated.connection
    result = audit(desk, EVERYBODY)
    assert result == Audit(len(known_subjects(evaluated)), [])
    assert result.subjects == 20
    compared = connection.execute("select count(distinct subject_key) from evaluation_audit.grade").fetchone()
    assert compared == connection.execute("select count(distinct subject_key) from evaluation.grade").fetchone()
    assert held(evaluated), "what is right stays what the next run follows"

    of_grades = graded(evaluated, "decided_grade", "grade")
    better, without, total, worse = of_grades[0], of_grades[1], of_grades[2], of_grades[3]
    limited = next(key for key in graded(evaluated, "limit_hit", "limit_id") if key not in of_grades[:4])
    stranger = "91500103MA5U99999X"
    for statement, subject in (
        ("update evaluation.decided_grade set grade = grade || '+' where subject_key = %s", better),
        # a subject that has lost its grades
        ("delete from evaluation.decided_grade where subject_key = %s", without),
        ("update evaluation.ordered_total set latest = latest + 1, total = total + 1 where subject_key = %s", total),
        # behind the back of the ledger: nobody is told that the record changed
        ("update thematic.credit_record set withdrawn_on = occurred_on where subject_key = %s", worse),
        ("delete from evaluation.limit_hit where subject_key = %s", limited),
    ):
        assert connection.execute(statement.encode(), (subject,)).rowcount > 0, statement
    # and one that has a grade and no record
    connection.execute(
        "insert into evaluation.decided_grade"
        " select (jsonb_populate_record(row, jsonb_build_object('subject_key', %s::text))).*"
        " from evaluation.decided_grade as row limit 1",
        (stranger,),
    )
    result = audit(desk, EVERYBODY)
    assert {subject for _, subject in found(result)} == {better, without, total, worse, limited, stranger}
    assert {subject for table, subject in found(result) if table == "grade"} >= {better, without, worse, stranger}
    assert ("contribution", total) in found(result)
    assert ("limit_hit", limited) in found(result)
    lost = next(one for one in result.differences if one.table == "grade" and one.subject_key == without)
    assert lost.first is None
    assert lost.second
    assert "没有此行 no row ≠" in str(lost)
    assert held(evaluated) == []


def test_the_task_fails_names_the_subject_and_the_next_run_is_over_everybody(
    evaluated: Daily, city: tuple[Daily, World]
) -> None:
    connection, world = evaluated.connection, city[1]
    task = AuditOperator(task_id="audit")
    with pytest.raises(RunNotOurs):
        task.execute({"run_id": "another"})
    assert task.execute({"run_id": DAG_RUN}) == {"subjects": 20}

    subject = graded(evaluated, "decided_grade", "grade")[0]
    connection.execute("update evaluation.decided_grade set score = score + 1 where subject_key = %s", (subject,))
    with pytest.raises(AuditFailed, match=f"1 of 20 subjects .*: {subject}$") as failure:
        task.execute({"run_id": DAG_RUN})
    assert isinstance(failure.value, AirflowFailException), "trying again would not mend it"
    state, reason = connection.execute(
        "select state, reason from evaluation.run order by run_id desc limit 1"
    ).fetchone()
    assert state == "refused"
    assert "20 个主体中 1 个" in reason
    run = evaluated.open(world.as_of, world.knowledge_at)
    assert (run["mode"], run["mode_reason"]) == ("full", NOTHING_HELD)


def test_nothing_to_audit(warehouse: psycopg.Connection, city: tuple[Daily, World]) -> None:
    """Last, in a warehouse of its own: the city is empty, and before that there is no run at all."""
    daily = Daily(warehouse, city[0].folder)
    with pytest.raises(LookupError, match="there is no evaluation run"):
        audit(warehouse)
    empty = World([], [], city[1].as_of)
    daily.day(empty)
    assert audit(warehouse) == Audit(0, [])
    assert held(daily)
