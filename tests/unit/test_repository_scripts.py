"""The scripts behind the Makefile, run in a folder of their own whose path has a space in it."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from credit_grading import paths


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "a checkout"
    shutil.copytree(paths.home() / "scripts", folder / "scripts")
    (folder / "requirements-bootstrap.txt").write_text("")
    (folder / "requirements.txt").write_text("nothing==0\n")
    return folder


def run(checkout: Path, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "scripts" / script), *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip


def test_an_installed_environment_is_left_alone(checkout: Path) -> None:
    content = (checkout / "requirements-bootstrap.txt").read_bytes() + (checkout / "requirements.txt").read_bytes()
    stamps = checkout / "var" / "environment" / ".requirements"
    stamps.mkdir(parents=True)
    (stamps / hashlib.sha256(content).hexdigest()[:32]).touch()
    done = run(checkout, "environment.sh", "var/environment", "requirements.txt")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in (checkout / "var" / "environment").iterdir()] == [".requirements"]


def test_a_machine_without_python_3_11_is_told_so(checkout: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "env", "dirname", "cat", "sha256sum", "cut"):
        (programs / name).symlink_to(shutil.which(name) or "")
    done = run(checkout, "environment.sh", "var/environment", "requirements.txt", PATH=str(programs))
    assert done.returncode != 0
    assert "Python 3.11 is needed" in done.stderr
    assert not (checkout / "var").exists()


def test_cleaning_also_removes_the_cluster_that_lies_elsewhere(checkout: Path) -> None:
    place = Path("/var/tmp") / f"credit-grading-clean-{os.getpid()}"
    (place / "cluster" / "data").mkdir(parents=True)
    (checkout / "var").mkdir()
    (checkout / "var" / "postgres").symlink_to(place / "cluster")
    other = checkout.parent / "other"
    other.mkdir()
    (checkout / "var" / "other").symlink_to(other)
    try:
        assert run(checkout, "clean.sh").returncode == 0
        assert not (checkout / "var").exists()
        assert not place.exists()
        assert other.exists()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def test_lint_goes_on_after_a_failure_and_names_what_failed(checkout: Path) -> None:
    tools = checkout / "var" / "lint" / "bin"
    tools.mkdir(parents=True)
    (tools / "python").write_text('#!/bin/sh\ncase "$*" in *sqlfluff*) exit 1 ;; esac\n')
    (tools / "hadolint").write_text("#!/bin/sh\nexit 1\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    done = run(checkout, "lint.sh", "python", "sql", "yaml", "docker", "house")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "lint: python", "lint: sql", "lint: yaml", "lint: docker", "lint: house", "lint failed: sql docker",
    ]  # fmt: skip
