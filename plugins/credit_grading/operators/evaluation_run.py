"""open_run: begin an evaluation run, or find that there is nothing to evaluate."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from credit_grading.operators.schedule import as_of_date


class RunNotOurs(AirflowFailException):
    """The open evaluation run belongs to another DAG run, or is closed: a step must not write into it."""


class OpenRunOperator(BaseOperator):
    """Prepares the warehouse, its readers and the rulebooks, and opens a run for the as-of date.

    Skips, and with it the whole DAG run, where nothing reached us since the last release, no rulebook is
    new and the as-of date is the same; the parameter ``force`` overrules that.

    Returns ``{"run_id", "as_of"}``.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Open the run, or skip."""
        from credit_grading.contract.load import load_contracts
        from credit_grading.evaluation.run import open_run
        from credit_grading.landing.tables import ensure_landing_tables
        from credit_grading.platform.pending import pending_reason
        from credit_grading.rulebook.load import load_rulebooks
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        as_of = as_of_date(context)
        with connect(autocommit=True) as connection:
            prepare(connection)
            # a kind of record that no feed has delivered yet has a table all the same: an empty one
            ensure_landing_tables(connection, load_contracts())
            self._admit_readers(connection)
            loaded = load_rulebooks(connection)
            self.log.info("rulebooks in the warehouse: %s", ", ".join(str(rulebook) for rulebook in loaded))
            reason = "forced" if context["params"].get("force") else pending_reason(connection, as_of)
            if reason is None:
                raise AirflowSkipException(f"没有新数据 nothing new since the last release for {as_of}")
            run_id = open_run(connection, as_of, context["run_id"])
            follows, why_everybody = connection.execute(
                "select follows_run_id, mode_reason from evaluation.run where run_id = %s", (run_id,)
            ).fetchone() or (None, None)
        self.log.info("evaluation run %s opened as of %s (%s)", run_id, as_of, reason)
        if follows:
            self.log.info("only what changed since run %s is evaluated (只评价有变化的主体)", follows)
        else:
            self.log.info("every subject is evaluated (评价全部主体): %s", why_everybody)
        return {"run_id": run_id, "as_of": as_of.isoformat()}

    def _admit_readers(self, connection: Any) -> None:
        from credit_grading.department.load import DepartmentFileError, load_departments
        from credit_grading.sharing.pipeline_roles import sync_pipeline_roles
        from credit_grading.sharing.roles import RolesRefused, passwords_from_environment, sync_roles

        try:
            sync_pipeline_roles(connection)
        except RolesRefused as problem:
            raise AirflowFailException(str(problem)) from problem
        try:
            departments = load_departments()
        except DepartmentFileError as mistakes:
            # a typing mistake must not take a department's access away
            self.log.warning("access of departments left as it is, their files have mistakes:\n%s", mistakes)
            return
        try:
            changes = sync_roles(connection, departments, passwords_from_environment(departments))
        except RolesRefused as problem:
            raise AirflowFailException(str(problem)) from problem
        self.log.info("roles of departments: %s created, %s revoked", changes.created, changes.revoked)


def run_of(connection: Any, dag_run_id: str) -> int:
    """The open evaluation run, which must be the one that this DAG run opened. Raises RunNotOurs."""
    row = connection.execute("select run_id, dag_run_id, state from evaluation.current_run").fetchone()
    if row is None:
        raise RunNotOurs("no evaluation run is open: clear open_run to begin one")
    run_id, opened_by, state = row
    # a refused run may go on where somebody mended the cause and cleared the task
    if opened_by != dag_run_id or state in ("published", "abandoned"):
        raise RunNotOurs(f"evaluation run {run_id} ({state}) was opened by {opened_by}: clear open_run to begin anew")
    return int(run_id)
