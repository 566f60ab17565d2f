"""mark_records, note_corrections: marks beside the records behind grades, and the grades that were put right."""

from typing import Any

from airflow.sdk import BaseOperator


class MarkRecordsOperator(BaseOperator):
    """Brings publicity periods and marks of objections beside published records up to date.

    Returns ``{"publicity": changed rows, "objection": changed rows}``. Safe to repeat: a second run writes nothing.
    """

    def execute(self, context: Any) -> dict[str, int]:
        """Mark, and log by how many rows the tables changed."""
        from credit_grading.supervision.mark_records import mark_records
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            marked = mark_records(connection)
        for changed in (marked.publicity, marked.objection):
            self.log.info("%s", changed)
        return {
            changed.table: changed.added + changed.changed + changed.removed
            for changed in (marked.publicity, marked.objection)
        }


class NoteCorrectionsOperator(BaseOperator):
    """Notes which decision put which grade right, for every publication that was not looked at yet.

    Returns ``{publication: rows added}``. Safe to repeat: what is noted is not looked at again.
    """

    def execute(self, context: Any) -> dict[str, int]:
        """Note, and log how many corrections each publication made."""
        from credit_grading.supervision.note_corrections import note_corrections
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            noted = note_corrections(connection)
        for publication_id, corrections in noted.items():
            self.log.info(
                "第 %s 次发布 publication %s: %s 条更正 corrections", publication_id, publication_id, corrections
            )
        return {str(publication_id): corrections for publication_id, corrections in noted.items()}
