"""Evaluation runs: which date is graded, with what was known when. The arithmetic itself is SQL in dbt."""
