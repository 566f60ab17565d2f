"""Starting and stopping: a pid file is never a licence to kill somebody else's process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from credit_grading.platform.process import Component, Identity

SLEEP = [sys.executable, "-c", "import time; time.sleep(120)"]
# a parent that starts a child in its own session and is then killed
PARENT = [sys.executable, "-c", "import subprocess, sys, time; "
          "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)']); time.sleep(120)"]  # fmt: skip


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(SLEEP)
    yield process
    process.kill()
    process.wait()


def test_a_component_starts_once_and_stops(tmp_path: Path) -> None:
    component = Component("sleeper", tmp_path)
    component.start(SLEEP, os.environ)
    pid = json.loads(component.pid_file.read_text())["pid"]
    component.start(SLEEP, os.environ)
    assert json.loads(component.pid_file.read_text())["pid"] == pid
    assert component.is_running()
    component.stop()
    assert not component.is_running()
    assert not psutil.pid_exists(pid)
    assert not component.pid_file.exists()


def test_a_pid_that_belongs_to_another_process_now_is_left_alone(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    component = Component("sleeper", tmp_path)
    started = psutil.Process(stranger.pid).create_time()
    component.pid_file.write_text(json.dumps({"pid": stranger.pid, "started": started - 3600}))
    assert not component.is_running()
    component.stop()
    assert stranger.poll() is None


@pytest.mark.parametrize("content", ["", "not json", '{"pid": "x"}', '{"other": 1}', "[1, 2]"])
def test_a_spoilt_pid_file_is_no_process(tmp_path: Path, content: str) -> None:
    component = Component("sleeper", tmp_path)
    component.pid_file.write_text(content)
    assert not component.is_running()
    component.stop()


def test_children_of_a_killed_component_are_ended_too(tmp_path: Path) -> None:
    component = Component("parent", tmp_path)
    component.start(PARENT, os.environ)
    parent = psutil.Process(json.loads(component.pid_file.read_text())["pid"])
    children: list[psutil.Process] = []
    while not children:
        children = parent.children()
        time.sleep(0.05)
    parent.kill()
    psutil.wait_procs([parent], timeout=5)
    assert not component.is_running()
    assert children[0].is_running()
    component.stop()
    psutil.wait_procs(children, timeout=5)
    assert not children[0].is_running()


def test_an_identity_is_pid_and_start(stranger: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(stranger.pid)
    assert identity.process() is not None
    assert Identity(stranger.pid, identity.started - 60).process() is None
