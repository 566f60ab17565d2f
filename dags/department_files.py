"""Makes no DAG: a department file with mistakes becomes an import error of this file.

It is apart from ingest.py because Airflow stops every DAG of a file that has an import error, and one
department's mistake must not stop the others.
"""

from credit_grading.operators.departments import raise_unreadable_departments

raise_unreadable_departments()
