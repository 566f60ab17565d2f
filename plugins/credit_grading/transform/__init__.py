"""Running dbt in process."""
