"""Where things are: the project's rooms, and the one folder that holds all state.

Environment:
    CREDIT_GRADING_HOME   the checkout (default: found from this file)
    CREDIT_GRADING_STATE  the state folder (default: ``<home>/var``)
"""

import os
from pathlib import Path


def home() -> Path:
    """The project's root folder."""
    configured = os.environ.get("CREDIT_GRADING_HOME")
    return Path(configured).resolve() if configured else Path(__file__).resolve().parents[2]


def state() -> Path:
    """The one folder that holds everything a run leaves behind; git ignores it."""
    configured = os.environ.get("CREDIT_GRADING_STATE")
    return Path(configured).resolve() if configured else home() / "var"


def departments() -> Path:
    """One YAML file per department."""
    configured = os.environ.get("CREDIT_GRADING_DEPARTMENTS")
    return Path(configured).resolve() if configured else home() / "dags" / "departments"


def dbt_project() -> Path:
    """The dbt project."""
    return home() / "dbt_project"


def contracts() -> Path:
    """One YAML file per kind of record, each a dbt source table."""
    return dbt_project() / "models" / "staging"


def rulebooks() -> Path:
    """One YAML file per rulebook version."""
    return dbt_project() / "rulebooks"


def warning_rules() -> Path:
    """One YAML file per version of a warning rule."""
    return dbt_project() / "warning_rules"


def expectations() -> Path:
    """The gate's suites as reviewed YAML."""
    return home() / "expectations"


def supervision_list() -> Path:
    """One YAML file per department that inspects."""
    return dbt_project() / "supervision_list"
