"""What no YAML file of this project has, and what would cost a loader memory, time or its stack."""

import yaml

from credit_grading.sources.limits import DEEPEST_YAML, LONGEST_YAML


def hostile_yaml(text: str) -> tuple[int, str] | None:
    """(line, message) of the first thing that is refused before loading: length, depth, aliases; None where none is.

    An alias can repeat what repeats something, a hundred bytes for a thousand million words, so each is written out.
    What is no YAML at all passes: the loader itself says why.
    """
    if len(text) > LONGEST_YAML:
        return 1, f"文件过长，超过 {LONGEST_YAML} 个字符（the file is longer than any of its kind）"
    depth = 0
    try:
        # the events come from a parser with a stack of its own, not from recursion
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                return (
                    line,
                    "不允许使用别名（anchors and aliases (& and *) are not part of the language: write it out）",
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST_YAML:
                return line, f"嵌套超过 {DEEPEST_YAML} 层（nested too deep）"
    except (yaml.YAMLError, UnicodeError):
        return None
    return None
