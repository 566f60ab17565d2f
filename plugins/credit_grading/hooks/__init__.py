"""Hooks: where Airflow's connections become addresses the package understands."""
