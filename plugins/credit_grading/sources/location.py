"""Where files are: ``feeds://`` and any other fsspec address, with globs and without ways out of the base folder."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from credit_grading import paths
from credit_grading.sources.access import Access, access_of
from credit_grading.sources.model import SourceError
from credit_grading.sources.storage import open_storage

VARIABLE = "CREDIT_GRADING_FEEDS"
SCHEME = "feeds://"
WILDCARDS = frozenset("*?[")
COPIED_BYTES = 1 << 20
PREFETCHED_BLOCKS = 64


def feeds_folder() -> Path:
    """The folder that ``feeds://`` stands for: CREDIT_GRADING_FEEDS, else ``<state>/feeds``."""
    configured = os.environ.get(VARIABLE)
    return Path(configured).resolve() if configured else paths.state() / "feeds"


def leaves_its_base(location: str) -> bool:
    """Whether a location tries to climb out of its folder, or hides what it means."""
    return ".." in location.replace("\\", "/").split("/") or "\0" in location


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file on a file system. ``key`` is its path below the part of the location without wildcards."""

    filesystem: Any
    path: str
    key: str
    access: Access = field(default_factory=lambda: Access(""))

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine's own file system, where reading it twice costs nothing."""
        return bool(self.filesystem.__class__.__name__ == "LocalFileSystem")

    def open(self) -> BinaryIO:
        """Open for reading bytes. Raises SourceError (unreadable_file)."""
        try:
            return cast(BinaryIO, self.filesystem.open(self.path, "rb"))
        except FileNotFoundError:
            raise SourceError("missing_file", f"文件读取前已消失（{self.name} is gone）") from None
        except (OSError, ValueError) as error:
            raise SourceError("unreadable_file", f"文件无法打开（cannot be opened）：{type(error).__name__}") from None

    def copy_to(self, target: BinaryIO) -> None:
        """Write all bytes to a file. Raises SourceError (missing_file, source_unreachable)."""
        copied = 0
        try:
            size = self.filesystem.info(self.path).get("size")
            with self.filesystem.open(self.path, "rb") as stream:
                if hasattr(stream, "prefetch"):
                    # SFTP answers 32 KiB at a time: asked one by one, distance decides how long it takes
                    stream.prefetch(size, PREFETCHED_BLOCKS)
                while block := stream.read(COPIED_BYTES):
                    copied += target.write(block)
        except FileNotFoundError:
            raise SourceError("missing_file", f"文件读取前已消失（{self.name} is gone）") from None
        except Exception as error:  # each file system raises its own kinds
            raise SourceError("source_unreachable", f"文件传输中断（broke off）：{self.access.reason(error)}") from None
        if size is not None and copied != size:
            message = (
                f"应收 {size} 字节，实收 {copied} 字节，文件不完整或正在写入（incomplete, or still being written）"
            )
            raise SourceError("unreadable_file", message)

    def state(self) -> tuple[Any, ...]:
        """Size and time of change: differs when somebody writes the file while it is being read."""
        try:
            details = self.filesystem.info(self.path)
        except FileNotFoundError:
            raise SourceError("missing_file", f"文件读取前已消失（{self.name} is gone）") from None
        except Exception as error:  # each file system raises its own kinds
            raise SourceError(
                "source_unreachable", f"文件无法访问（unreachable）：{self.access.reason(error)}"
            ) from None
        return tuple(details.get(name) for name in ("size", "mtime", "LastModified", "ETag"))


def find_files(location: str, base: Callable[[], str | Access] | None = None) -> list[FeedFile]:
    """Files of a location, in name order; empty where nothing matches.

    Args:
        location: ``feeds://…``, any fsspec address, or a path below ``base``.
        base: gives the folder of the feed's connection and its credentials, where one is named.

    Raises SourceError: ``source_unreachable`` where the file system does not answer, ``unreadable_file``
    for a location that leaves its base folder.
    """
    if leaves_its_base(location):
        raise SourceError("unreadable_file", f"位置不允许包含“..”（location leaves its folder）：{location}")
    access = _root(location, base)
    root = access.url.rstrip("/")
    address = f"{root}/{location.removeprefix(SCHEME).lstrip('/')}" if root else location
    try:
        filesystem, path = open_storage(address, access.options)
        found = sorted(filesystem.glob(path)) if WILDCARDS & set(path) else [path]
        files = [name for name in found if filesystem.isfile(name)]
    except SourceError:
        raise
    except Exception as error:  # each file system raises its own kinds
        message = f"文件位置无法访问（unreachable）：{access.reason(error)}"
        raise SourceError("source_unreachable", message) from None
    if root and Path(root).is_dir():
        _refuse_escapes(files, Path(root))
    prefix = _fixed_prefix(path)
    return [FeedFile(filesystem, name, name.removeprefix(prefix), access) for name in files]


def _root(location: str, base: Callable[[], str | Access] | None) -> Access:
    if location.startswith(SCHEME):
        return Access(str(feeds_folder()))
    if base is None:
        return Access("")
    if "://" in location or location.startswith("/"):
        raise SourceError("unreadable_file", f"位置必须在连接的文件夹之内（not below its connection）：{location}")
    try:
        return access_of(base())
    except Exception as error:  # whoever keeps the connections has errors of its own
        message = f"连接不可用（connection unavailable）：{type(error).__name__}"
        raise SourceError("source_unreachable", message) from None


def _refuse_escapes(files: list[str], root: Path) -> None:
    resolved_root = root.resolve()
    for name in files:
        if not Path(name).resolve().is_relative_to(resolved_root):
            message = f"文件通过链接离开其文件夹（link leaves the folder）：{Path(name).name}"
            raise SourceError("unreadable_file", message)


def _fixed_prefix(path: str) -> str:
    folders = []
    for part in path.split("/")[:-1]:
        if WILDCARDS & set(part):
            break
        folders.append(part)
    return "/".join(folders) + "/"
