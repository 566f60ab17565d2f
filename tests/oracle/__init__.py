"""An independent scorer in plain Python: it shares no code with the package and no idea with the SQL."""
