"""Departments: who delivers which feeds, read from one reviewed YAML file each."""
