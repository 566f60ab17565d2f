"""Releasing verified candidates to the departments, and explaining what was released."""
