"""Read the rulebooks of a folder and check them: each on its own, then all together."""

from collections.abc import Iterable
from pathlib import Path

from credit_grading import paths
from credit_grading.rulebook.catalogue import Catalogue, read_catalogue
from credit_grading.rulebook.check_form import check_form
from credit_grading.rulebook.check_rules import check_rules
from credit_grading.rulebook.check_shelf import Version, check_shelf
from credit_grading.rulebook.document import Document, read_document
from credit_grading.rulebook.problem import Problem, RulebookError, short


def check_rulebooks(folder: Path | None = None, catalogue: Catalogue | None = None) -> list[Document]:
    """Check a folder of rulebooks without a warehouse.

    Args:
        folder: default ``dbt_project/rulebooks``.
        catalogue: allowed catalogue items; default the seed ``catalogue_item``.

    Returns the documents in name order. Raises RulebookError with every problem found.
    """
    documents = read_rulebooks(folder or paths.rulebooks(), read_catalogue() if catalogue is None else catalogue)
    check_together(documents)
    raise_if_wrong(documents)
    return documents


def read_rulebooks(folder: Path, catalogue: Catalogue) -> list[Document]:
    """Read and check each file on its own; faults stand in the documents.

    Raises RulebookError where there is no file.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise RulebookError([Problem(short(folder), 1, "there is no rulebook (*.yml) in this folder")])
    return [read_rulebook(file, catalogue) for file in files]


def read_rulebook(file: Path, catalogue: Catalogue) -> Document:
    """Read and check one file on its own; faults stand in the document."""
    document = read_document(file)
    if not document.problems and check_form(document):
        _check_name(document)
        check_rules(document, catalogue)
    return document


def check_together(documents: list[Document], loaded: Iterable[Version] = ()) -> dict[str, int]:
    """Check the rulebooks of a shelf against each other and against versions known from elsewhere.

    Faults stand in the documents. Returns the stage of each rulebook as ``check_shelf`` does, nothing where any
    document is wrong.
    """
    comparable = [document for document in documents if document.is_comparable]
    # of a wrong file its name still says which rulebook it holds
    unreadable = {document.file.name.split("@")[0] for document in documents if not document.is_comparable}
    stages = check_shelf(comparable, loaded, unreadable)
    return {} if any(document.problems for document in documents) else stages


def raise_if_wrong(documents: list[Document]) -> None:
    """Raises RulebookError with every problem of every document."""
    problems = [problem for document in documents for problem in document.problems]
    if problems:
        raise RulebookError(problems)


def _check_name(document: Document) -> None:
    expected = f"{document.data['id']}@{document.data['version']}.yml"
    if document.file.name != expected:
        document.problem(("id",), f"the file must be called {expected}")
