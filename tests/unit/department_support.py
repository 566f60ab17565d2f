"""A right department file, and what a wrong one is told."""

from pathlib import Path

import pytest

from credit_grading.department.load import DepartmentFileError, load_departments

GOOD = """\
id: finance
title: {zh: 市财政局, en: Finance}
owner: finance-data
maintainers: [someone@example.org]
legal_basis: [依据]
roll_out_batch: improve
schedule: "0 2 * * *"
reads: [public_credit]
feeds:
  - id: honours
    contract: honour
    title: {zh: 荣誉, en: Honours}
    source:
      kind: json_lines
      location: "feeds://finance/honour/*.jsonl"
    legal_basis: 依据
    cadence: daily
    grace_days: 3
    assertions:
      minimum_rows: 1
      maximum_rows: 1000
      rejected_share_percent: 10
"""
SQL = "{kind: sql, connection: source_database, table: honour, cursor: updated_at}"


def load(folder: Path, text: str, name: str = "finance.yml"):
    (folder / name).write_text(text, encoding="utf-8")
    return load_departments(folder, contracts=["honour", "market_entity"])


def problems(folder: Path, text: str, name: str = "finance.yml") -> list[str]:
    with pytest.raises(DepartmentFileError) as caught:
        load(folder, text, name)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]
