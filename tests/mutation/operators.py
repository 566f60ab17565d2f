"""Mutation operators: each breaks one place of a SQL file the way a slip of the hand would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Comments, dbt's configuration and what only Jinja computes are no rules: blanked out, so that offsets stay.
NOT_SQL = re.compile(
    r"\{#.*?#\}|--[^\n]*|\{\{\s*config\(.*?\)\s*\}\}|\{\{\s*return\((?!written_sql).*?\}\}|\{%.*?%\}", re.DOTALL
)
NOT_A_TERM = r"(?:true|false|not materialized)\b"

# name: (pattern, replacement); the pattern's whole match is replaced
OPERATORS: dict[str, tuple[str, str]] = {
    "<= becomes <": (r"<=", "<"),
    ">= becomes >": (r">=", ">"),
    "< becomes <=": (r"(?<= )<(?= )", "<="),
    "> becomes >=": (r"(?<= )>(?= )", ">="),
    "<> becomes =": (r"(?<= )<>(?= )", "="),
    "in becomes not in": (r"(?<!not )\bin \(", "not in ("),
    "least becomes greatest": (r"\bleast\(", "greatest("),
    "greatest becomes least": (r"\bgreatest\(", "least("),
    "min becomes max": (r"\bmin\(", "max("),
    "max becomes min": (r"\bmax\(", "min("),
    "sum becomes max": (r"\bsum\(", "max("),
    "bool_or becomes bool_and": (r"\bbool_or\(", "bool_and("),
    "any becomes all": (r"= any\(", "= all("),
    "and becomes or": (r"(?<=\s)and(?=[\s])", "or"),
    "or becomes and": (r"(?<=\s)or(?=[\s])", "and"),
    "not is dropped": (r"\bnot (?!materialized|exists|null)", ""),
    "not exists becomes exists": (r"\bnot exists\b", "exists"),
    "is null becomes is not null": (r"\bis null\b", "is not null"),
    "is not null becomes is null": (r"\bis not null\b", "is null"),
    "desc becomes asc": (r"\bdesc\b", "asc"),
    "asc becomes desc": (r"\basc\b", "desc"),
    "an order is turned": (r"(?<=order by )([a-z_.]+)(?=[,)\n ])(?! desc| asc| is)", r"\1 desc"),
    "nulls last is dropped": (r" nulls last", ""),
    "distinct is dropped": (r"\bdistinct (?!on)", ""),
    "a filter is dropped": (r"\s*\bfilter \(where [^()]*(?:\([^()]*\)[^()]*)*\)", ""),
    "left join becomes inner join": (r"\bleft join\b", "inner join"),
    "the second branch of a union is dropped": (r"\bunion(?: all)?\n", "except\n"),
    "a percent becomes a tenth": (r"\* 0\.01", "* 0.1"),
    "hundred becomes 99": (r"(?<![\w.])100(?![\w.])", "99"),
    "a default of 0 becomes 1": (r", 0\)", ", 1)"),
    "a default of 1 becomes 0": (r", 1\)", ", 0)"),
    "a default of false becomes true": (r", false\)", ", true)"),
    "a default of true becomes false": (r", true\)", ", false)"),
    "the first becomes the second": (r"(?<= )= 1\b", "= 2"),
    "one place less is kept": (r", 20\)", ", 19)"),
    "- becomes +": (r"(?<=[\w)}] )- (?=[\w({])", "+ "),
    "+ becomes -": (r"(?<=[\w)}] )\+ (?=[\w({])", "- "),
    "* becomes +": (r"(?<!select )(?<=[\w)}'] )\* (?=[\w({'])", "+ "),
    "months become days": (r"(?<=make_interval\()months =>", "days =>"),
    "a month more": (r"(make_interval\(months => [\w.{} ]+)\)", r"\1 + 1)"),
    "else is dropped": (r"(?m)^ *else [\w.' ()]+(?=\n\s*end)", ""),
    "a condition is dropped": (rf"(?m)(?<=[ \n])and (?!{NOT_A_TERM}|\()(?!.* as )[^\n]+(?<!,)$", "and true"),
    "an alternative is dropped": (rf"(?m)(?<=[ \n])or (?!{NOT_A_TERM}|\()(?!.* as )[^\n]+(?<!,)$", "or false"),
    "the only condition is dropped": (r"(?m)\bwhere [^\n]+$", "where true"),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One broken place. `file` is relative to the dbt project; `start` an offset in its text."""

    file: str
    line: int
    operator: str
    start: int
    before: str
    after: str
    source_line: str
    line_above: str

    def apply(self, text: str) -> str:
        """The file's text with this place broken."""
        return text[: self.start] + self.after + text[self.start + len(self.before) :]

    def __str__(self) -> str:
        shown = " ".join(self.before.split())
        return f"{self.file}:{self.line}  {self.operator}: {shown}  [{self.source_line}]"


def files(project: Path) -> list[Path]:
    """The SQL that evaluates: models and macros."""
    return sorted([*(project / "models/evaluation").rglob("*.sql"), *(project / "macros/evaluation").rglob("*.sql")])


def mutants(project: Path) -> list[Mutant]:
    """Every mutant of the evaluation, in the order of files, places and operators."""
    return [mutant for file in files(project) for mutant in _of_file(project, file)]


def _of_file(project: Path, file: Path) -> Iterator[Mutant]:
    text = file.read_text(encoding="utf-8")
    sql = NOT_SQL.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    found = [
        (match.start(), match.group(), match.expand(replacement), operator)
        for operator, (pattern, replacement) in OPERATORS.items()
        for match in re.finditer(pattern, sql)
        # what only Jinja reads stays: a match may reach over it
        if _is_whole(match.group()) and match.group() == text[match.start() : match.end()]
    ]
    lines = text.split("\n")
    for start, before, after, operator in sorted(found, key=lambda one: (one[0], one[3])):
        place = start + len(before) - len(before.lstrip())
        line = text.count("\n", 0, place) + 1
        above = lines[line - 2].strip() if line > 1 else ""
        yield Mutant(
            file.relative_to(project).as_posix(), line, operator, start, before, after, lines[line - 1].strip(), above
        )


def _is_whole(part: str) -> bool:
    """Whether no bracket or quote is opened or closed only: then nothing else hangs on what is replaced."""
    if re.fullmatch(r"(?:= )?\w+ ?\(|not in \(|, \w+\)", part):
        return True
    depth = 0
    for character in part:
        depth += (character in "({") - (character in ")}")
        if depth < 0:
            return False
    return depth == 0 and part.count("'") % 2 == 0
