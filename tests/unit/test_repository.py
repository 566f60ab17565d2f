"""The habits of the house: documents that say what is, lists that are complete, rules that really catch."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from credit_grading import paths

ROOT = paths.home()
MAXIMUM_README_WORDS = 600
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
)
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def house(folder: Path) -> list[str]:
    command = [sys.executable, str(ROOT / "scripts" / "house.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def makefile_verbs() -> dict[str, str]:
    """Verb → its one line of help; internal targets have none."""
    return dict(re.findall(r"^([a-z-]+):[^=\n]*?(?:## (.*))?$", read("Makefile"), re.MULTILINE))


def test_readme_is_short_and_has_its_parts() -> None:
    readme = read("README.md")
    assert 200 < len(readme.split()) < MAXIMUM_README_WORDS
    assert readme.count("```mermaid") == 1
    assert re.findall(r"^make (\w+)", readme, re.MULTILINE) == ["demo", "test"]
    for door in ("platform_engineers", "departments", "quality_teams"):
        assert f"docs/{door}.md" in readme


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)", document.read_text(encoding="utf-8"))
    broken = []
    for target, anchor in links:
        file = (document.parent / target).resolve() if target else document
        if not file.exists():
            broken.append(target)
        elif anchor and anchor not in headings(file):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def headings(file: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


def test_every_decision_is_listed_and_whole() -> None:
    assert len(RECORDS) >= 7
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", read("docs/decisions/README.md"))
    assert listed == [record.name for record in RECORDS]
    for record in RECORDS:
        found = re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), re.MULTILINE)
        assert found == ["Context", "Decision", "Consequences", "What would change it"], record.name


def test_every_verb_of_the_makefile_is_explained() -> None:
    verbs = makefile_verbs()
    internal = {"test-environment", "lint-environment", "bench-environment"}
    assert {verb for verb, text in verbs.items() if not text} == internal
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([\w-]+)", listed, re.MULTILINE) == [verb for verb in verbs if verb not in internal]
    joined = read("Makefile").replace("\\\n", "")
    assert set(re.search(r"^\.PHONY: (.+)$", joined, re.MULTILINE)[1].split()) == set(verbs)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_only_verbs_that_exist(document: Path) -> None:
    named = set(re.findall(r"`(?:\w+=\S+ )?make ([a-z-]+)", document.read_text(encoding="utf-8")))
    assert named - set(makefile_verbs()) == set()


def test_continuous_integration_calls_the_same_verbs() -> None:
    run = read(".ci/run")
    assert re.findall(r"^make (\w+)", run, re.MULTILINE) == ["lint", "test"]
    assert "REQUIRE_SERVICES=1" in run


def test_pre_commit_runs_what_make_lint_runs() -> None:
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    entries = [hook["entry"] for hook in hooks[0]["hooks"]]
    checks = re.search(r"\|\| set -- (.+)$", read("scripts/lint.sh"), re.MULTILINE)[1].split()
    assert entries == [f"scripts/lint.sh {check}" for check in checks]


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_are_pinned_with_hashes_and_name_no_index(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    entries = re.split(r"(?<!\\)\n", text.strip())
    assert entries
    assert [
        entry for entry in entries if not re.match(r"[\w.\[\]-]+==\S+ .*\\\n +--hash=sha256:[0-9a-f]{64}", entry)
    ] == []
    assert not re.search(r"://|--index|--find-links|@ ", text)


def test_every_requirement_input_is_compiled() -> None:
    assert {path.stem for path in REQUIREMENTS} == {path.stem for path in ROOT.glob("requirements*.in")}


def test_the_house_rules_hold() -> None:
    assert house(ROOT) == []


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        ("long.py", "x = 1\n" * 301, "long.py:301: longer than the 300 lines"),
        ("long.sql", "select 1\n" * 121, "long.sql:121: longer than the 120 lines"),
        ("long.yml", "a: 1\n" * 151, "long.yml:151: longer than the 150 lines"),
        ("requirements.txt", "a\n--index-" + "url https://example.org\n", "requirements.txt:2: --index-"),
        ("lock.txt", "https://pypi" + ".org/project\n", "lock.txt:1: pypi"),
        ("notes.md", "see /" + "home/somebody/project\n", "notes.md:1: /"),
        ("settings.py", "HOST = 'app.post" + "hog.com'\n", "settings.py:1: post"),
    ],
)
def test_the_house_rules_catch(name: str, content: str, finding: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "fine.py").write_text("x = 1\n" * 300)
    assert house(tmp_path) == []
    (tmp_path / name).write_text(content)
    found = house(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(finding)


def test_the_glossary_names_every_contract_and_rulebook() -> None:
    glossary = read("docs/glossary.md")
    contracts = sorted(file.stem for file in paths.contracts().glob("*.sql"))
    rulebooks = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(paths.rulebooks().glob("*.yml"))]
    assert len(contracts) >= 6
    assert len(rulebooks) >= 4
    assert [name for name in contracts if f"| `{name}` |" not in glossary] == []
    titles = {(rulebook["id"], rulebook["title"]["zh"].split("（")[0]) for rulebook in rulebooks}
    assert [pair for pair in sorted(titles) if f"| `{pair[0]}` | {pair[1]} |" not in glossary] == []


def section(page: str, title: str) -> str:
    """A part of a page, from its heading to the next."""
    return re.split(r"^#", page.partition(f"\n{title}")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_departments_find_every_outcome_and_every_reason() -> None:
    page = read("docs/departments.md")
    ledger = (ROOT / "plugins/credit_grading/warehouse/schema/10_landing.sql").read_text(encoding="utf-8")
    outcomes = re.findall(r"'(\w+)'", re.search(r"check \(outcome in \((.+?)\)\)", ledger, re.DOTALL)[1])
    with (paths.dbt_project() / "seeds" / "rejection_reason.csv").open(encoding="utf-8", newline="") as seed:
        reasons = [row["code"] for row in csv.DictReader(seed)]
    assert len(outcomes) >= 10
    assert len(reasons) >= 12
    told = "".join(section(page, title) for title in ("### 每次接收的结果", "### 被隔离的行"))
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == {*outcomes, *reasons}
