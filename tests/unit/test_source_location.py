"""Where files are looked for, and where not."""

from pathlib import Path

import fsspec
import pytest

from credit_grading.sources.location import find_files
from credit_grading.sources.model import SourceError
from tests.unit.landing_support import write


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path / "feeds"))
    return tmp_path / "feeds"


def test_files_come_in_name_order_with_keys_below_the_fixed_part(base):
    for name in ("d/2.csv", "d/1.csv", "d/sub/1.csv", "d/other.txt", "e/1.csv"):
        write(base, name, "x")
    assert [file.key for file in find_files("feeds://d/*.csv")] == ["1.csv", "2.csv"]
    assert [file.key for file in find_files("feeds://d/**/*.csv")] == ["1.csv", "2.csv", "sub/1.csv"]
    assert [file.key for file in find_files("feeds://d/1.csv")] == ["1.csv"]
    assert find_files("feeds://d/3.csv") == find_files("feeds://nowhere/*.csv") == []


@pytest.mark.parametrize("location", ["feeds://../secret.csv", "feeds://d/../../secret.csv", "feeds://d\\..\\x.csv"])
def test_a_location_cannot_climb_out_of_its_folder(base, location):
    write(base.parent, "secret.csv", "x")
    with pytest.raises(SourceError, match="不允许包含"):
        find_files(location)


def test_a_link_cannot_lead_out_either(base):
    secret = write(base.parent, "secret.csv", "x")
    (base / "d").mkdir(parents=True)
    (base / "d" / "a.csv").symlink_to(secret)
    with pytest.raises(SourceError, match=r"通过链接离开其文件夹.*a\.csv"):
        find_files("feeds://d/*.csv")


def test_a_location_below_a_connection_stays_below_it(tmp_path):
    write(tmp_path, "in/a.csv", "x")
    assert [file.name for file in find_files("in/*.csv", lambda: str(tmp_path))] == ["a.csv"]
    with pytest.raises(SourceError, match="必须在连接的文件夹之内"):
        find_files("/etc/passwd", lambda: str(tmp_path))


def test_any_other_file_system_will_do():
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/feeds/a.csv", b"content")
    try:
        [file] = find_files("memory://feeds/*.csv")
        assert (file.name, file.key) == ("a.csv", "a.csv")
        with file.open() as stream:
            assert stream.read() == b"content"
    finally:
        memory.rm("/feeds", recursive=True)


def test_an_unknown_file_system_is_unreachable():
    with pytest.raises(SourceError) as caught:
        find_files("nosuch://bucket/*.csv")
    assert caught.value.outcome == "source_unreachable"
