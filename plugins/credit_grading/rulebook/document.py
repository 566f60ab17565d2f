"""Read YAML without losing anything: numbers stay exact, every value knows its line, no key is said twice.

The usual YAML loader turns 0.1 into a binary fraction, 010 into 8, 1:30 into 90, and silently keeps the last of two
equal keys. None of that may happen to a rule.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from credit_grading.rulebook.problem import Problem, short
from credit_grading.yaml_limits import hostile_yaml

Location = tuple[str | int, ...]

# digits of a number; no rule needs more, and Python refuses to read some thousands
LONGEST_NUMBER = 100
WHOLE_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
DECIMAL_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")


@dataclass
class Document:
    """A parsed file. `data` holds dict, list, str, int, Decimal, bool and None; dates stay text (YYYY-MM-DD).

    `is_comparable`: its form is right and its dates are days, so that other rulebooks can be checked against it.
    """

    file: Path
    text: str
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_comparable: bool = False

    def line(self, location: Location) -> int:
        """Line of a value, or of the nearest thing around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def problem(self, location: Location, message: str) -> None:
        """Note a fault at a value."""
        self.problems.append(Problem(short(self.file), self.line(location), message))


def read_document(file: Path) -> Document:
    """Parse one YAML file (UTF-8). Faults of the text itself stand in the document's `problems`; none is raised."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Document(file, "", problems=[Problem(short(file), 1, f"the file is not UTF-8: {error}")])
    document = Document(file, text)
    if refused := hostile_yaml(text):
        document.problems.append(Problem(short(file), *refused))
        return document
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        document.problems.append(Problem(short(file), mark.line + 1 if mark else 1, f"this is not YAML: {reason}"))
        return document
    if node is None:
        document.problem((), "the file is empty")
        return document
    document.data = _value(document, node, (), set())
    return document


def _value(document: Document, node: yaml.Node, location: Location, seen: set[int]) -> Any:
    document.lines[location] = node.start_mark.line + 1
    if id(node) in seen:
        document.problem(location, "anchors and aliases (& and *) are not part of the language: write it out")
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, node, location, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, item, (*location, index), seen) for index, item in enumerate(node.value)]
    return _scalar(document, str(node.value), node.tag.rsplit(":", 1)[-1], location)


def _mapping(document: Document, node: yaml.MappingNode, location: Location, seen: set[int]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        place = (*location, key)
        if key in mapping:
            document.lines[place] = key_node.start_mark.line + 1
            document.problem(place, f"'{key}' is said twice")
            continue
        mapping[key] = _value(document, value_node, place, seen)
        document.lines[place] = key_node.start_mark.line + 1
    return mapping


def _scalar(document: Document, text: str, kind: str, location: Location) -> Any:
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    return _number(document, text, location) if kind in ("int", "float") else text


def _number(document: Document, text: str, location: Location) -> Any:
    if len(text) <= LONGEST_NUMBER:
        if WHOLE_NUMBER.fullmatch(text):
            return int(text)
        if DECIMAL_NUMBER.fullmatch(text):
            return Decimal(text)
    document.problem(
        location, f"'{text[:LONGEST_NUMBER]}' is not a plainly written number: use digits and one point, such as 12.5"
    )
    return None
