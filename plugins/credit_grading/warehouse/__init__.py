"""The Postgres warehouse: connecting, preparing the fixed tables, running an embedded server."""
