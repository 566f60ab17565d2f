"""The parsed dbt project, kept beside dbt's target: a task that finds it fresh does not parse again.

dbt's own partial parse still reads, hashes and writes the whole project on every command, which costs more
than a small layer's models. The kept manifest is used only while every project file has the size and time it
had when it was parsed, and for the same dbt; otherwise the project is parsed and kept anew. Of the warehouse a
manifest holds the database's name alone, which is put right when it is read.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from credit_grading import paths
from credit_grading.warehouse.connection import dbt_environment

PARSED_FOLDERS = ("models", "seeds", "macros", "tests")
# Schemas that a workspace has of its own.
OF_A_WORKSPACE = ("rulebook", "evaluation", "candidate")


def read_kept(target: Path) -> Any | None:
    """The kept manifest (dbt's ``Manifest``), or None where there is none that fits the project as it is."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    try:
        signature, content = (target / "kept_manifest").read_bytes().split(b"\n", 1)
        if signature != project_signature():
            return None
        manifest = Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)
        database = dbt_environment()["CREDIT_GRADING_WAREHOUSE_DATABASE"]
        for node in _relations(manifest):
            _move(node, database, node.schema)
        # not part of the kept content; our macros read contracts from it
        manifest.build_flat_graph()
        return manifest
    except Exception:  # whatever is wrong with the file, parsing puts it right
        return None


def keep(target: Path, manifest: Any, signature: bytes) -> None:
    """Keep a manifest. `signature` is the project's from before it was parsed: a file changed since makes it stale."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    # several tasks may do this at once: each writes a file of its own and moves it into place
    draft = target / f"kept_manifest.{os.getpid()}"
    draft.write_bytes(signature + b"\n" + manifest.to_msgpack(extended_mashumaro_encoder))
    draft.replace(target / "kept_manifest")


def in_workspace(manifest: Any, suffix: str) -> Any:
    """The manifest with the schemas of the evaluation renamed: the same models, built beside the current results.

    Changing names in the parsed project takes no time, where parsing it for each workspace takes seconds.
    """
    for node in _relations(manifest):
        if node.schema in OF_A_WORKSPACE:
            _move(node, node.database, node.schema + suffix)
    manifest.build_flat_graph()
    return manifest


def _relations(manifest: Any) -> Iterator[Any]:
    yield from manifest.nodes.values()
    yield from manifest.sources.values()


def _move(node: Any, database: str, schema: str) -> None:
    if node.relation_name:
        there = f'"{node.database}"."{node.schema}".'
        node.relation_name = f'"{database}"."{schema}".' + node.relation_name.removeprefix(there)
    node.database, node.schema = database, schema


def project_signature() -> bytes:
    """Changes with every file of the project and with dbt."""
    from dbt.version import __version__

    project = paths.dbt_project()
    digest = hashlib.sha256(repr((__version__, str(project))).encode())
    files = [file for folder in PARSED_FOLDERS for file in (project / folder).rglob("*") if file.is_file()]
    for file in sorted([*files, *project.glob("*.yml")]):
        stat = file.stat()
        digest.update(repr((file.relative_to(project).as_posix(), stat.st_size, stat.st_mtime_ns)).encode())
    return digest.hexdigest().encode()
