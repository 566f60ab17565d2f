"""Files of other machines, by SFTP and from S3-style stores, with the connection's credentials only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from credit_grading.sources.access import Access
from credit_grading.sources.files import FileItem
from credit_grading.sources.location import find_files
from credit_grading.sources.model import SourceError
from tests.unit.remote_servers import LOGIN, PASSWORD, ObjectStore, SftpServer

CSV = "文号,名称\n1号,甲\n2号,乙\n"


@dataclass
class Remote:
    """A place with a folder ``in``: how it is reached, and how a file is put there."""

    access: Access
    put: Callable[[str, bytes], Any]

    def items(self, location: str = "in/*.csv") -> list[FileItem]:
        return [FileItem(file, {"kind": "csv"}) for file in find_files(location, lambda: self.access)]


@pytest.fixture(scope="module")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SftpServer, Path]]:
    folder = tmp_path_factory.mktemp("sftp")
    server = SftpServer(folder)
    yield server, folder
    server.stop()


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    running = ObjectStore()
    yield running
    running.stop()


@pytest.fixture
def sftp(sftp_server: tuple[SftpServer, Path], request: pytest.FixtureRequest) -> Remote:
    server, folder = sftp_server
    base = folder / request.function.__name__
    base.mkdir()

    def put(name: str, content: bytes) -> None:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(content)

    return Remote(server.access(base.name), put)


@pytest.fixture
def s3(store: ObjectStore, request: pytest.FixtureRequest) -> Remote:
    prefix = request.function.__name__
    return Remote(store.access(prefix), lambda name, content: store.put(f"{prefix}/{name}", content))


@pytest.fixture(params=["sftp", "s3"])
def remote(request: pytest.FixtureRequest) -> Remote:
    return request.getfixturevalue(request.param)


def test_files_are_found_by_pattern_and_read(remote):
    for name in ("in/2.csv", "in/1.csv", "in/other.txt", "in/sub/3.csv"):
        remote.put(name, CSV.encode("gb18030"))
    assert [item.name for item in remote.items()] == ["1.csv", "2.csv"]
    assert [item.name for item in remote.items("in/**/*.csv")] == ["1.csv", "2.csv", "sub/3.csv"]
    assert remote.items("in/9.csv") == remote.items("nowhere/*.csv") == []
    [item] = remote.items("in/1.csv")
    with item.open() as stream:
        assert stream.header == ["文号", "名称"]
        assert [values for _, values, _ in stream.rows] == [["1号", "甲"], ["2号", "乙"]]


def test_a_file_is_fetched_once_for_hash_and_rows(remote, monkeypatch):
    content = b"a,b\n" + b"1,2\n" * 700_000
    remote.put("in/a.csv", content)
    [item] = remote.items()
    fetched = []
    original = item._fetched
    monkeypatch.setattr(item, "_fetched", lambda: fetched.append(1) or original())
    first = item.fingerprint()
    with item.open() as stream:
        assert sum(1 for _ in stream.rows) == 700_000
    assert fetched == [1]
    item.release()
    remote.put("in/a.csv", content + b"3,4\n")
    assert item.fingerprint() != first


def test_a_file_that_grows_while_it_is_fetched_is_refused(remote, monkeypatch):
    remote.put("in/a.csv", b"a,b\n1,2\n")
    [item] = remote.items()
    original = type(item.file).copy_to

    def copy_and_grow(self: Any, target: Any) -> None:
        original(self, target)
        remote.put("in/a.csv", b"a,b\n1,2\n3,4\n")

    monkeypatch.setattr(type(item.file), "copy_to", copy_and_grow)
    with pytest.raises(SourceError, match="changed while being read") as caught:
        item.fingerprint()
    assert caught.value.outcome == "unreadable_file"


def test_a_file_that_is_gone_is_missing(remote):
    remote.put("in/a.csv", b"a\n1\n")
    [item] = remote.items()
    object.__setattr__(item.file, "path", item.file.path + ".gone")
    with pytest.raises(SourceError) as caught:
        item.fingerprint()
    assert caught.value.outcome == "missing_file"


def test_a_location_stays_below_its_connection(remote):
    for location in ("../x.csv", "/in/x.csv", "s3://other/x.csv"):
        with pytest.raises(SourceError):
            remote.items(location)


def refused(access: Access) -> str:
    with pytest.raises(SourceError) as caught:
        find_files("in/*.csv", lambda: access)
    assert caught.value.outcome == "source_unreachable"
    assert PASSWORD not in repr(caught.value) + repr(access)
    assert caught.value.__cause__ is None
    return str(caught.value)


def with_options(remote: Remote, **changes: Any) -> Access:
    options = {**remote.access.options, **changes}
    return Access(remote.access.url, {name: value for name, value in options.items() if value is not None})


def test_the_servers_key_must_be_the_one_that_the_connection_names(sftp, sftp_server):
    assert "BadHostKeyException" in refused(with_options(sftp, host_key=other_key()))
    assert "host_key" in refused(with_options(sftp, host_key=None))
    assert "不是 SSH 公钥" in refused(with_options(sftp, host_key="ssh-ed25519 abc"))
    sftp.put("in/a.csv", b"a\n1\n")
    unchecked = with_options(sftp, host_key=None, no_host_key_check=True)
    assert [file.key for file in find_files("in/*.csv", lambda: unchecked)] == ["a.csv"]


def other_key() -> str:
    import asyncssh

    return asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()


def test_a_private_key_does_as_well(sftp, sftp_server):
    sftp.put("in/a.csv", b"a\n1\n")
    access = with_options(sftp, password=None, private_key=sftp_server[0].private_key)
    assert [file.key for file in find_files("in/*.csv", lambda: access)] == ["a.csv"]
    assert "private_key" in refused(with_options(sftp, private_key="no key"))


def test_a_wrong_password_is_refused_and_not_shown(sftp):
    assert "Authentication" in refused(with_options(sftp, password=f"{PASSWORD}x"))


def test_nobody_there_is_unreachable():
    options = {"username": LOGIN, "password": PASSWORD}
    refused(Access("sftp://127.0.0.1:1/in", {**options, "no_host_key_check": True}))


def test_an_unknown_bucket_or_option_is_named(s3):
    assert "bukket" in refused(Access("s3://nobody", {**s3.access.options, "bukket": "x"}))


def test_errors_never_show_a_secret():
    access = Access("ftp://u:p%40ss@h/x", {"headers": {"Authorization": "Bearer t0ken"}, "password": "pa ss"})
    error = OSError("p@ss and p%40ss and t0ken and pa ss and pa%20ss and pa+ss")
    assert access.reason(error) == "OSError *** and *** and *** and *** and *** and ***"
    assert repr(access) == "Access()"
