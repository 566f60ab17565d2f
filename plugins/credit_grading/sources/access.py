"""How to get into a department's system: an address, and what it takes to be let in, which is shown nowhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, unquote

# Options that are no secret; every other text among them is blotted out of messages.
PLAIN_OPTIONS = frozenset({"endpoint_override", "region", "scheme", "ca_file", "host_key", "username"})
SHORTEST_SECRET = 3
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Access:
    """Where a connection leads.

    Args:
        url: SQLAlchemy URL of a database, folder of files (any fsspec scheme), or base address of a web service.
        options: what goes with it: fsspec's storage options, or the headers of a web service.

    Neither is part of the representation, so that no log shows them.
    """

    url: str = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def reason(self, error: BaseException) -> str:
        """Kind and words of an error on one line, without any secret in any spelling."""
        text = f"{type(error).__name__} {' '.join(str(error).split())}".strip()
        hidden = _texts({key: value for key, value in self.options.items() if key not in PLAIN_OPTIONS})
        for secret in [*hidden, unquote(_password(self.url))]:
            for part in {secret, secret.partition(" ")[2]}:
                if len(part) >= SHORTEST_SECRET:
                    for spelling in (part, quote(part), quote(part, safe=""), quote_plus(part)):
                        text = text.replace(spelling, "***")
        return text[:LONGEST_REASON]


# connection id → access; a plain text is an address that needs no options
OpenConnection = Callable[[str], str | Access]


def access_of(opened: str | Access) -> Access:
    """What opening a connection gave, as an Access."""
    return opened if isinstance(opened, Access) else Access(opened)


def _password(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[0].partition(":")[2]


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
