"""The warehouse's fixed tables, roles of the pipeline's steps and of departments. Safe to repeat: runs at deployment.

A department's role can log in once an administrator gave it a password: ``\\password department_<id>`` in psql.
"""

from credit_grading.department.load import load_departments
from credit_grading.sharing.pipeline_roles import sync_pipeline_roles
from credit_grading.sharing.roles import passwords_from_environment, sync_roles
from credit_grading.warehouse.connection import connect
from credit_grading.warehouse.prepare import prepare

departments = load_departments()
with connect(autocommit=True) as connection:
    prepare(connection)
    sync_pipeline_roles(connection)
    changes = sync_roles(connection, departments, passwords_from_environment(departments))
print(f"departments {len(departments)}, roles made {len(changes.created)}, access taken away {len(changes.revoked)}")
