"""All contenders must say the same about every subject: the bench fails loudly where one does not."""

import psycopg

COLUMNS = ("score", "grade", "city_grade", "grade_status", "gap_to_next_band", "next_change_on")


class ResultsDiffer(AssertionError):
    """Two contenders give a subject different results, or one of them gives none at all."""


def demand_same(connection: psycopg.Connection, left: str, right: str) -> int:
    """Compare two tables of grades row by row, every column of COLUMNS.

    Returns the number of rows. Raises ResultsDiffer with up to five examples, or where a table is empty.
    """
    both = f"from {left} as l full join {right} as r using (rulebook_id, subject_key)"
    lefts, rights = ("row({})".format(", ".join(f"{side}.{column}" for column in COLUMNS)) for side in "lr")
    # a full join needs hashing over memory for two big tables: one count first, examples only where there are any
    rows, different = connection.execute(
        f"select count(*), count(*) filter (where {lefts} is distinct from {rights}) {both}".encode()
    ).fetchone()
    if different:
        examples = connection.execute(
            f"select rulebook_id, subject_key, {lefts}::text, {rights}::text {both} "
            f"where {lefts} is distinct from {rights} order by 1, 2 limit 5".encode()
        ).fetchall()
        shown = "\n".join(f"  {rulebook} {key}: {one} and {other}" for rulebook, key, one, other in examples)
        raise ResultsDiffer(f"{left} and {right} differ in {different} of {rows} rows, such as\n{shown}")
    if not rows:
        raise ResultsDiffer(f"{left} and {right} are both empty: nothing was compared")
    return int(rows)
