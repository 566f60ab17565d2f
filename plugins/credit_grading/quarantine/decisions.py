"""作废: a named person decides that rejected rows will never be corrected, or takes that back."""

from collections.abc import Sequence

import psycopg

KINDS = {"void": "作废", "reopen": "恢复待更正"}


class DecisionRefused(ValueError):
    """A row cannot be decided on; nothing was written. The message names every such row."""


def decide(
    connection: psycopg.Connection,
    department_id: str,
    contract_ids: Sequence[str],
    references: Sequence[str],
    *,
    kind: str,
    reason: str,
    decided_by: str,
) -> int:
    """Write one decision for each referenced row, all or none; returns their number.

    Args:
        connection: to the warehouse.
        department_id: whose rows they are.
        contract_ids: of the department's feeds.
        references: 隔离编号, such as Q12-5.
        kind: ``void`` an open row, or ``reopen`` a void one.
        reason: why, for the log.
        decided_by: who, for the log.

    Raises DecisionRefused for an unknown number, another department's row, a row in another state, an empty reason
    or name.
    """
    if not reason.strip() or not decided_by.strip():
        raise DecisionRefused("须写明理由和决定人（a decision needs a reason and a name）")
    wanted = list(dict.fromkeys(references))
    with connection.transaction():
        # two persons who decide at once must not both find the row open
        connection.execute("lock table quarantine.decision in share row exclusive mode")
        found = {
            reference: (contract, batch, row, state)
            for reference, contract, batch, row, state in connection.execute(
                "select reference, contract_id, batch_id, row_number, state from quarantine.row_state"
                " where department_id = %s and contract_id = any(%s) and (batch_id, row_number) in"
                " (select (quarantine.referenced(name))[1], (quarantine.referenced(name))[2]"
                " from unnest(%s::text[]) as name)",
                (department_id, list(contract_ids), wanted),
            )
        }
        needed = "open" if kind == "void" else "void"
        refused = [_refusal(reference, found.get(reference), needed) for reference in wanted]
        if problems := [problem for problem in refused if problem]:
            raise DecisionRefused(f"{department_id}: 未作任何登记（nothing was decided）: " + "; ".join(problems))
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into quarantine.decision (contract_id, batch_id, row_number, kind, reason, decided_by)"
                " values (%s, %s, %s, %s, %s, %s)",
                [(*found[reference][:3], kind, reason.strip(), decided_by.strip()) for reference in wanted],
            )
    return len(wanted)


def _refusal(reference: str, found: tuple[str, int, int, str] | None, needed: str) -> str | None:
    if found is None:
        return f"{reference} 不是本部门的隔离编号（no rejected row of this department）"
    state = found[3]
    return None if state == needed else f"{reference} 现状为 {state}，须为 {needed}（is {state}, must be {needed}）"
