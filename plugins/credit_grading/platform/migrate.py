"""``python -m credit_grading.platform.migrate``: Airflow's tables and our pools, in one process with one import."""

from credit_grading.platform.settings import POOLS


def migrate() -> None:
    """Create or upgrade Airflow's tables (as ``airflow db migrate`` does), then create or update the pools."""
    from airflow.models.pool import Pool
    from airflow.utils import db
    from airflow.utils.db_manager import RunDBManager

    db.initdb()
    RunDBManager()
    for name, (slots, description) in POOLS.items():
        Pool.create_or_update_pool(name=name, slots=slots, description=description, include_deferred=False)


if __name__ == "__main__":
    migrate()
