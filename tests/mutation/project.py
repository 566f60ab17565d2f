"""The dbt project as dbt has parsed it, with one place broken: what dbt runs is broken, no file is touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.mutation.operators import Mutant

PACKAGE = "credit_grading"


class BrokenProject:
    """`manifest`: dbt's own, as `credit_grading.transform.dbt.parse` gives it; `folder`: the dbt project."""

    def __init__(self, manifest: Any, folder: Path) -> None:
        self.manifest = manifest
        self.folder = folder

    @contextmanager
    def broken(self, mutant: Mutant) -> Iterator[list[str]]:
        """Break one place; gives the names of the models whose SQL it stands in.

        dbt keeps compiled macros, and finds them by their text: those that are whole need not be compiled again.
        """
        text = (self.folder / mutant.file).read_text(encoding="utf-8")
        touched = self._macro(mutant, text) if mutant.file.startswith("macros/") else self._model(mutant)
        whole = [(thing, name, getattr(thing, name)) for thing, name, _ in touched]
        for thing, name, code in touched:
            setattr(thing, name, code)
        try:
            yield self._affected(touched[0][0])
        finally:
            for thing, name, code in whole:
                setattr(thing, name, code)

    def _model(self, mutant: Mutant) -> list[tuple[Any, str, str]]:
        node = next(node for node in self.manifest.nodes.values() if node.original_file_path == mutant.file)
        # dbt keeps the text without the blanks around it
        text = (self.folder / mutant.file).read_text(encoding="utf-8")
        return [(node, "raw_code", mutant.apply(text).strip())]

    def _macro(self, mutant: Mutant, text: str) -> list[tuple[Any, str, str]]:
        for macro in self.manifest.macros.values():
            if macro.package_name != PACKAGE or macro.original_file_path != mutant.file:
                continue
            begin = text.index(macro.macro_sql)
            if begin <= mutant.start < begin + len(macro.macro_sql):
                code = mutant.apply(text)[begin : begin + len(macro.macro_sql) + len(mutant.after) - len(mutant.before)]
                return [(macro, "macro_sql", code)]
        raise LookupError(f"no macro holds {mutant}")

    def _affected(self, thing: Any) -> list[str]:
        """The evaluation models that are, or use, what was broken."""
        broken = {thing.unique_id}
        grown = True
        while grown:
            macros = self.manifest.macros.values()
            users = {macro.unique_id for macro in macros if broken & set(macro.depends_on.macros)}
            grown = not users <= broken
            broken |= users
        return sorted(
            node.name
            for node in self.manifest.nodes.values()
            if node.original_file_path.startswith("models/evaluation/")
            and (node.unique_id in broken or broken & set(node.depends_on.macros))
        )
