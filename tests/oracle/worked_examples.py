"""Read the worked examples of tests/worked_examples, whose README describes their form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml

from tests.oracle.compare import SHARED_OUT, exact
from tests.oracle.facts import KEYS, fact
from tests.oracle.grading import Graded
from tests.oracle.records import Record
from tests.oracle.rules import NOTHING, PlainLoader
from tests.oracle.world_texts import decimal, is_short

FOLDER = Path(__file__).parents[1] / "worked_examples"
KINDS = {
    "coded": "91500000MA5U{:06d}",
    "organisation_code": "O:{:08d}X",
    "registration_number": "R:500100{:09d}",
    "department_local": "L:example:{}",
    "name_only": "N:example:算例{}",
    "person": "P:example{}",
}
EXAMPLE_KEYS = {"title", "as_of", "subject", "records", "expect"}
NUMBERS = ("score", "unclamped", "gap", "raw", "value", "contribution")
EXPECT_KEYS = {"rulebook", "facet", "graded", "score", "unclamped", "grade", "city_grade", "status", "limit", "gap",
               "next_change_on", "lines"}  # fmt: skip
LINE_KEYS = {"status", "raw", "value", "contribution"}


@dataclass
class Example:
    """Facts about one subject, and what is due to it."""

    file: str
    title: str
    as_of: date
    subject: str
    records: list[Record]
    expect: list[dict]

    def differences(self, results: dict) -> list[str]:
        """What is stated and not found; `results` by (rulebook, subject, facet), as `view` shows them."""
        return [
            f"{self.file}, {self.title} ({self.as_of}), {difference}"
            for stated in self.expect
            for difference in compare(stated, results.get((stated["rulebook"], self.subject, stated["facet"])))
        ]


def read_examples(folder: Path = FOLDER) -> list[Example]:
    """All examples, each with a subject of its own. Raises ValueError for a key that has no meaning."""
    numbers = iter(range(1, 1_000_000))
    return [example for file in sorted(folder.glob("*.yml")) for example in read_file(file, numbers)]


def read_file(file: Path, numbers: Iterator[int]) -> list[Example]:
    data = yaml.load(file.read_text(encoding="utf-8"), Loader=PlainLoader)
    if data["rulebook"] != file.stem or data.keys() - {"rulebook", "examples"}:
        raise ValueError(f"{file.name}: 'rulebook' must be {file.stem}, and only 'examples' stands beside it")
    return [read_example(file, one, next(numbers)) for one in data["examples"]]


def read_example(file: Path, data: dict, index: int) -> Example:
    place = f"{file.name}, {data.get('title', f'example {index}')}"
    refuse_unknown(place, data, EXAMPLE_KEYS)
    subject = KINDS[data.get("subject") or default_kind(file.stem)].format(index)
    records = []
    for written in data["records"]:
        refuse_unknown(place, written, KEYS)
        short = {key: value for key, value in written.items() if key != "times" and value not in NOTHING}
        records += [fact(subject, **short) for _ in range(int(written.get("times", 1)))]
    expect = [data["expect"]] if isinstance(data["expect"], dict) else data["expect"]
    for one in expect:
        refuse_unknown(place, one, EXPECT_KEYS)
        if not one.keys() & EXPECT_KEYS - {"rulebook", "facet"}:
            raise ValueError(f"{place}: nothing is expected")
    here = {"rulebook": file.stem.partition("@")[0], "facet": ""}
    return Example(
        file.name, data["title"], date.fromisoformat(data["as_of"]), subject, records, [here | one for one in expect]
    )


def refuse_unknown(place: str, data: dict, keys: set[str] | frozenset[str]) -> None:
    if unknown := data.keys() - keys:
        raise ValueError(f"{place}: unknown {', '.join(sorted(unknown))}")


def default_kind(stem: str) -> str:
    """The first kind of subject that the rulebook grades."""
    return rulebook_files()[stem].population_kinds[0]


@dataclass
class RulebookFile:
    """A rulebook of the default folder or of the published library."""

    path: Path
    population_kinds: list[str]


@cache
def rulebook_files() -> dict[str, RulebookFile]:
    """All rulebooks of both folders, by ``<id>@<version>``."""
    from credit_grading import paths

    found = {}
    for folder in (paths.rulebooks(), paths.rulebooks() / "published"):
        for path in sorted(folder.glob("*.yml")):
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)
            found[path.stem] = RulebookFile(path, data["population"]["subject_kinds"])
    return found


def view_of_oracle(graded: Graded) -> dict:
    lines = {
        name: {"status": line.status, "raw": line.raw if line.status == "hit" else None, "value": line.value,
               "contribution": line.contribution}
        for name, line in graded.lines.items()
    }  # fmt: skip
    return {
        "score": graded.score, "unclamped": graded.unclamped, "grade": graded.grade, "city_grade": graded.city_grade,
        "status": graded.status, "limit": graded.limit_id, "gap": graded.gap, "next_change_on": graded.next_change_on,
        "version": graded.version, "lines": lines,
    }  # fmt: skip


def view_of_sql(row: dict) -> dict:
    return {
        "score": exact(row["score"]), "unclamped": exact(row["unclamped_score"]), "grade": row["grade"],
        "city_grade": row["city_grade"], "status": row["grade_status"], "limit": row["limit_id"],
        "gap": exact(row["gap_to_next_band"]), "next_change_on": row["next_change_on"],
        "version": row["rulebook_version"], "lines": row["lines"],
    }  # fmt: skip


def compare(stated: dict, found: dict | None) -> Iterator[str]:
    if stated.get("graded", "true") == "false":
        if found is not None:
            yield f"is graded {found['grade']}, expected not to be graded"
        return
    if found is None:
        yield "is not graded"
        return
    for key, text in stated.items():
        if key == "lines":
            for name, line in text.items():
                yield from compare_line(name, {"contribution": line} if isinstance(line, str) else line, found["lines"])
        elif key not in ("rulebook", "facet", "graded") and not is_so(key, text, found[key]):
            yield f"{key} is {shown(found[key])}, expected {text}"


def compare_line(name: str, stated: dict, lines: dict) -> Iterator[str]:
    if name not in lines:
        yield f"there is no indicator {name}"
        return
    refuse_unknown(name, stated, LINE_KEYS)
    for key, text in stated.items():
        if not is_so(key, text, lines[name][key]):
            yield f"{key} of {name} is {shown(lines[name][key])}, expected {text}"


def is_so(key: str, text: str, found: object) -> bool:
    if text in NOTHING:
        return found is None
    if key not in NUMBERS or not isinstance(found, Fraction):
        return text == str(found)
    if text.endswith("..."):
        digits = text.removesuffix("...")
        unit = 10 ** len(digits.partition(".")[2])
        # towards zero: the digits that are written are the first ones
        return int(found * unit) == Fraction(digits) * unit
    return abs(found - Fraction(text)) < SHARED_OUT if key == "contribution" else found == Fraction(text)


def shown(found: object) -> str:
    if not isinstance(found, Fraction):
        return str(found)
    return str(decimal(found)) if is_short(found, 60) else f"{found.numerator}/{found.denominator}"
