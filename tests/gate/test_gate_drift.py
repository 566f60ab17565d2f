"""What the gate says of planned feeds, and of headers that changed."""

from dataclasses import replace

from credit_grading.gate.run import run_gate

from .world import DEPARTMENTS

HEADER = """
insert into landing.received_header (department_id, feed_id, contract_id, source_name, batch_id, columns,
    unknown_columns, missing_columns, lost_columns, suggestions)
values ('market_regulation', '{feed}', 'administrative_penalty', 'penalties.csv', 1, '{columns}', '{unknown}', '{{}}',
    '{lost}', '[]')
"""


def header(feed: str = "penalties", columns: str = "{}", unknown: str = "{}", lost: str = "{}") -> str:
    return HEADER.format(feed=feed, columns=columns, unknown=unknown, lost=lost)


def test_a_changed_header_warns_and_a_new_column_is_noted(world, result_of):
    world.sql(header(columns="{offence_kind}"))
    world.sql(header(lost="{offence_kind}", unknown="{案源}"))
    # nobody expects this feed: it is planned, or gone
    world.sql(header(feed="tried", columns="{offence_kind}"))
    world.sql(header(feed="tried", lost="{offence_kind}", unknown="{案源}"))
    world.new_run()
    verdict = world.gate("staging")
    assert (verdict.outcome, verdict.failed_warning) == ("passed", 1)
    lost = result_of(verdict, "quality.schema_drift/no_column_renamed_or_lost")
    assert (lost.status, lost.severity) == ("failed", "warning")
    key = {"department_id": "market_regulation", "feed_id": "penalties"}
    assert lost.sample_keys == [key | {"kind": "lost_optional", "column_name": "offence_kind"}]
    new = result_of(verdict, "quality.schema_drift/no_column_new")
    assert (new.status, new.severity) == ("failed", "info")
    assert new.sample_keys == [key | {"kind": "new_column", "column_name": "案源"}]
    world.sql(header(columns="{offence_kind}"))
    again = world.gate("staging")
    assert {result_of(again, f"quality.schema_drift/{name}").status for name in ("no_column_new",
            "no_column_renamed_or_lost")} == {"passed"}  # fmt: skip


def test_a_planned_feed_is_expected_by_nobody(world, result_of):
    department = DEPARTMENTS[0]
    planned = replace(department.feeds[0], id="honours", live_since=None)
    verdict = run_gate(
        world.connection, "staging", world.run_id, departments=[replace(department, feeds=[*department.feeds, planned])]
    )
    assert result_of(verdict, "quality.feed_health/feed_silent_within_grace").status == "passed"
    expected = world.connection.execute("select feed_id from quality.feed_expectation").fetchall()
    assert expected == [(department.feeds[0].id,)]
