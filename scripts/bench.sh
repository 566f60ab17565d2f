#!/usr/bin/env bash
# Measure. The figures belong to this machine at this moment: they are printed, and never compared by a test.
#
#   scripts/bench.sh evaluation [subjects] [records]   the evaluation against three others: docs/benchmarks.md
#   scripts/bench.sh flow [firms]                      each stage of the flow on a fresh city
#   scripts/bench.sh release [subjects] [records]      what follows the evaluation, on two days
#   scripts/bench.sh parse                             Airflow's parse of the DAG folder
#   scripts/bench.sh landing [rows]                    receiving against a bare COPY of the same bytes
#
# Each but the parse uses a state folder of its own that is removed afterwards. KEEP=1 keeps that of the evaluation: the next run of
# the same size finds its records there. ROUNDS and PLANS: tests/bench/__main__.py.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
python=var/environment/bin/python
machine="$(nproc) processors, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo)"

case ${1:-} in
  evaluation)
    folder=var/bench
    [ "${KEEP:-}" = 1 ] || trap 'scripts/clean.sh "$folder"' EXIT
    echo "$machine"
    export PYTHONPATH=plugins CREDIT_GRADING_STATE="$PWD/$folder"
    "$python" -m tests.bench "$folder" "${2:-3500000}" "${3:-30000000}"
    ;;
  flow)
    folder=var/bench-flow
    scripts/clean.sh "$folder"
    trap 'scripts/clean.sh "$folder"' EXIT
    echo "city of ${2:-20000} firms, $machine"
    CREDIT_GRADING_STATE="$PWD/$folder" "$python" -m credit_grading demo --firms "${2:-20000}"
    ;;
  release)
    folder=var/bench-release
    trap 'scripts/clean.sh "$folder"' EXIT
    echo "$machine"
    export PYTHONPATH=plugins CREDIT_GRADING_STATE="$PWD/$folder"
    "$python" -m tests.bench.release "$folder" "${2:-500000}" "${3:-4300000}"
    ;;
  parse)
    echo "$machine"
    PYTHONPATH=plugins "$python" -m tests.bench.parse
    ;;
  landing)
    folder=var/bench-landing
    trap 'scripts/clean.sh "$folder"' EXIT
    echo "$machine"
    export PYTHONPATH=plugins CREDIT_GRADING_STATE="$PWD/$folder"
    "$python" -m tests.bench.landing "$folder" "${2:-1000000}"
    ;;
  *)
    echo "say what to measure: scripts/bench.sh evaluation|flow|release|parse|landing" >&2
    exit 2
    ;;
esac
