"""The image and the compose file: accepted by their own tools, closed by default, without a secret of their own."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import compose_file
from tests.conftest import require_service

REPOSITORY = compose_file.DOCKER.parent


def compose_command() -> list[str]:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            answer = subprocess.run([*command, "version"], capture_output=True, check=False)
            if answer.returncode == 0:
                return command
    return []


def run_compose_config(variables: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    command = compose_command()
    if not command:
        require_service("neither `docker compose` nor `docker-compose` is installed")
    return subprocess.run(
        [*command, "-f", str(compose_file.DOCKER / "compose.yml"), *options, "config"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    done = run_compose_config(compose_file.example_variables(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "api-server" in done.stdout


@pytest.mark.parametrize("missing", sorted(compose_file.required_variables()))
def test_compose_refuses_to_start_without_a_secret(missing: str, tmp_path: Path) -> None:
    variables = compose_file.example_variables(tmp_path)
    del variables[missing]
    done = run_compose_config(variables)
    assert done.returncode != 0
    assert missing in done.stderr


def test_the_example_names_every_variable_and_gives_no_secret() -> None:
    example = (compose_file.DOCKER / ".env.example").read_text(encoding="utf-8")
    given = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert set(given) == compose_file.required_variables()
    assert set(given.values()) == {""}
    every = {name for name, _, _ in compose_file.VARIABLE.findall(compose_file.text()) if name}
    unexplained = {name for name in every if name not in example}
    assert unexplained == {"AIRFLOW_ADMIN_NAME"}


def test_only_loopback_of_the_host_is_bound(tmp_path: Path) -> None:
    services = compose_file.load(compose_file.example_variables(tmp_path))["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}
    assert not [name for name, service in services.items() if service.get("network_mode") or service.get("privileged")]


def test_every_airflow_service_is_read_only_and_without_privileges(tmp_path: Path) -> None:
    services = compose_file.load(compose_file.example_variables(tmp_path))["services"]
    ours = {name: service for name, service in services.items() if "build" in service}
    assert set(ours) == {"migrate", "scheduler", "dag-processor", "triggerer", "api-server", "worker"}
    for name, service in ours.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["healthcheck"], name


def test_the_database_password_reaches_no_service_that_does_not_connect(tmp_path: Path) -> None:
    variables = compose_file.example_variables(tmp_path)
    services = compose_file.load(variables)["services"]
    holders = {name for name, service in services.items() if variables["POSTGRES_PASSWORD"] in str(service)}
    assert holders == {"postgres"}
    assert {name for name, service in services.items() if variables["AIRFLOW_ADMIN_PASSWORD"] in str(service)} == {
        "migrate"
    }


def test_the_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    dockerfile = (compose_file.DOCKER / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE) == ["10001:10001"]
    assert dockerfile.count("--require-hashes") == 2
    assert not re.search(r"(?i)(password|secret|fernet|token)\s*=", dockerfile)
    assert not [name for name in compose_file.image_environment() if name.startswith("AIRFLOW__")]


def test_everything_the_image_copies_exists_and_is_let_through() -> None:
    dockerfile = (compose_file.DOCKER / "Dockerfile").read_text(encoding="utf-8")
    ignore = (compose_file.DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    let_through = set(re.findall(r"^!(.+)$", ignore, re.MULTILINE))
    copied = {
        part for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE) for part in line.split()[:-1]
    }
    assert copied == let_through
    assert [name for name in sorted(copied) if not (REPOSITORY / name).exists()] == []


def test_hadolint_finds_nothing() -> None:
    hadolint = REPOSITORY / "var" / "lint" / "bin" / "hadolint"
    if not hadolint.exists():
        pytest.skip("hadolint is not installed yet: `make lint` installs it and runs it")
    config = compose_file.DOCKER / "hadolint.yml"
    command = [str(hadolint), "--config", str(config), str(compose_file.DOCKER / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
