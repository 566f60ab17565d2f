"""Time what follows the evaluation at the size of a city.

    python -m tests.bench.release <state folder> <subjects> <records>

The city of `make bench` is graded on two days; one of a hundred subjects is touched in between. After each evaluation:
dbt's candidates, the release, each step of DAG `supervise`, and the delivery of the market regulator. The gate is not
run: its verdict is written by hand, as it asks for feeds that this city does not have.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.warehouse.connection import VARIABLE
from tests.bench.city import City, connect, settle, touch
from tests.bench.contenders import by_dbt, by_hand
from tests.bench.day import FIRST, NEXT, Day
from tests.bench.report import table
from tests.bench.server import start_server

RECEIVER = ("market_regulation", "exchange")
PLAIN = ("--exclude-resource-type", "unit_test", "test")
SUBJECTS = """
truncate thematic.subject;
insert into thematic.subject (
    subject_key, subject_kind, subject_name, division_code, first_known_from, resolution_reason
)
select
    subject_key, 'coded', '企业' || subject_key, '5001' || lpad((1 + abs(hashtext(subject_key)) % 12)::text, 2, '0'),
    min(known_from), 'credit_code'
from thematic.credit_record
group by subject_key;
"""
Steps = dict[str, float]


def timed(steps: Steps, name: str, do: Callable[[], Any]) -> Any:
    """Run one step, note its seconds."""
    begun = time.perf_counter()
    result = do()
    steps[name] = time.perf_counter() - begun
    print(f"{time.strftime('%H:%M:%S')} {name}: {steps[name]:.1f} s", file=sys.stderr, flush=True)
    return result


def surround(connection: psycopg.Connection[Any]) -> None:
    """What the candidates read beside the records: empty databases of the other kinds, subjects, roles, rules."""
    from credit_grading.contract.load import load_contracts
    from credit_grading.landing.tables import ensure_landing_tables
    from credit_grading.operators.departments import readable_departments
    from credit_grading.sharing.roles import sync_roles
    from credit_grading.supervision.warning_load import load_warning_rules
    from credit_grading.transform.dbt import run_dbt

    ensure_landing_tables(connection, load_contracts())
    run_dbt("build", "--select", "path:models/staging", "path:seeds", *PLAIN)
    run_dbt("build", "--select", "path:models/thematic",
            "--exclude", "credit_record", "path:models/thematic/credit_record", *PLAIN)  # fmt: skip
    connection.execute(SUBJECTS.encode())
    connection.execute(b"analyze")
    sync_roles(connection, readable_departments())
    load_warning_rules(connection)


def candidates_and_release(connection: psycopg.Connection[Any], steps: Steps) -> None:
    """dbt's candidates, and one publication of them."""
    from credit_grading.publication.publish import publish
    from credit_grading.transform.dbt import run_dbt
    from tests.sharing.releases import add_verdict

    timed(steps, "candidates", lambda: run_dbt("build", "--select", "path:models/sharing", *PLAIN))
    [run_id] = connection.execute(
        "update evaluation.run set state = 'verified' where run_id = (select max(run_id) from evaluation.run)"
        " returning run_id"
    ).fetchone() or (0,)
    for gate in ("staging", "publication"):
        add_verdict(connection, run_id, gate)
    timed(steps, "publish", lambda: publish(connection, run_id))


def supervise_and_deliver(connection: psycopg.Connection[Any], steps: Steps, day: Day) -> None:
    """The tasks of DAG `supervise`, what DAG `maintain` would show, and one full delivery as files."""
    from datetime import date

    from credit_grading.delivery.declared import declared
    from credit_grading.delivery.deliver import deliver
    from credit_grading.operators.departments import readable_departments
    from credit_grading.supervision.exchange import exchange
    from credit_grading.supervision.expert_pool import propose
    from credit_grading.supervision.inspection import plan_inspections, record_inspections
    from credit_grading.supervision.mark_records import mark_records
    from credit_grading.supervision.note_corrections import note_corrections
    from credit_grading.supervision.retention import preview
    from credit_grading.supervision.review import review
    from credit_grading.supervision.warn import warn
    from tests.unit.landing_support import no_connection

    as_of = date.fromisoformat(day.as_of)
    [(department_id, delivery)] = declared(readable_departments(), *RECEIVER)
    for name, step in {
        "mark_records": lambda: mark_records(connection),
        "warn": lambda: warn(connection),
        "exchange": lambda: exchange(connection),
        "review": lambda: review(connection, as_of),
        "note_corrections": lambda: note_corrections(connection),
        "record_inspections": lambda: record_inspections(connection),
        "plan_inspections": lambda: plan_inspections(connection),
        "manage_experts": lambda: propose(connection),
        "retention_preview": lambda: preview(connection, as_of),
        "deliver": lambda: deliver(department_id, delivery, open_connection=no_connection),
    }.items():
        timed(steps, name, step)


def main() -> None:
    """Measure both days, print the table."""
    folder, city = Path(sys.argv[1]), City("release", int(sys.argv[2]), int(sys.argv[3]))
    # whoever ends the bench ends its server, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = start_server(folder / "cluster", [city.database])
    days: list[Steps] = []
    try:
        url = os.environ[VARIABLE] = server.url(city.database)
        with connect(url) as hand, psycopg.connect(url, autocommit=True) as connection:
            settle(hand, city)
            surround(connection)
            for day in (FIRST, NEXT):
                if days:
                    by_hand(hand, FIRST)
                    touch(hand, city, city.subjects // 100)
                days.append({})
                timed(days[-1], "evaluation", lambda day=day: by_dbt(url, day))
                candidates_and_release(connection, days[-1])
                supervise_and_deliver(connection, days[-1], day)
    finally:
        server.stop()
    print(
        f"{city.subjects} subjects, {city.records} records, {city.subjects // 100} subjects touched on the next day\n"
    )
    print(table(["step", "first day s", "next day s"],
                [[name, f"{days[0][name]:.1f}", f"{days[1][name]:.1f}"] for name in days[0]]))  # fmt: skip


if __name__ == "__main__":
    main()
