"""Break the SQL of the evaluation in one place at a time, and see whether a test turns red."""
