"""docker/compose.yml and docker/Dockerfile as data, with variables filled in the way Compose does."""

import re
from pathlib import Path
from typing import Any

import yaml

from credit_grading import paths

DOCKER = paths.home() / "docker"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})")


class VariableMissing(KeyError):
    """A required variable (``${NAME:?message}``) is not given."""


def fill(text: str, variables: dict[str, str]) -> str:
    """``${NAME}``, ``${NAME:-default}``, ``${NAME:?message}`` and ``$$`` as Compose reads them."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if name is None:
            return "$"
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise VariableMissing(name)
        return rest or ""

    return VARIABLE.sub(value, text)


def text() -> str:
    return (DOCKER / "compose.yml").read_text(encoding="utf-8")


def load(variables: dict[str, str]) -> dict[str, Any]:
    """The file with every variable filled in. Raises VariableMissing."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return fill(node, variables) if isinstance(node, str) else node

    return walk(yaml.safe_load(text()))


def required_variables() -> set[str]:
    """Names of the variables without which Compose refuses to start."""
    return {name for name, kind, _ in VARIABLE.findall(text()) if kind == "?"}


def image_environment() -> dict[str, str]:
    """The ENV of the image's last stage."""
    lines = (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pairs = [pair for line in lines if line.startswith("ENV ") for pair in line.split()[1:]]
    return dict(pair.split("=", 1) for pair in pairs)


def example_variables(folder: Path) -> dict[str, str]:
    """A value for every required variable, as an operator would fill in .env."""
    import base64

    values = {name: f"{name.lower().replace('_', '')}7" for name in required_variables()}
    return values | {
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
        "AIRFLOW_JWT_SECRET": "j" * 64,
        "CREDIT_GRADING_FEEDS_FOLDER": str(folder),
    }
