"""Find a department and its feed by the names a person typed, with a suggestion where there is none."""

from difflib import get_close_matches

from credit_grading import paths
from credit_grading.department.load import DepartmentFileError, load_departments
from credit_grading.department.model import Department, Feed


def choose_department(department_id: str) -> Department:
    """The department of that id; mistakes in other departments' files do not matter.

    Raises LookupError where there is none, DepartmentFileError where its own file has mistakes.
    """
    mistakes: DepartmentFileError | None = None
    try:
        departments = load_departments()
    except DepartmentFileError as error:
        mistakes, departments = error, error.departments
    for department in departments:
        if department.id == department_id:
            return department
    if mistakes and (paths.departments() / f"{department_id}.yml").is_file():
        raise mistakes
    raise LookupError(_unknown("部门 department", department_id, [department.id for department in departments]))


def choose_feed(department: Department, feed_id: str) -> Feed:
    """The department's feed of that id. Raises LookupError where there is none."""
    try:
        return department.feed(feed_id)
    except KeyError:
        known = [feed.id for feed in department.feeds]
        raise LookupError(_unknown(f"{department.id} 的数据源 feed", feed_id, known)) from None


def _unknown(what: str, name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 1)
    hint = f"是否为 did you mean “{close[0]}”?" if close else f"已有 known: {'、'.join(known)}"
    return f"没有{what}“{name}”; {hint}"
