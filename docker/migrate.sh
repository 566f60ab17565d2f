#!/usr/bin/env bash
# One shot, safe to repeat: both databases up to date, the first administrator present.
set -euo pipefail

echo "Airflow's tables and pools"
python -m credit_grading.platform.migrate
echo "The administrator of the Airflow pages"
airflow users create --role Admin --username "$AIRFLOW_ADMIN_NAME" --password "$AIRFLOW_ADMIN_PASSWORD" \
  --firstname Airflow --lastname Administrator --email "$AIRFLOW_ADMIN_NAME@localhost"
echo "The warehouse's fixed tables and the departments' roles"
python "$CREDIT_GRADING_HOME/docker/prepare.py"
