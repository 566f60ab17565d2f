"""Drafts of rulebooks: read and checked like any rulebook, together with the ones that stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from credit_grading import paths
from credit_grading.rulebook.catalogue import read_catalogue
from credit_grading.rulebook.check_shelf import Version
from credit_grading.rulebook.compile import content_hash
from credit_grading.rulebook.document import Document
from credit_grading.rulebook.problem import Problem, RulebookError, short
from credit_grading.rulebook.read import check_together, raise_if_wrong, read_rulebook, read_rulebooks


@dataclass(frozen=True)
class Drafts:
    """Checked drafts, and the stage of every rulebook beside them (who reads whose score)."""

    documents: list[Document]
    stages: dict[str, int]

    @property
    def rulebooks(self) -> list[str]:
        """Ids of the drafted rulebooks."""
        return [document.data["id"] for document in self.documents]

    def described(self) -> list[dict[str, str]]:
        """What a trial remembers of its drafts."""
        return [
            {
                "rulebook_id": document.data["id"], "version": document.data["version"], "file": short(document.file),
                "content_hash": content_hash(document), "title_zh": document.data["title"]["zh"],
                "title_en": document.data["title"]["en"],
            }
            for document in self.documents
        ]  # fmt: skip


def read_drafts(files: Sequence[Path], folder: Path | None = None, loaded: Iterable[Version] = ()) -> Drafts:
    """Read draft files and check them, with the rulebooks that no draft replaces.

    Args:
        files: ``<id>@<version>.yml`` each; a draft takes the place of every version of its rulebook.
        folder: of the current rulebooks, default ``dbt_project/rulebooks``.
        loaded: versions in the warehouse.

    Raises RulebookError with every problem of every file, also where a file is missing or two are of one rulebook.
    """
    missing = [Problem(short(file), 1, "there is no such file") for file in files if not file.is_file()]
    if missing or not files:
        raise RulebookError(missing or [Problem("what-if", 1, "no draft is named")])
    catalogue = read_catalogue()
    drafts = [read_rulebook(file, catalogue) for file in files]
    named = [_rulebook_of(draft) for draft in drafts]
    for place, draft in enumerate(drafts):
        if named[place] in named[:place]:
            draft.problem(("id",), f"two drafts are of rulebook '{named[place]}': a trial takes one of them")
    others = [one for one in read_rulebooks(folder or paths.rulebooks(), catalogue) if _rulebook_of(one) not in named]
    stages = check_together([*drafts, *others], [version for version in loaded if version.rulebook_id not in named])
    raise_if_wrong([*drafts, *others])
    return Drafts(drafts, stages)


def _rulebook_of(document: Document) -> str:
    """Its id; of a file that cannot be read, the one in its name."""
    data = document.data
    return str(data["id"]) if isinstance(data, dict) and "id" in data else document.file.name.split("@")[0]
