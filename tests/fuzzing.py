"""Hypothesis checks that run shortly in the suite, and for as long as one likes in ``make fuzz``.

Environment:
    FUZZ_SECONDS  how long each target is explored, with new examples each time; unset: a few examples, always the same
"""

import os
import time
from collections.abc import Callable

from hypothesis import HealthCheck, settings

SECONDS = float(os.environ.get("FUZZ_SECONDS") or 0)


def examples(number: int) -> settings:
    """Settings of a target: so many examples in the suite, and in each turn of a longer exploration."""
    return settings(
        max_examples=number,
        derandomize=not SECONDS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def explore(check: Callable[[], None]) -> None:
    """Run a check once, or until its time is up."""
    until = time.monotonic() + SECONDS
    check()
    while time.monotonic() < until:
        check()
