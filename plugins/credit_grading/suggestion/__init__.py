"""Bounds for a feed, proposed from what it delivered so far. Proposes only: a person writes the department file."""
