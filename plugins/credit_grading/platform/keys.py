"""Secrets of the local platform, made once and kept in the state folder for its owner alone."""

import base64
import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from credit_grading import paths


@dataclass(frozen=True)
class Secrets:
    """Keys of one Airflow installation: its database holds values that only these can read."""

    fernet_key: str
    jwt_secret: str
    admin_password: str


def keep_secrets(folder: Path | None = None) -> Secrets:
    """The secrets in ``<folder>/secrets.json`` (default: the state folder); made at the first call."""
    file = (folder or paths.state()) / "secrets.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        made = Secrets(
            fernet_key=base64.urlsafe_b64encode(os.urandom(32)).decode(),
            # shorter than 64 bytes, and every component warns of a weak HMAC key
            jwt_secret=secrets.token_urlsafe(64),
            admin_password=secrets.token_urlsafe(12),
        )
        _keep_first(file, json.dumps(asdict(made)))
    return Secrets(**json.loads(file.read_text(encoding="utf-8")))


def keep_person_key(folder: Path | None = None) -> str:
    """The key under which persons are known, in ``<folder>/person_key`` (default: the state folder); made at the
    first call. A file of its own, because it belongs to the warehouse: with another key nobody is who they were.
    """
    file = (folder or paths.state()) / "person_key"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _keep_first(file, secrets.token_hex(32))
    return file.read_text(encoding="utf-8")


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody but its owner may read, from its first byte on; an older file is replaced."""
    _private_draft(file, text).replace(file)


def _keep_first(file: Path, text: str) -> None:
    draft = _private_draft(file, text)
    # whoever else makes it now: the first one stays
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def _private_draft(file: Path, text: str) -> Path:
    # mkstemp opens for the owner alone
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    return Path(name)
