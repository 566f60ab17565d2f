"""Feeds opened as streams of rows: CSV, XLSX and JSON Lines files anywhere fsspec reaches, and SQL databases."""
