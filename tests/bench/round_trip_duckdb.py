"""The round trip through DuckDB: read from Postgres as Arrow, score in DuckDB, write back."""

import duckdb
import pyarrow

from tests.bench.round_trip import SQL, main


def compute(records: pyarrow.Table, as_of: str) -> pyarrow.Table:
    """Grades of all subjects, in exact decimals."""
    connection = duckdb.connect()
    connection.register("record", records)
    statement = (SQL / "duckdb.sql").read_text(encoding="utf-8")
    return connection.sql(statement, params={"as_of": as_of}).to_arrow_table()


if __name__ == "__main__":
    main("duckdb", compute)
