"""Airflow operators, one verb each: the work itself is in the rooms they call, which know no Airflow."""
