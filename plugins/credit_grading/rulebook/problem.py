"""What is wrong with a rulebook, said so that its author can put it right."""

from dataclasses import dataclass
from pathlib import Path

from credit_grading import paths


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: the file, the line counted from 1, and a sentence."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class RulebookError(ValueError):
    """At least one rulebook is wrong; `problems` holds every fault that was found, and nothing was loaded."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def short(file: Path) -> str:
    """The name by which a problem mentions a file: from the project's root, or its own name outside the project."""
    home = paths.home()
    return str(file.resolve().relative_to(home)) if file.resolve().is_relative_to(home) else file.name
