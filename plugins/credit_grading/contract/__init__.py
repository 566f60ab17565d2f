"""Contracts: what one kind of record looks like, read from the dbt sources under ``models/staging``."""
