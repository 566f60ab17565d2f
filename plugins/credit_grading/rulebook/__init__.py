"""Rulebooks (评价模型): YAML that officials read, checked in plain words and loaded into schema ``rulebook``.

Nothing here computes a score: the loader only moves the rules to where the SQL models read them.
"""
