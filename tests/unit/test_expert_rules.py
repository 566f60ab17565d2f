"""The rules of the expert pool: what the file says, and what is said of a wrong one."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from credit_grading.supervision.expert_rules import FILE, ExpertRulesError, expert_rules


def test_every_rule_names_its_basis_and_every_number_stays_exact(tmp_path: Path) -> None:
    rules = json.loads(expert_rules())
    assert {rule["action"] for rule in rules} == {"promote", "suspend", "restore", "dismiss"}
    assert [rule["id"] for rule in rules if "本项目假设" not in rule["legal_basis"]] == []
    assert [rule["id"] for rule in rules if rule["from"] != "2026-01-01" or rule["until"] is not None] == []
    file = tmp_path / "rules.yml"
    file.write_text(FILE.read_text(encoding="utf-8").replace("mean_below: 60", "mean_below: 60.10"), encoding="utf-8")
    [rule] = [rule for rule in json.loads(expert_rules(file)) if rule["id"] == "low_mean"]
    assert Decimal(rule["reviews"]["mean_below"]) == Decimal("60.10")


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("at_least: 10,", "at_least: 0,", "at_least: 0,", "less than the minimum"),
        ("within_months: 24, at_least: 1, ", "", "mean_below: 60}", "within_months"),
        ("action: suspend", "action: promote", "action: promote", "not a rule of this form"),
        ("requires: [application, pledge]\n", "requires: [bribe]\n", "requires: [bribe]", "bribe"),
        ("from: 2026-01-01, until: null", "from: 2026-02-30, until: null", "2026-02-30", "no such day"),
        ("from: 2026-01-01, until: null", "from: 2026-01-01, until: 2026-01-01", "until: 2026-01-01}", "later than"),
        ("id: low_mean", "id: failed_test", "id: failed_test", "two versions in force"),
        ("after_failed_test: true", "after_failed_test: maybe", "after_failed_test: maybe", "True was expected"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, before: str, after: str, line: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    file = tmp_path / "rules.yml"
    wrong = text.replace(before, after, 1)
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(ExpertRulesError) as failed:
        expert_rules(file)
    told = str(failed.value)
    assert said in told
    numbers = [int(part.split(":")[1]) for part in told.splitlines()]
    places = [number for number, content in enumerate(wrong.splitlines(), 1) if line in content]
    # at the value, or at the rule that it stands in or clashes with
    rules = len(yaml.safe_load(text)["rules"])
    assert rules == 7
    assert any(abs(number - place) <= 6 for number in numbers for place in places), told
