"""The project's rulebooks as one collection: those in force in the city, and the published ones of other places.

Published rulebooks are a library: checked and explained, never loaded. They may read scores of the city's rulebooks.
"""

from pathlib import Path

from credit_grading import paths
from credit_grading.rulebook.catalogue import Catalogue, read_catalogue
from credit_grading.rulebook.check_shelf import version_of
from credit_grading.rulebook.document import Document, read_document
from credit_grading.rulebook.problem import Problem, RulebookError, short
from credit_grading.rulebook.read import check_together, raise_if_wrong, read_rulebook, read_rulebooks
from credit_grading.rulebook.words import Language, Names


def published() -> Path:
    """The library of published rulebooks."""
    return paths.rulebooks() / "published"


def check_places(place: Path | None = None) -> list[Document]:
    """Read and check a folder, one file among its neighbours, or (default) both folders of the project.

    Returns the documents asked for, their faults in them. Raises RulebookError where there is nothing to check.
    """
    catalogue = read_catalogue()
    if place is None:
        folders = [paths.rulebooks(), *([published()] if published().is_dir() else [])]
        return [document for folder in folders for document in _check_folder(folder, catalogue)]
    if place.is_dir():
        return _check_folder(place, catalogue)
    if not place.is_file():
        raise RulebookError([Problem(short(place), 1, "there is no such file or folder")])
    return [one for one in _check_folder(place.parent, catalogue, place) if one.file.resolve() == place.resolve()]


def one_rulebook(name: str) -> Document:
    """A checked rulebook by file name or by ``id@version``. Raises RulebookError where it is wrong or unknown."""
    file = Path(name)
    if not file.is_file():
        folders = (paths.rulebooks(), published())
        found = [folder / f"{name}.yml" for folder in folders if (folder / f"{name}.yml").is_file()]
        if not found:
            known = sorted(one.stem for folder in folders for one in folder.glob("*.yml"))
            raise RulebookError([Problem(name, 1, f"there is no such rulebook; there are: {', '.join(known)}")])
        file = found[0]
    document = read_rulebook(file, read_catalogue())
    raise_if_wrong([document])
    return document


def names_in(document: Document, language: Language) -> Names:
    """Names of catalogue items, and titles of the rulebooks beside this one and of the project's own."""
    titles: dict[str, dict[str, str]] = {}
    for folder in dict.fromkeys((published(), paths.rulebooks(), document.file.parent)):
        for file in sorted(folder.glob("*.yml")):
            data = read_document(file).data
            if isinstance(data, dict) and isinstance(data.get("title"), dict) and {"zh", "en"} <= set(data["title"]):
                titles[str(data.get("id"))] = data["title"]
    return Names(language, read_catalogue(), titles)


def _check_folder(folder: Path, catalogue: Catalogue, only: Path | None = None) -> list[Document]:
    if only is not None and only.suffix != ".yml":
        raise RulebookError([Problem(short(only), 1, "a rulebook is a file that ends in .yml")])
    documents = read_rulebooks(folder, catalogue)
    others = []
    if folder.resolve() == published().resolve():
        own = {document.data["id"] for document in documents if document.is_comparable}
        others = [
            version_of(document)
            for document in read_rulebooks(paths.rulebooks(), catalogue)
            if document.is_comparable and document.data["id"] not in own
        ]
    check_together(documents, others)
    return documents
