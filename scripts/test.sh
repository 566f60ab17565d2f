#!/usr/bin/env bash
# Run the suites named, in that order, as one pytest session: fast and cheap ones first, so that a
# plain mistake shows within seconds.
#
#   scripts/test.sh unit sql …
#
# JUNIT=<file> also writes a JUnit report. REQUIRE_SERVICES=1 turns every "service absent" skip into a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
export PYTHONPATH=plugins

folders=()
for suite in "$@"; do folders+=("tests/$suite"); done
exec var/environment/bin/python -m pytest "${folders[@]}" ${JUNIT:+--junit-xml="$JUNIT"}
