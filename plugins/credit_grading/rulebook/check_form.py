"""Check a rulebook against the published JSON Schema, and say what is wrong in words."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from credit_grading import paths
from credit_grading.rulebook.document import Document

TYPES = {
    "object": "a group of keys",
    "array": "a list",
    "string": "text (put it in quotes if it looks like a number)",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
}
PLAIN = {
    # the schema's one use of it
    "not": "has no place beside 'crosswalk': the grade was made elsewhere",
    "minItems": "must not be empty",
    "minProperties": "must not be empty",
    "minLength": "must not be empty",
    "uniqueItems": "says something twice",
}
NOT_IN_A_CROSSWALK = ("score", "indicators")


@cache
def _validator(file: Path) -> Draft202012Validator:
    schema = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check_form(document: Document, schema: Path | None = None) -> bool:
    """Note every deviation from the schema (default: that of rulebooks) in the document; True where there is none."""
    before = len(document.problems)
    # beside the rulebooks of the project, also when another folder of rulebooks is checked
    for error in _validator(schema or paths.rulebooks() / "schema.json").iter_errors(document.data):
        location = tuple(error.absolute_path)
        for message in _messages(error):
            document.problem(location, f"{_name(location)}: {message}" if location else message)
    return len(document.problems) == before


def _name(location: tuple[str | int, ...]) -> str:
    name = ""
    for part in location:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def _messages(error: ValidationError) -> list[str]:
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        return [_unknown(key, instance[key], known) for key in sorted(set(instance) - set(known))]
    if error.validator == "required":
        return [_missing(key, error) for key in error.validator_value if key not in instance]
    return [_sentence(error, instance)]


def _unknown(key: str, value: Any, known: list[str]) -> str:
    # {en: yes, and no} reads as a key without a value
    hint = "; a text that holds a comma must be in quotes" if value is None else ""
    return f"unknown key '{key}'; known here: {', '.join(known)}{hint}"


def _missing(key: str, error: ValidationError) -> str:
    at_the_top = not error.absolute_path
    hint = "; only a rulebook with 'crosswalk' has none" if at_the_top and key in NOT_IN_A_CROSSWALK else ""
    return f"'{key}' is missing{hint}"


def _sentence(error: ValidationError, instance: Any) -> str:
    rule: Any = error.validator_value
    match error.validator:
        case "oneOf" | "anyOf":
            how_many = "exactly" if error.validator == "oneOf" else "at least"
            sentence = f"needs {how_many} one of: {', '.join(branch['required'][0] for branch in rule)}"
        case "type":
            wanted = rule if isinstance(rule, list) else [rule]
            sentence = f"must be {' or '.join(TYPES[name] for name in wanted)}, not {_said(instance)}"
        case "enum":
            sentence = f"must be one of {', '.join(value or 'null' for value in rule)}, not {_said(instance)}"
        case "pattern":
            sentence = f"'{instance}' does not have the form {error.schema.get('description', rule)}"
        case "minimum" | "exclusiveMinimum" | "maximum":
            sentence = f"must be {BOUNDS[error.validator]} {rule}, not {_said(instance)}"
        case _:
            sentence = PLAIN.get(error.validator, str(error.message))
    return sentence


def _said(instance: Any) -> str:
    """What the author wrote, as the author would call it."""
    if isinstance(instance, dict | list):
        return TYPES["object" if isinstance(instance, dict) else "array"]
    if instance is None or isinstance(instance, bool):
        return {None: "null", True: "true", False: "false"}[instance]
    return f"'{instance}'" if isinstance(instance, str) else str(instance)
