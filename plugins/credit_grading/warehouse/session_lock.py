"""A lock that one command holds for as long as its connection lives, also where its process is killed."""

import psycopg

# A server learns a moment later that a connection has closed: who comes right after its own predecessor waits for that.
# Whoever really works on keeps the lock far longer.
PATIENCE = "5s"


def hold(connection: psycopg.Connection, number: int, name: str) -> bool:
    """Take the lock `number` of `name` until `connection` closes. False where another connection works with it.

    Args:
        connection: autocommit, else the lock's wait ends the caller's transaction.
        number: of the kind of work; any that nobody else in the database locks with.
        name: what is worked on.
    """
    try:
        with connection.transaction():
            connection.execute("select set_config('lock_timeout', %s, true)", (PATIENCE,))
            connection.execute("select pg_advisory_lock(%s, hashtext(%s))", (number, name))
    except psycopg.errors.LockNotAvailable:
        return False
    return True
