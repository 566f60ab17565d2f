"""One published grade, line by line, in the words of the rulebook: which records, which rule, which arithmetic.

Everything is read from schema sharing with the rights of the connection, so a department that may not see a grade
is told that there is none.
"""

import json
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from credit_grading.publication.changes import conditions, scenarios, single_changes
from credit_grading.publication.data_age import data_age
from credit_grading.publication.wording import arithmetic, heading, outcome, release, supervision

_GRADE = """
select grade.*, rulebook.title_zh as rulebook_title, rulebook.kind, rulebook.authority_zh, rulebook.legal_basis,
    rulebook.in_force_from, rulebook.start_score, rulebook.lowest_score, rulebook.highest_score,
    rulebook.minimum_known_percent, band.title_zh as grade_title, band.rank,
    newest.publication_id as newest_publication, newest.as_of as newest_as_of
from sharing.grade
inner join sharing.rulebook on grade.rulebook_id = rulebook.rulebook_id
left join sharing.grade_band as band on grade.rulebook_id = band.rulebook_id and grade.grade = band.grade
cross join (select * from sharing.publication order by publication_id desc limit 1) as newest
where grade.rulebook_id = %s and grade.subject_key = %s and grade.facet = %s
"""
_LINES = """
select explained.*, indicator.legal_basis, indicator.source_rulebook_id, indicator.is_scored,
    coalesce(indicator.unit_zh, grade_limit.unit_zh) as unit_zh, source.title_zh as source_title,
    grade_limit.effect, grade_limit.grade as limit_grade, grade_limit.legal_basis as limit_basis
from sharing.grade_explained as explained
left join sharing.indicator
    on explained.rulebook_id = indicator.rulebook_id and explained.indicator_id = indicator.indicator_id
    and explained.line_kind = 'indicator'
left join sharing.rulebook as source on indicator.source_rulebook_id = source.rulebook_id
left join sharing.grade_limit
    on explained.rulebook_id = grade_limit.rulebook_id and explained.indicator_id = grade_limit.limit_id
    and explained.line_kind = 'limit'
where explained.rulebook_id = %s and explained.subject_key = %s and explained.facet = %s
order by explained.position, explained.indicator_id
"""
_BETTER = """
select better.grade from sharing.grade_band as better
inner join sharing.grade_band as own on better.rulebook_id = own.rulebook_id and better.rank = own.rank - 1
where own.rulebook_id = %s and own.grade = %s
"""
# of the next better grade, and of every better one that the score reaches
_CONDITIONS = """
select asked.*
from sharing.condition_explained as asked
inner join sharing.grade as given using (rulebook_id, subject_key, facet)
inner join sharing.grade_band as own on given.rulebook_id = own.rulebook_id and given.grade = own.grade
inner join sharing.grade_band as better on asked.rulebook_id = better.rulebook_id and asked.rank = better.rank
where asked.rulebook_id = %s and asked.subject_key = %s and asked.facet = %s and not asked.is_fulfilled
    and asked.rank < own.rank
    and (
        asked.rank = own.rank - 1 or given.score > better.lower
        or (given.score = better.lower and better.lower_included)
    )
order by asked.rank desc, asked.position
"""
_CHANGES = """
select change.*, indicator.source_rulebook_id, source.title_zh as source_title
from sharing.single_change as change
left join sharing.indicator
    on change.rulebook_id = indicator.rulebook_id and change.indicator_id = indicator.indicator_id
left join sharing.rulebook as source on indicator.source_rulebook_id = source.rulebook_id
where change.rulebook_id = %s and change.subject_key = %s and change.facet = %s
order by change.direction desc, change.kind
"""
_MEASURES = "select * from sharing.measure where rulebook_id = %s and grade = %s order by position"
_EFFECTS = "select * from sharing.scenario_effect where rulebook_id = %s and grade = %s order by scenario, position"
_DATA_AGE = "select * from sharing.rulebook_data_age where rulebook_id = %s order by department_id, feed_id"
_VERDICT = "select * from sharing.verdict where publication_id = %s order by suite"


class NotPublished(LookupError):
    """No such grade is published, or the asking role may not see it."""


def explain(connection: psycopg.Connection[Any], rulebook_id: str, subject_key: str, facet: str = "") -> str:
    """Explain one published grade as aligned Chinese text of several lines.

    Start score + every indicator (+ clamp) = score, or the level of a grade made elsewhere; then limits, grade,
    conditions that are not fulfilled, what would change it (time, or one single change), measures, effects in
    scenarios, the age of the data, the rule's version and legal basis, and the verdict that let it out. All of it comes
    from one release.

    Raises:
        NotPublished: there is no such grade that this connection may see.
    """
    own_transaction = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        if own_transaction:
            cursor.execute("set transaction isolation level repeatable read, read only")
        # points in evidence are exact numbers, like every other number here
        set_json_loads(partial(json.loads, parse_float=Decimal), cursor)
        key = (rulebook_id, subject_key, facet)
        grade = cursor.execute(_GRADE, key).fetchone()
        if grade is None:
            raise NotPublished(
                f"没有已发布的等级，或无权查看 (no such published grade): {' · '.join(filter(None, key))}"
            )
        lines = cursor.execute(_LINES, key).fetchall()
        better = cursor.execute(_BETTER, (rulebook_id, grade["grade"])).fetchone()
        unfulfilled = cursor.execute(_CONDITIONS, key).fetchall()
        changes = cursor.execute(_CHANGES, key).fetchall()
        measures = cursor.execute(_MEASURES, (rulebook_id, grade["grade"])).fetchall()
        effects = cursor.execute(_EFFECTS, (rulebook_id, grade["grade"])).fetchall()
        ages = cursor.execute(_DATA_AGE, (rulebook_id,)).fetchall()
        verdict = cursor.execute(_VERDICT, (grade["newest_publication"],)).fetchall()
    return "\n".join(
        [
            *heading(grade),
            *arithmetic(grade, lines),
            *outcome(grade, lines, better["grade"] if better else None),
            *conditions(unfulfilled),
            *single_changes(changes),
            "",
            *supervision(measures),
            *scenarios(effects),
            *data_age(ages),
            *release(grade, verdict),
        ]
    )
