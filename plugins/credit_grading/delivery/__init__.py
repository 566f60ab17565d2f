"""A publication brought to a department, as files or into its database: exactly once, and verified where it lies."""
