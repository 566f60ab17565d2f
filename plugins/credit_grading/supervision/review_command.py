"""``credit-grading review``: which grades lie apart, who owes an answer, and the whole life of one case."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg

OpenWarehouse = Callable[[], AbstractContextManager[psycopg.Connection]]

STATE = {"open": "办理中", "explained": "已说明理由", "closed": "已关闭"}
EVENT = {
    "case_opened": "立案", "gap_changed": "差距变化", "case_closed": "关闭", "case_reopened": "再次立案",
    "notice_sent": "发出通知", "notice_closed": "通知关闭", "answered": "答复", "answer_rejected": "答复不采纳",
    "escalated": "上报",
}  # fmt: skip


def add_commands(parser: argparse.ArgumentParser, open_warehouse: OpenWarehouse) -> None:
    """Add the commands to the parser of ``review``; ``open_warehouse`` gives a prepared connection."""
    commands = parser.add_subparsers(required=True, metavar="list|show")
    listing = commands.add_parser("list", help="核查案件 cases, those that were escalated first")
    listing.add_argument("--state", choices=tuple(STATE), help="default: all that are not closed")
    listing.add_argument("--department", help="部门 id of a department that has an open notice")
    listing.set_defaults(command=lambda options: _list(options, open_warehouse))
    show = commands.add_parser("show", help="一个案件的全过程 everything that happened to a case")
    show.add_argument("subject", help="unified social credit code, or another subject key")
    show.set_defaults(command=lambda options: _show(options, open_warehouse))


def _list(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    with open_warehouse() as connection:
        found = connection.execute(
            "select case_id, subject_key, state, opened_on, times_opened, is_escalated, ("
            " select string_agg(concat_ws(' ', side ->> 'rulebook_id', side ->> 'facet', side ->> 'city_grade'), ', ')"
            " from jsonb_array_elements(evidence) as side)"
            " from supervision.review_case"
            " where (state = %(state)s or (%(state)s::text is null and state <> 'closed'))"
            " and (%(department)s::text is null or case_id in (select case_id from supervision.review_notice"
            " where department_id = %(department)s and state <> 'closed'))"
            " order by is_escalated desc, case_id",
            {"state": options.state, "department": options.department},
        ).fetchall()
    for case_id, subject, state, opened_on, times, is_escalated, grades in found:
        again = f"，第 {times} 次" if times > 1 else ""
        mark = "，已上报 escalated" if is_escalated else ""
        print(f"{case_id}  {subject}  {STATE[state]} {state}（{opened_on} 立案{again}{mark}）  {grades}")
    print(f"核查案件 {len(found)} 个 cases")
    return 0


def _show(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    with open_warehouse() as connection:
        found = connection.execute(
            "select happened.day, happened.event, happened.publication_id, happened.department_id, happened.due_on,"
            " happened.cause, happened.decision, answer.reason, happened.evidence"
            " from supervision.review_event as happened"
            " left join sharing.review_answer as answer using (answer_id)"
            " where happened.subject_key = %s order by happened.event_id",
            (options.subject,),
        ).fetchall()
    if not found:
        raise LookupError(f"主体“{options.subject}”没有核查案件（no case of this subject）")
    for day, event, publication_id, department, due_on, cause, decision, reason, evidence in found:
        due = f"期限 due {due_on}" if due_on else None
        parts = [department, decision, reason, cause, due]
        text = "，".join(part for part in parts if part)
        print(f"{day}  {EVENT[event]} {event}（第 {publication_id} 次发布）  {text}".rstrip())
        for side in evidence or []:
            now = f" → {side['city_grade_now'] or '—'}" if "city_grade_now" in side else ""
            facet = f"/{side['facet']}" if side["facet"] else ""
            print(f"    {side['rulebook_id']}{facet}@{side['rulebook_version']}  {side['city_grade']}{now}")
    return 0
