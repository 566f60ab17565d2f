"""The JSON Schema's complaints, in words a clerk can act on."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from credit_grading.department.lines import line_of

TYPES = {
    "string": "文字 text", "integer": "整数 whole number", "number": "数字 number", "array": "列表 list (- …)",
    "object": "键和值 keys and values", "null": "空 null", "boolean": "true/false",
}  # fmt: skip
Found = tuple[int, str]


def schema_problems(document: Any, schema: dict[str, Any]) -> list[Found]:
    """Every violation of the schema as (line, message)."""
    from jsonschema import Draft202012Validator

    found: list[Found] = []
    for error in Draft202012Validator(schema).iter_errors(document):
        found += _explained(document, error)
    return sorted(set(found))


def _explained(document: Any, error: Any) -> Iterator[Found]:
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        for key in error.instance:
            if key not in known:
                yield line_of(document, [*path, key]), _unknown_key(str(key), _place(path), known)
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance and f"'{key}'" in error.message:
                yield line_of(document, path), f"缺少“{key}”（'{key}' is missing{_place(path)}）"
    else:
        yield line_of(document, path), f"'{_dotted(path)}' {_value_message(error)}"


def _value_message(error: Any) -> str:
    value, rule, path = error.instance, error.validator_value, error.absolute_path
    kinds = " / ".join(TYPES[str(kind)] for kind in (rule if isinstance(rule, list) else [rule]) if str(kind) in TYPES)
    place = "推送" if "deliveries" in path else "送达方式" if "delivery" in path else "来源"
    messages = {
        "type": f"应为{kinds}（has the wrong type: {value!r}）",
        "enum": f"不能是“{value}”，可用：{rule}（'{value}' is not allowed{_meant(value, rule)}）",
        "pattern": f"“{value}”写法不对（does not have the required form {rule}）",
        "minItems": "不能为空（must not be empty）",
        "minLength": "不能为空（must not be empty）",
        "minimum": f"{value} 太小，至少 {rule}（too small）",
        "maximum": f"{value} 太大，至多 {rule}（too large）",
        "uniqueItems": "不能重复（must not repeat）",
        # the schema's {"not": {}} forbids the keys of another kind of source; a plain `false` would lose its place
        "not": f"不能用于此类{place}（not allowed for this kind）",
    }
    return messages.get(error.validator, str(error.message))


def _meant(value: object, allowed: object) -> str:
    close = get_close_matches(str(value), map(str, allowed), 1) if isinstance(allowed, list) else []
    return f"; did you mean '{close[0]}'?" if close else ""


def _unknown_key(key: str, place: str, known: list[str]) -> str:
    close = get_close_matches(key, known, 1)
    hint = f"; did you mean '{close[0]}'?" if close else f"; known keys: {', '.join(known)}"
    chinese = f"，是否应为“{close[0]}”？" if close else ""
    return f"'{key}' is not a known key{place}{hint}（不认识的键“{key}”{chinese}）"


def _place(path: list[str | int]) -> str:
    return f" in '{_dotted(path)}'" if path else ""


def _dotted(path: list[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")
