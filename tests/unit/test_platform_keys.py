"""Secrets of the local platform are made once, are private, and reach the tasks."""

import stat

import pytest

from credit_grading.landing.person_keys import VARIABLE
from credit_grading.platform.keys import keep_person_key, keep_secrets
from credit_grading.platform.settings import AirflowSettings


def settings(folder) -> AirflowSettings:
    return AirflowSettings(folder, "postgresql://x/airflow", "postgresql://x/warehouse", 8080, {})


def test_the_person_key_is_made_once_and_is_private(tmp_path) -> None:
    key = keep_person_key(tmp_path)
    assert len(key) >= 64
    assert keep_person_key(tmp_path) == key
    assert keep_person_key(tmp_path / "elsewhere") != key
    assert stat.S_IMODE((tmp_path / "person_key").stat().st_mode) == 0o600


def test_new_secrets_of_airflow_make_no_new_persons(tmp_path) -> None:
    key, secrets = keep_person_key(tmp_path), keep_secrets(tmp_path)
    (tmp_path / "secrets.json").unlink()
    assert keep_secrets(tmp_path) != secrets
    assert keep_person_key(tmp_path) == key


def test_every_task_gets_the_person_key(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert settings(tmp_path).environment()[VARIABLE] == keep_person_key(tmp_path)
    monkeypatch.setenv(VARIABLE, "one that was given")
    assert settings(tmp_path).environment()[VARIABLE] == "one that was given"
