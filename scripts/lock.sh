#!/usr/bin/env bash
# Recompile every hashed requirement file. Nothing in the result names an index, a host or a machine.
#
#   scripts/lock.sh [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_SYSTEM_CERTS=true UV_NO_CONFIG=1

compile() {
  var/lint/bin/python -m uv pip compile "$1.in" --output-file "$1.txt" --python-version 3.11 --quiet \
    --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links "${@:2}"
}
# requirements-test.in is constrained by requirements.txt: the order matters
for name in requirements-bootstrap requirements requirements-test requirements-bench requirements-lint; do
  compile "$name" "$@"
done
