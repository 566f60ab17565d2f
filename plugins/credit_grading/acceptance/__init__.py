"""Acceptance on real municipal data: our score and grade against the published ones, row by row."""
