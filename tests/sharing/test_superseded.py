"""Everything a publication writes over is kept: a table added to the release is not forgotten there."""

from typing import Any

import psycopg

from credit_grading.publication.publish import BESIDE


def test_every_released_table_has_a_place_for_what_is_written_over(warehouse: psycopg.Connection[Any]) -> None:
    kept = warehouse.execute(
        "select relname::text from pg_class where relnamespace = 'superseded'::regnamespace and relkind = 'r'"
    ).fetchall()
    assert {name for (name,) in kept} == {"grade", *BESIDE, "publication"}
