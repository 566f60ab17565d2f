"""What a grade means in a scenario on any day: effect, rule, limit, from when to when; and for whom it can be seen."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.department.model import Subscription
from credit_grading.publication.roll_back import roll_back
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import DEPARTMENTS, Department, Grade, departments
from tests.sharing.test_roles import log_in
from tests.sharing.warned import BOOK, release

Warehouse = psycopg.Connection[Any]
BIDDING = "bidding_participant"

# the kinds of effects the scenarios know: 综合评分法, 最低评标价法, 保证金, 绿色通道, 依法限制
EFFECTS = """
insert into candidate.scenario_effect values
    ('public_credit', 'approval', 'A', 1, 'A', 'green_channel', null, '审批绿色通道', 'Green channel', null),
    ('public_credit', 'approval', 'A', 2, 'A', 'deferred_documents', null, '容缺受理', 'Papers may follow', null),
    ('bidding_participant', 'public_resource_trading', 'A', 1, 'A', 'deposit_percent', 50, '保证金减半', 'Half', null),
    ('bidding_participant', 'public_resource_trading', 'D', 2, 'D', 'price_markup_percent', 2, '加价2%', '+2%', null),
    ('bidding_participant', 'public_resource_trading', 'E', 1, 'E', 'exclusion', null, '依法禁止参加', 'Excluded',
        '示例法第七十七条');
