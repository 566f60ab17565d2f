"""Lines of a department file's values, counted from 1."""

from collections.abc import Sequence
from typing import Any


def line_of(document: Any, path: Sequence[str | int]) -> int:
    """Line of the key or list item at the path; of its nearest parent where it is absent."""
    node: Any = document
    line = 1
    for step in path:
        try:
            marks = node.lc
            mark = marks.key(step) if isinstance(step, str) else marks.item(step)
            node = node[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = mark[0] + 1
    return line
