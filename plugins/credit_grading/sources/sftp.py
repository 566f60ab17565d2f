"""SFTP as a file system: only the server whose key the connection names, only the login it names."""

import base64
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from credit_grading.sources.model import SourceError

CONNECT_SECONDS = 15
# a server that says nothing for so long is gone
SILENCE_SECONDS = 120
DEFAULT_PORT = 22
KEY_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class PinnedSFTP(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP, which would trust whatever server answers; this one knows its server's key beforehand."""

    def _connect(self) -> None:
        options = dict(self.ssh_kwargs)
        key, port = options.pop("server_key", None), options.get("port", DEFAULT_PORT)
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(self.host_key_policy)
        if key is not None:
            name = self.host if port == DEFAULT_PORT else f"[{self.host}]:{port}"
            # known beforehand, so that the server is asked for this kind of key
            self.client.get_host_keys().add(name, key.get_name(), key)
        self.client.connect(self.host, **options)
        self.ftp = self.client.open_sftp()
        self.ftp.get_channel().settimeout(SILENCE_SECONDS)


def open_sftp(address: str, options: Mapping[str, Any]) -> tuple[PinnedSFTP, str]:
    """File system and path of an ``sftp://`` address.

    Args:
        address: ``sftp://host:port/folder/file``.
        options: ``username``, ``password``, ``private_key`` (its text) or ``key_file``, ``private_key_passphrase``,
            and ``host_key`` (``ssh-ed25519 AAAA…``) or ``no_host_key_check``: true.

    Raises SourceError (source_unreachable) where neither of the last two is given; whatever paramiko raises.
    """
    parts = urlsplit(address)
    host_key = options.get("host_key")
    if not host_key and options.get("no_host_key_check") is not True:
        message = (
            "连接缺少 host_key，无法确认 SFTP 服务器身份（put the server's public key into the extra field host_key）"
        )
        raise SourceError("source_unreachable", message)
    private_key, passphrase = options.get("private_key"), options.get("private_key_passphrase")
    filesystem = PinnedSFTP(
        parts.hostname or "",
        port=parts.port or DEFAULT_PORT,
        username=options.get("username"),
        password=options.get("password"),
        pkey=_private_key(private_key, passphrase) if private_key else None,
        key_filename=options.get("key_file"),
        passphrase=passphrase,
        server_key=_public_key(host_key) if host_key else None,
        host_key_policy="reject" if host_key else "auto_add",
        # neither the worker's own keys nor its agent: credentials come from the connection alone
        allow_agent=False,
        look_for_keys=False,
        timeout=CONNECT_SECONDS,
        banner_timeout=CONNECT_SECONDS,
        auth_timeout=CONNECT_SECONDS,
        skip_instance_cache=True,
    )
    return filesystem, unquote(parts.path) or "/"


def _public_key(text: str) -> paramiko.PKey:
    """A key as ``known_hosts`` writes it, with or without its kind in front."""
    try:
        blob = base64.b64decode(next(word for word in text.split() if word.startswith("AAAA")), validate=True)
        return paramiko.PKey.from_type_string(paramiko.Message(blob).get_text(), blob)
    except (StopIteration, ValueError, paramiko.SSHException, paramiko.UnknownKeyType):
        message = "连接的 host_key 不是 SSH 公钥（host_key is no SSH public key, example: ssh-ed25519 AAAA…）"
        raise SourceError("source_unreachable", message) from None


def _private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    for kind in KEY_KINDS:
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError):
            continue
    message = "连接的 private_key 无法读取（private_key cannot be read, or its passphrase is wrong）"
    raise SourceError("source_unreachable", message)
