"""Rejected rows as people work with them: handed out to be corrected, or written off by a named person."""
