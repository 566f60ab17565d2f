"""The Postgres of the benchmark: embedded, with the settings that docs/benchmarks.md recommends."""

from collections.abc import Iterable
from pathlib import Path

from credit_grading.warehouse.embedded import EmbeddedPostgres

# For a machine of 24 GiB and two cores, the same for every contender.
SETTINGS = {
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "work_mem": "512MB",
    "hash_mem_multiplier": "2",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "max_parallel_workers_per_gather": "2",
    "max_connections": "40",
    "random_page_cost": "1.1",
    "jit": "off",
    # whatever is measured is unlogged, and the bench's own server holds nothing that anybody needs
    "fsync": "off",
    # statistics are gathered where a contender asks for them; a vacuum in the background would disturb one of them
    "autovacuum": "off",
    "timezone": "Asia/Shanghai",
}
PLANS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "1000",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_buffers": "on",
}


def start_server(folder: Path, databases: Iterable[str], *, with_plans: bool = False) -> EmbeddedPostgres:
    """Start the server in `folder` with these databases. The caller stops it."""
    server = EmbeddedPostgres(folder, SETTINGS | (PLANS if with_plans else {}))
    server.start()
    for database in databases:
        server.create_database(database)
    return server
