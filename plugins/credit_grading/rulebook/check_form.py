"""Check a rulebook against the published JSON Schema, and say what is wrong in words."""

import json
from functools import cache
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


@cache
def _validator() -> Draft202012Validator:
    # beside the rulebooks of the project, also when another folder of rulebooks is checked
    schema = json.loads((paths.rulebooks() / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check_form(document: Document) -> bool:
    """Note every deviation from the schema in the document; True where there is none."""
    before = len(document.problems)
    for error in _validator().iter_errors(document.data):
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
        return [f"unknown key '{key}'; known here: {', '.join(known)}" for key in sorted(set(instance) - set(known))]
    if error.validator == "required":
        return [f"'{key}' is missing" for key in error.validator_value if key not in instance]
    return [_sentence(error, instance)]


def _sentence(error: ValidationError, instance: Any) -> str:
    rule: Any = error.validator_value
    match error.validator:
        case "oneOf":
            return f"needs exactly one of: {', '.join(branch['required'][0] for branch in rule)}"
        case "type":
            wanted = rule if isinstance(rule, list) else [rule]
            return f"must be {' or '.join(TYPES[name] for name in wanted)}, not {instance!r}"
        case "enum":
            return f"must be one of {', '.join(map(str, rule))}, not '{instance}'"
        case "pattern":
            return f"'{instance}' does not have the form {error.schema.get('description', rule)}"
        case "minItems" | "minProperties" | "minLength":
            return "must not be empty"
    return str(error.message)
