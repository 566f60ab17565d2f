"""The gate: reviewed suites of checks, run by Great Expectations, that decide whether data may go on."""
