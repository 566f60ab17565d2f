"""What a file called .xlsx really is, before anything unpacks it."""

import zipfile
from typing import BinaryIO

from credit_grading.sources.characters import shown
from credit_grading.sources.limits import LARGEST_UNPACKED_BYTES, MOST_ARCHIVE_ENTRIES
from credit_grading.sources.model import SourceError

# an OLE2 container: a workbook of Excel 97–2003, or any Office file that is encrypted with a password
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = 0x1
WORKBOOK = "xl/workbook.xml"


def refuse_hostile_archive(file: BinaryIO) -> None:
    """Leave the file at its start where it may be an XLSX workbook of reasonable size.

    Raises SourceError (unreadable_file) that says what it is instead. The sizes an archive declares may be lies:
    what a workbook really unpacks to is bounded by the process that reads it (``workbook_apart``).
    """
    file.seek(0)
    start = file.read(len(OLE2))
    file.seek(0)
    if start == OLE2:
        raise _refused("是旧版 XLS，或设有打开密码，请另存为不加密的 XLSX（an old XLS, or encrypted）")
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _refused("损坏或不完整（damaged or truncated workbook）") from None
    if len(entries) > MOST_ARCHIVE_ENTRIES:
        raise _refused(f"含 {len(entries)} 个部件，超过上限 {MOST_ARCHIVE_ENTRIES}（too many parts）")
    names = {entry.filename for entry in entries}
    for entry in entries:
        if _climbs(entry.filename):
            raise _refused(f"含越界路径“{shown(entry.filename[:100])}”（a part's name leaves the archive）")
        if entry.flag_bits & ENCRYPTED:
            raise _refused("已加密（encrypted）")
    if len(names) < len(entries):
        raise _refused("含同名部件（two parts of one name）")
    if WORKBOOK not in names:
        raise _refused("不是 XLSX，可能是 ODS、XLSB 或其他压缩文件，请另存为 XLSX（not an XLSX workbook）")
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST_UNPACKED_BYTES:
        raise _refused(f"解压后 {size} 字节，超过上限（unpacks to too much）")
    file.seek(0)


def _climbs(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0]


def _refused(reason: str) -> SourceError:
    return SourceError("unreadable_file", f"XLSX 文件{reason}")
