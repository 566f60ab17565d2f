"""A process that publishes and can be held after any of its statements, so that it can be killed right there.

python -m tests.gate.publication_process RUN_ID [HOLD_AFTER_STATEMENT]
"""

import sys
import time
from typing import Any

import psycopg

from credit_grading.publication.publish import publish
from credit_grading.warehouse.connection import warehouse_url

# the parent finds this process's session by its name
NAME = "publication_process"


class HoldingCursor(psycopg.Cursor[Any]):
    hold_after = 0
    executed = 0

    def execute(self, *arguments: Any, **options: Any) -> "HoldingCursor":
        super().execute(*arguments, **options)
        HoldingCursor.executed += 1
        if HoldingCursor.executed == HoldingCursor.hold_after:
            say(f"held after statement {HoldingCursor.executed}")
            time.sleep(600)
        return self


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main(run_id: int, hold_after: int) -> None:
    HoldingCursor.hold_after = hold_after
    with psycopg.connect(
        warehouse_url(), autocommit=True, application_name=NAME, cursor_factory=HoldingCursor
    ) as connection:
        say("started")
        publication = publish(connection, run_id)
        say(f"published {publication.publication_id} with {HoldingCursor.executed} statements")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
