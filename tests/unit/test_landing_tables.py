"""Landing tables come from contracts, and grow with them."""

from dataclasses import replace

from credit_grading.contract.load import load_contracts
from credit_grading.contract.model import Column, Contract
from credit_grading.landing.tables import ensure_landing_tables

CONTRACT = Contract(
    id="tax_arrears", title_zh="欠税", description="欠税公告", standard="", natural_key=("notice",),
    subject={"credit_code": None, "name": "notice", "local_id": None}, version_column=None,
    columns=(Column("notice", "text", "公告 'x' {y} %s", required=True), Column("amount", "numeric")),
)  # fmt: skip


def columns(warehouse, table: str) -> dict[str, str]:
    found = warehouse.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'landing' and table_name = %s",
        (table,),
    )
    return dict(found.fetchall())


def test_every_contract_of_the_project_gets_its_table(warehouse):
    contracts = load_contracts()
    assert "market_entity" in contracts
    ensure_landing_tables(warehouse, contracts)
    ensure_landing_tables(warehouse, contracts)
    for contract in contracts.values():
        expected = {"batch_id": "bigint", "row_number": "bigint", "row_hash": "text", "extra_columns": "jsonb"}
        expected |= {column.name: "text" for column in contract.columns}
        assert columns(warehouse, contract.id) == expected


def test_a_new_column_is_added_and_rows_and_hashes_stay(warehouse):
    ensure_landing_tables(warehouse, [CONTRACT])
    insert = "insert into landing.tax_arrears (batch_id, row_number, row_hash, notice) values (1, 1, 'h', 'n')"
    warehouse.execute(insert)
    grown = replace(CONTRACT, columns=(*CONTRACT.columns, Column("tax_kind", "text")))
    ensure_landing_tables(warehouse, [grown])
    row = warehouse.execute("select notice, row_hash, tax_kind from landing.tax_arrears").fetchone()
    assert row == ("n", "h", None)


def test_a_column_that_left_the_contract_stays(warehouse):
    ensure_landing_tables(warehouse, [CONTRACT])
    ensure_landing_tables(warehouse, [replace(CONTRACT, columns=CONTRACT.columns[:1])])
    assert "amount" in columns(warehouse, "tax_arrears")


def test_text_is_compared_byte_by_byte(warehouse):
    ensure_landing_tables(warehouse, [CONTRACT])
    collation = warehouse.execute(
        "select collation_name from information_schema.columns"
        " where table_schema = 'landing' and table_name = 'tax_arrears' and column_name = 'notice'"
    ).fetchone()
    assert collation == ("C",)