"""


def grades(public: str, bidding: str, score: int = 70) -> list[Grade]:
    return [Grade(BOOK, "S", Decimal(score), public), Grade(BIDDING, "S", Decimal(score), bidding)]


def effects(connection: Warehouse, day: str | None = None, scenario: str | None = None) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select rulebook_id, effect, value, grade from sharing.effect_of('S', %s, %s)",
        (scenario, date.fromisoformat(day) if day else None),
    ).fetchall()


def test_effects_of_any_day_are_those_of_the_grade_then(warehouse: Warehouse) -> None:
    release(warehouse, "2025-06-01", grades("A", "D"), also=EFFECTS)
    release(warehouse, "2025-06-10", grades("A", "D", score=71), also=EFFECTS)
    release(warehouse, "2025-06-20", grades("D", "E"), also=EFFECTS)
    assert effects(warehouse, "2025-05-31") == []
    first = [
        (BIDDING, "price_markup_percent", 2, "D"), (BIDDING, "bid_points", -2, "D"),
        (BOOK, "deferred_documents", None, "A"), (BOOK, "green_channel", None, "A"),
    ]  # fmt: skip
    assert effects(warehouse, "2025-06-01") == effects(warehouse, "2025-06-19") == first
    # conflicts between rulebooks are shown side by side, the strictest first
    now = [(BIDDING, "exclusion", None, "E"), (BOOK, "bid_points", -2, "D")]
    assert effects(warehouse, "2025-06-20") == effects(warehouse) == now
    assert effects(warehouse, scenario="approval") == []
    assert effects(warehouse, "2025-06-05", "approval") == first[2:]
    # another score leaves the effect as it was: it has been in force since the first release
    assert warehouse.execute(
        "select valid_from::text, valid_until::text, publication_id, legal_basis, effect_en, rulebook_version"
        " from sharing.effect_of('S', 'public_resource_trading', '2025-06-15') where effect = 'bid_points'"
    ).fetchall() == [("2025-06-01", "2025-06-20", 1, "示例条例第九条", "Two points less", "2025-01")]
    assert warehouse.execute(
        "select rulebook_id, effect, valid_from::text, subject_name from sharing.effect_in_force order by strictness"
    ).fetchall() == [
        (BIDDING, "exclusion", "2025-06-20", "企业S"), (BOOK, "bid_points", "2025-06-20", "企业S"),
    ]  # fmt: skip


def test_a_past_day_keeps_the_rules_of_its_version(warehouse: Warehouse) -> None:
    other = (
        "update candidate.rulebook set rulebook_version = '2025-07';"
        "update candidate.grade set rulebook_version = '2025-07';"
        "update candidate.scenario_effect set value = -5, effect_zh = '评标减5分' where effect = 'bid_points';"
    )
    release(warehouse, "2025-06-01", grades("D", "A"))
    release(warehouse, "2025-07-01", grades("D", "A"), also=other)
    past, present = (
        warehouse.execute(
            "select value, effect_zh, rulebook_version from sharing.effect_of('S', null, %s)", (day,)
        ).fetchall()
        for day in (date(2025, 6, 30), date(2025, 7, 1))
    )
    assert past == [(-2, "评标减2分", "2025-01")]
    assert present == [(-5, "评标减5分", "2025-07")]


def test_the_limit_that_decided_stands_beside_the_effect(warehouse: Warehouse) -> None:
    limited = f"update candidate.grade set limit_id = 'dishonest', grade_status = 'veto' where rulebook_id = '{BOOK}';"
    release(warehouse, "2025-06-01", grades("D", "A"), also=limited)
    # the same grade, now by its score: another period
    release(warehouse, "2025-06-02", grades("D", "A"))
    query = (
        "select limit_id, limit_effect, limit_zh, limit_legal_basis, valid_from::text, valid_until::text"
        " from sharing.effect_of('S', null, %s)"
    )
    assert warehouse.execute(query, (date(2025, 6, 1),)).fetchall() == [
        ("dishonest", "veto", "列入严重失信主体名单", "示例条例第三条", "2025-06-01", "2025-06-02")
    ]
    assert warehouse.execute(query, (date(2025, 6, 2),)).fetchall() == [(None, None, None, None, "2025-06-02", None)]


def test_what_a_roll_back_took_back_was_never_in_force(warehouse: Warehouse) -> None:
    """A later release decides about every day from its own as-of date on."""
    release(warehouse, "2025-06-01", grades("D", "A"))
    release(warehouse, "2025-06-05", grades("A", "A"), also=EFFECTS)
    release(warehouse, "2025-06-05", grades("D", "A"))
    for day in ("2025-06-04", "2025-06-05", "2025-06-06"):
        assert [effect for book, effect, *_ in effects(warehouse, day) if book == BOOK] == ["bid_points"], day
    # a whole roll-back to the day before leaves one period only
    warehouse.execute("update sharing.grade_change set as_of = '2025-06-01' where publication_id = 3")
    assert warehouse.execute(
        "select valid_from::text, valid_until from sharing.effect_period where rulebook_id = %s", (BOOK,)
    ).fetchall() == [("2025-06-01", None)]


def test_a_roll_back_puts_back_what_grades_meant(warehouse: Warehouse) -> None:
    limited = f"update candidate.grade set limit_id = 'dishonest', grade_status = 'veto' where rulebook_id = '{BOOK}';"
    release(warehouse, "2025-06-01", grades("D", "A"), also=limited)
    release(warehouse, "2025-06-05", grades("A", "A"), also=EFFECTS)
    kept = "select count(*) from sharing.scenario_effect_history"
    before = warehouse.execute(kept).fetchone()
    # its day is the day of the release that it puts back
    roll_back(warehouse, 1, "误发", "张三")
    assert warehouse.execute(kept).fetchone() == before
    for day in ("2025-06-01", "2025-06-05", "2025-06-06"):
        assert warehouse.execute(
            "select effect, limit_id from sharing.effect_of('S', null, %s) where rulebook_id = %s",
            (date.fromisoformat(day), BOOK),
        ).fetchall() == [("bid_points", "dishonest")], day


def test_who_is_no_longer_graded_has_no_effect(warehouse: Warehouse) -> None:
    release(warehouse, "2025-06-01", grades("D", "D"))
    release(warehouse, "2025-06-02", grades("D", "D")[1:])
    assert [row[0] for row in effects(warehouse, "2025-06-01")] == [BIDDING, BOOK]
    assert [row[0] for row in effects(warehouse, "2025-06-02")] == [BIDDING]


def test_an_unknown_scenario_is_an_error_and_not_no_effect(warehouse: Warehouse) -> None:
    release(warehouse, "2025-06-01", grades("D", "D"))
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="没有应用场景 bidding"):
        effects(warehouse, scenario="bidding")


@pytest.fixture
def shared(warehouse: Warehouse) -> Iterator[Warehouse]:
    release(warehouse, "2025-06-01", grades("A", "D"), also=EFFECTS)
    sync_roles(warehouse, departments())
    yield warehouse
    for department_id in DEPARTMENTS:
        warehouse.execute(f"drop owned by department_{department_id}; drop role department_{department_id}")


def test_a_department_sees_the_effects_of_the_rulebooks_it_reads(shared: Warehouse) -> None:
    expected = {"market_regulation": 2, "finance": 2, "development_and_reform": 4, "weather": 0}
    for department_id, count in expected.items():
        with log_in(shared, department_id) as department:
            found = effects(department)
            assert len(found) == count, department_id
            allowed = DEPARTMENTS[department_id]
            assert {book for book, *_ in found} <= ({BOOK, BIDDING} if allowed == ["all"] else set(allowed))
            assert department.execute("select count(*) from sharing.effect_in_force").fetchone() == (count,)


def test_what_happens_where_a_department_does_not_read_is_not_told_by_what_it_read_last(shared: Warehouse) -> None:
    """Whoever moved away may mean something else by now: the last grade that was seen says nothing of today."""
    district = Subscription(BIDDING, "属地监管", "示例条例第一条", date.min, date.max, ("500101",))
    sync_roles(shared, [*departments()[:3], Department("weather", [district])])
    moved = "update candidate.grade set division_code = '500102';"
    with log_in(shared, "weather") as weather:
        assert [effect for _, effect, *_ in effects(weather)] == ["price_markup_percent", "bid_points"]
        release(shared, "2025-06-10", grades("A", "D"), also=EFFECTS + moved)
        release(shared, "2025-06-20", grades("A", "E"), also=EFFECTS + moved)
        assert effects(weather) == effects(weather, "2025-06-10") == []
    assert [effect for book, effect, *_ in effects(shared) if book == BIDDING] == ["exclusion"]
