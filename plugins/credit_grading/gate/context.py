"""A Great Expectations context per gate: file mode, on a private copy of the reviewed configuration."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from credit_grading import paths

DATASOURCE = "warehouse"


def results_folder() -> Path:
    """Where validation results are kept, as Great Expectations writes them."""
    return paths.state() / "great_expectations" / "validation_results"


def sqlalchemy_address(connection: psycopg.Connection) -> str:
    """The database of an open connection as a URL for SQLAlchemy and psycopg2."""
    from sqlalchemy import URL

    info = connection.info
    return URL.create(
        "postgresql+psycopg2",
        username=info.user,
        password=info.password or None,
        host=info.host,
        port=info.port,
        database=info.dbname,
    ).render_as_string(hide_password=False)


@contextmanager
def gate_context(address: str, site: Path | None = None) -> Iterator[Any]:
    """Open a GX context on the warehouse at `address`; the copy of the configuration is removed afterwards.

    The address goes through a configuration file of the copy, readable by its owner only, never through the
    process' environment: gates of several runs may live in one process.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx

    results_folder().mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix="credit-grading-gate-"))
    try:
        _write_configuration(root, address, site or root / "site")
        context = gx.get_context(mode="file", context_root_dir=root)
        yield context
        for datasource in context.data_sources.all().values():
            engine = datasource.get_engine()
            engine.dispose()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _write_configuration(root: Path, address: str, site: Path) -> None:
    text = (paths.expectations() / "great_expectations.yml").read_text(encoding="utf-8")
    values = {
        "CREDIT_GRADING_GX_WAREHOUSE": address,
        "CREDIT_GRADING_GX_RESULTS": str(results_folder()),
        "CREDIT_GRADING_GX_SITE": str(site),
    }
    for name, value in values.items():
        # quoted for YAML; a dollar sign would be taken for a variable by GX
        quoted = "'" + value.replace("'", "''").replace("$", r"\$") + "'"
        text = text.replace("${" + name + "}", quoted)
    file = root / "great_expectations.yml"
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
