"""The gate needs no more than the auditor's rights: a real examination through a login of that role."""

import psycopg

from credit_grading.gate.run import run_gate
from credit_grading.sharing.pipeline_roles import PIPELINE_ROLES, sync_pipeline_roles
from tests.gate.world import DEPARTMENTS


def test_the_auditor_runs_both_gates(world):
    sync_pipeline_roles(world.connection)
    world.sql("create role login_of_gate login in role credit_auditor")
    info = world.connection.info
    try:
        with psycopg.connect(
            host=info.host, port=info.port, dbname=info.dbname, user="login_of_gate", autocommit=True
        ) as auditor:
            for gate in ("staging", "publication"):
                verdict = run_gate(auditor, gate, world.run_id, departments=DEPARTMENTS)
                assert (verdict.outcome, verdict.checks_executed) == ("passed", verdict.checks_expected), verdict.reason
                assert verdict.checks_executed > 0
    finally:
        for role in ("login_of_gate", *PIPELINE_ROLES):
            world.sql(f"drop owned by {role}; drop role {role}")
