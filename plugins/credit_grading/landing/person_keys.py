"""The key of the hash of persons: that it is the one used before, and the change from one key to the next.

Environment:
    CREDIT_GRADING_PERSON_KEY         the key of the hash; another key makes other persons
    CREDIT_GRADING_PERSON_KEY_FORMER  during a change: the key before, so that everybody who is delivered meanwhile
                                      is tied to who they were
"""

import hashlib
import hmac
import os

import psycopg

from credit_grading.sources.model import SourceError

VARIABLE = "CREDIT_GRADING_PERSON_KEY"
FORMER_VARIABLE = "CREDIT_GRADING_PERSON_KEY_FORMER"
CHECKED_TEXT = b"credit-grading person key"
CHECK_LENGTH = 16
# Any fixed number will do, as long as nobody else in the database uses it.
KEYS_LOCK = 7_220_123


def configured_key() -> str | None:
    """The key of the hash, or None where the environment holds none."""
    return os.environ.get(VARIABLE, "").strip() or None


def former_key() -> str | None:
    """The key before, or None where no change is under way."""
    former = os.environ.get(FORMER_VARIABLE, "").strip() or None
    return None if former == configured_key() else former


def check_value(key: str) -> str:
    """What tells keys apart without giving them away: a keyed hash of a fixed text."""
    return hmac.new(key.encode(), CHECKED_TEXT, hashlib.sha256).hexdigest()[:CHECK_LENGTH]


def settle_key(connection: psycopg.Connection, key: str, former: str | None) -> None:
    """Demand the key in use, or a change that names it as the key before; the first key ever is taken as it is.

    Raises SourceError (person_key_changed): under another key everybody would be somebody else, and count twice.
    """
    now, before = check_value(key), check_value(former) if former else None
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (KEYS_LOCK,))
        used = [row[0] for row in connection.execute("select check_value from landing.person_key order by position")]
        if not used and before:
            used = [before]
            _use(connection, before)
        if used and used[-1] == now:
            if before and used[-2:-1] != [before]:
                raise _changed(f"{FORMER_VARIABLE} 不是上一把密钥（is not the key before）")
            return
        if now in used:
            raise _changed("不能换回用过的密钥（a key that was replaced cannot come back）")
        if used and used[-1] != before:
            hint = f"更换密钥须同时设置（to change it, set）{FORMER_VARIABLE}"
            raise _changed(f"{VARIABLE} 与接收时所用不同（is not the key in use）；{hint}")
        _use(connection, now)


def _use(connection: psycopg.Connection, value: str) -> None:
    connection.execute("insert into landing.person_key (check_value) values (%s)", (value,))


def _changed(message: str) -> SourceError:
    return SourceError("person_key_changed", message)
