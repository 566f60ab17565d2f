"""``python -m credit_grading.platform.parse_dbt``: leave the parsed dbt project behind for the tasks."""

from credit_grading.transform.dbt import parse

if __name__ == "__main__":
    parse()
