"""draw: commit to a double-random draw, or make it."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException


class DrawOperator(BaseOperator):
    """Commits to a draw or makes it, by the parameter ``mode``; safe to repeat.

    Reads ``mode`` (commit or run), ``item``, ``period`` (YYYY-MM) and ``commitment`` to commit, ``draw`` and ``seed``
    to run. Returns ``{"draw", "drawn", "unassigned"}``. A draw that was made is not made again. Fails at once where
    the step is refused, or a parameter is missing.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Commit or draw, and log what came of it."""
        from credit_grading.supervision.draw import DrawRefused, make_draw
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        params = context["params"]
        needed = ("item", "period", "commitment") if params["mode"] == "commit" else ("draw", "seed")
        if missing := [name for name in needed if not params.get(name)]:
            raise AirflowFailException(f"缺少参数 parameters are missing: {', '.join(missing)}")
        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                if params["mode"] == "commit":
                    number = _committed(connection, params, context["run_id"])
                else:
                    number = params["draw"]
                    if not make_draw(connection, number, params["seed"], context["run_id"]):
                        self.log.info("此前已抽取 was drawn before, nothing is drawn again: %s", number)
            except (DrawRefused, ValueError) as refused:
                raise AirflowFailException(f"抽取被拒绝 refused: {refused}") from refused
            [(drawn, unassigned)] = connection.execute(
                "select (select count(*) from supervision.drawn_subject where draw_number = %(draw)s),"
                " (select count(*) from supervision.draw_assignment"
                " where draw_number = %(draw)s and inspector_code is null)",
                {"draw": number},
            ).fetchall()
        self.log.info("抽取 %s：%s 户，%s 人次未分派 (subjects drawn, places unassigned)", number, drawn, unassigned)
        return {"draw": number, "drawn": drawn, "unassigned": unassigned}


def _committed(connection: Any, params: Any, run_id: str) -> str:
    """The number of the draw; where an earlier attempt of this very run committed to it, that one."""
    from credit_grading.supervision.draw import commit_draw
    from credit_grading.supervision.draw_command import period_begins
    from credit_grading.supervision.supervision_list import load_supervision_list

    begins = period_begins(params["period"])
    earlier = connection.execute(
        "select draw_number from supervision.draw where seed_commitment = %s and committed_by = %s"
        " and not supervision.is_cancelled(draw_number)",
        (params["commitment"], run_id),
    ).fetchone()
    if earlier:
        return str(earlier[0])
    load_supervision_list(connection)
    return commit_draw(connection, params["item"], begins, params["commitment"], run_id)
