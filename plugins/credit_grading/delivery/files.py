"""A publication as a folder of files: CSV for people, Parquet for programs, and a manifest that is written last."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from credit_grading.delivery.checksum import Checksum, as_texts
from credit_grading.delivery.model import Delivered, DeliveryFailed, Extract, Publication, ReceiverUnreachable
from credit_grading.delivery.tables import ENCODING, CsvTable, Measured, ParquetTable, csv_rows, digest, parquet_content
from credit_grading.sources.access import Access
from credit_grading.sources.model import SourceError
from credit_grading.sources.storage import is_of_the_place, open_storage

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on any file system that fsspec knows."""

    filesystem: Any
    path: str

    def at(self, name: str) -> str:
        """Path of a file in it."""
        return f"{self.path}/{name}"


def write_files(
    access: Access, about: Mapping[str, Any], publication: Publication, extracts: Iterable[Extract], *, again: bool
) -> tuple[str, list[Delivered]]:
    """Write ``publication-<id>/`` below the place of `access`: a reader that sees the manifest has the whole.

    Every file is read again before the manifest is written. A folder that is whole already is left alone, unless
    ``again``. Returns 'delivered' or 'found', and the tables.

    Raises ReceiverUnreachable where the place does not answer, DeliveryFailed where it holds something else than what
    was written.
    """
    folder = _opened(access, publication)
    try:
        if not again and (whole := _whole(folder)) is not None:
            return "found", whole
        if folder.filesystem.exists(folder.at(MANIFEST)):
            folder.filesystem.rm_file(folder.at(MANIFEST))
        told = [_write(folder, extract) for extract in extracts]
        verify(folder, told)
        _finish(folder, {"format": FORMAT, **about, **_release(publication), "tables": told})
    except Exception as error:
        if not is_of_the_place(error):
            raise
        message = f"推送位置无法写入 (cannot write there): {access.reason(error)}"
        raise ReceiverUnreachable(message) from None
    return "delivered", _delivered(told)


def _opened(access: Access, publication: Publication) -> Folder:
    try:
        filesystem, path = open_storage(access.url, access.options)
        folder = Folder(filesystem, f"{path.rstrip('/')}/publication-{publication.publication_id}")
        filesystem.makedirs(folder.path, exist_ok=True)
    except SourceError as error:
        raise ReceiverUnreachable(str(error)) from None
    except Exception as error:  # each file system raises its own kinds
        raise ReceiverUnreachable(f"推送位置无法访问 (unreachable): {access.reason(error)}") from None
    return folder


def _write(folder: Folder, extract: Extract) -> dict[str, Any]:
    """Write a table in one pass, in both forms. Returns its part of the manifest."""
    csv_name, parquet_name = f"{extract.table}.csv", f"{extract.table}.parquet"
    names = [column.name for column in extract.columns]
    sequence = names.index("sequence") if "sequence" in names else None
    content, first, last = Checksum(), None, None
    with (
        Measured.open(folder.filesystem, folder.at(csv_name)) as csv_file,
        Measured.open(folder.filesystem, folder.at(parquet_name)) as parquet_file,
        CsvTable(csv_file, extract.columns) as csv_table,
        ParquetTable(parquet_file, extract.columns) as parquet_table,
        extract.batches() as batches,
    ):
        for batch in batches:
            texts = [as_texts(row) for row in batch]
            content.add(texts)
            csv_table.write(texts)
            parquet_table.write(batch)
            if sequence is not None:
                first, last = batch[0][sequence] if first is None else first, batch[-1][sequence]
    told: dict[str, Any] = {"table": extract.table, "rows": content.rows, "checksum": content.text}
    if sequence is not None:
        told |= {"first_sequence": first, "last_sequence": last}
    return told | {
        "columns": [{"name": c.name, "kind": c.kind, "title_zh": c.title_zh} for c in extract.columns],
        "files": [
            {"name": csv_name, "format": "csv", "encoding": ENCODING, **csv_file.measure},
            {"name": parquet_name, "format": "parquet", **parquet_file.measure},
        ],
    }


def verify(folder: Folder, told: Iterable[Mapping[str, Any]]) -> None:
    """Read every file again. Raises DeliveryFailed where bytes, rows or content are not what the manifest says."""
    for table in told:
        for file in table["files"]:
            name, path = file["name"], folder.at(file["name"])
            measured = digest(folder.filesystem, path)
            if measured != {"bytes": file["bytes"], "sha256": file["sha256"]}:
                raise DeliveryFailed(f"{name} 写入后的内容不符 (holds other bytes than were written): {measured}")
            if file["format"] == "csv":
                same = csv_rows(folder.filesystem, path) == table["rows"]
            else:
                found = parquet_content(folder.filesystem, path)
                same = (found.rows, found.text) == (table["rows"], table["checksum"])
            if not same:
                raise DeliveryFailed(f"{name} 的行与来源不符 (its rows are not those of the release)")


def _whole(folder: Folder) -> list[Delivered] | None:
    """What a folder holds that an earlier attempt finished; None where there is none, or it is damaged."""
    try:
        with folder.filesystem.open(folder.at(MANIFEST), "rb") as stream:
            told = json.load(stream)["tables"]
        verify(folder, told)
    except (FileNotFoundError, ValueError, KeyError, DeliveryFailed):
        return None
    return _delivered(told)


def _finish(folder: Folder, manifest: Mapping[str, Any]) -> None:
    """The manifest appears at once and whole: written beside, then renamed (a store of objects writes them whole)."""
    partial = folder.at(f"{MANIFEST}.partial")
    with folder.filesystem.open(partial, "wb") as stream:
        stream.write(json.dumps(manifest, ensure_ascii=False, indent=2).encode())
    folder.filesystem.mv(partial, folder.at(MANIFEST))


def _release(publication: Publication) -> dict[str, Any]:
    return {
        "publication_id": publication.publication_id,
        "publication_kind": publication.kind,
        "as_of": publication.as_of.isoformat(),
        "published_at": publication.published_at.isoformat(),
        "verdict": publication.verdict,
    }


def _delivered(told: Iterable[Mapping[str, Any]]) -> list[Delivered]:
    return [Delivered(table["table"], table["rows"], table["checksum"]) for table in told]
