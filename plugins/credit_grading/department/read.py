"""A department file as plain values that know their lines.

The reader is libyaml: thirty files are read at every parse of every DAG file. Of YAML's own guesses only true, false,
null and plain numbers are taken; 010, 1:30, yes and 2026-01-05 stay text, and a key that is said twice is a mistake.
"""

import re
from typing import Any

import yaml

from credit_grading.yaml_limits import hostile_yaml

Mark = tuple[int, int]


class Marks:
    """Where the keys of a mapping, or the items of a list, stand: (line, column), counted from 0."""

    def __init__(self, marks: dict[Any, Mark]) -> None:
        self._marks = marks

    def key(self, name: str) -> Mark:
        """Of a key. Raises KeyError where there is none."""
        return self._marks[name]

    item = key


class MarkedMapping(dict[str, Any]):
    """A mapping whose ``lc`` tells where its keys stand."""

    lc: Marks


class MarkedList(list[Any]):
    """A list whose ``lc`` tells where its items stand."""

    lc: Marks


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 (declared so in the class above)

    def construct_marked_mapping(self, node: yaml.MappingNode) -> MarkedMapping:
        mapping, marks = MarkedMapping(), {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in mapping:
                raise yaml.constructor.ConstructorError(problem=f"key '{key}' twice", problem_mark=key_node.start_mark)
            mapping[key] = self.construct_object(value_node, deep=True)
            marks[key] = _place(key_node)
        mapping.lc = Marks(marks)
        return mapping

    def construct_marked_list(self, node: yaml.SequenceNode) -> MarkedList:
        items = MarkedList(self.construct_object(item, deep=True) for item in node.value)
        items.lc = Marks({position: _place(item) for position, item in enumerate(node.value)})
        return items


def _place(node: yaml.Node) -> Mark:
    return node.start_mark.line, node.start_mark.column


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_marked_mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _Loader.construct_marked_list)
for _kind, _form, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"^(?:{_form})$"), list(_first))


def read_document(content: bytes) -> tuple[MarkedMapping | None, list[tuple[int, str]]]:
    """The values of a file, or None and what is wrong with its text as (line, message). Lines count from 1."""
    try:
        text = content.decode("utf-8")
        if refused := hostile_yaml(text):
            return None, [refused]
        document = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(error.problem or error.context).split())
        return None, [(mark.line + 1 if mark else 1, f"不是有效的 YAML（not valid YAML）: {what}")]
    # its constructors raise ValueError and its kin: of a day that is none, of a number without digits
    except (yaml.YAMLError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        return None, [(1, f"文件无法读取（cannot be read, it must be UTF-8）: {type(error).__name__}")]
    if not isinstance(document, MarkedMapping):
        return None, [(1, "文件是空的，或不是键和值（the file is empty, or not a mapping of keys）")]
    return document, []
