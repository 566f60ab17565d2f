"""Who may read what is shared: login roles, entitlements and grants, made from the department files."""
