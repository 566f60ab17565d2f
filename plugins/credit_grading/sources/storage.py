"""From an address and a connection's options to a file system: SFTP, S3-style stores, whatever else fsspec knows."""

from collections.abc import Mapping
from typing import Any

from credit_grading.sources.model import SourceError

CONNECT_SECONDS = 15
SILENCE_SECONDS = 120
# What an S3-style connection may set; any other option would be passed over without a word.
S3_OPTIONS = frozenset(
    {"access_key", "secret_key", "session_token", "region", "endpoint_override", "scheme", "ca_file"}
)


def open_storage(address: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    """File system and path of an address; ``options`` are those of the feed's connection.

    Raises SourceError (source_unreachable) for options that do not do; else whatever the file system raises.
    """
    from fsspec.core import url_to_fs

    scheme = address.partition("://")[0] if "://" in address else ""
    if scheme in ("sftp", "ssh"):
        from credit_grading.sources.sftp import open_sftp

        return open_sftp(address, options)
    if scheme in ("s3", "s3a"):
        return _s3(options), address.partition("://")[2].strip("/")
    filesystem, path = url_to_fs(address, **options)
    return filesystem, path


def is_of_the_place(error: Exception) -> bool:
    """Whether a place of files failed, and not the one who used it: SFTP's client has kinds of its own."""
    return isinstance(error, (OSError, EOFError)) or type(error).__module__.partition(".")[0] == "paramiko"


def _s3(options: Mapping[str, Any]) -> Any:
    """Arrow's S3 client, which Parquet brings along: s3fs would add an AWS library to keep in step."""
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow.fs import S3FileSystem

    strange = sorted(set(options) - S3_OPTIONS)
    if strange:
        raise SourceError("source_unreachable", f"连接的选项不可用（unknown options of the connection）：{strange}")
    known: dict[str, Any] = {key: options[key] for key in S3_OPTIONS - {"ca_file"} if options.get(key)}
    if options.get("ca_file"):
        known["tls_ca_file_path"] = options["ca_file"]
    store = S3FileSystem(
        # without a login the store is read as anybody may: never with what the worker's surroundings hold
        anonymous="access_key" not in known,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=SILENCE_SECONDS,
        **known,
    )
    return ArrowFSWrapper(store, skip_instance_cache=True)
