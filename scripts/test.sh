#!/usr/bin/env bash
# Run the suites named as one pytest session of two processes: one begins with the cheap suites, so that a plain
# mistake shows within seconds, the other with those that start the whole platform.
#
#   scripts/test.sh unit sql …
#
# WORKERS=0 runs everything in one process, where a debugger works.
# JUNIT=<file> also writes a JUnit report. REQUIRE_SERVICES=1 turns every "service absent" skip into a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
export PYTHONPATH=plugins

folders=()
for suite in "$@"; do folders+=("tests/$suite"); done
exec var/environment/bin/python -m pytest -n "${WORKERS:-2}" --no-loadscope-reorder "${folders[@]}" ${JUNIT:+--junit-xml="$JUNIT"}
