"""Answers to review notices that come by file: through landing and staging into the same ledger as those by SQL."""

from typing import Any

import psycopg

from credit_grading.supervision.review import review
from tests.sharing.reviews import FINANCE, MONDAY, PUBLIC, REFORM, SUPPLIER, ledger, release, rows
from tests.sql.landed import OTHER_CODE, VALID_CODE, land, prepare_seeds, reasons_of, stage

ROW = {"credit_code": VALID_CODE, "entity_name": "甲公司", "decision": "维持", "reason": "按本行业办法评定"}


def test_answers_by_file_are_staged_judged_and_corrected_like_any_feed(warehouse: psycopg.Connection[Any]) -> None:
    prepare_seeds(warehouse)
    release(warehouse, [(VALID_CODE, PUBLIC, "A"), (VALID_CODE, SUPPLIER, "D")])
    review(warehouse, MONDAY)
    notices = dict(rows(warehouse, "select department_id, notice_id::text from supervision.review_notice"))
    own = {"notice_id": notices[FINANCE]}
    land(
        warehouse,
        "review_answer",
        [
            ROW | own | {"contact_title": "政府采购监管处"},
            ROW | own | {"decision": "再议"},
            ROW | own | {"reason": "暂无"},
            ROW | {"notice_id": "第一号"},
            ROW | own | {"credit_code": OTHER_CODE},
            ROW | {"notice_id": notices[REFORM]},
            # what masking at the door leaves because it may be a credit code
            ROW | own | {"reason": "见 11010519491231002X 所述", "decision": "更正"},
        ],
        department_id=FINANCE, known_from="2026-03-03 10:00+08",
    )  # fmt: skip
    stage("review_answer")
    assert reasons_of(warehouse, "review_answer") == {
        2: [("unknown_value", "decision", "再议")],
        3: [("missing_required_value", "reason", None)],
        4: [("not_a_number", "notice_id", "第一号")],
    }
    day = MONDAY.replace(day=4)
    assert review(warehouse, day) == {"answered": 2, "answer_rejected": 2}
    told = (
        "select row_number, result, reason_code from sharing.review_outcome"
        " join sharing.review_answer using (answer_id) order by 1"
    )
    assert rows(warehouse, told) == [
        (1, "accepted", None), (5, "rejected", "other_subject"), (6, "rejected", "not_own_notice"),
        (7, "accepted", None),
    ]  # fmt: skip
    assert rows(warehouse, "select reason from sharing.review_answer where row_number = 7") == [
        ("见 ****************** 所述",)
    ]
    assert rows(
        warehouse, "select state, answered_on::text from supervision.review_notice where department_id = 'finance'"
    ) == [("correcting", "2026-03-03")]
    # staged anew, and asked again: nothing is written twice
    written = ledger(warehouse)
    stage("review_answer", full_refresh=True)
    assert review(warehouse, day) == {}
    assert ledger(warehouse) == written
