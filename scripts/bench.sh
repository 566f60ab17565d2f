#!/usr/bin/env bash
# Time each stage of the flow on a fresh city, in a state folder of its own that is removed afterwards.
# The figures belong to this machine at this moment: they are printed, and never compared by a test.
#
#   scripts/bench.sh [firms]
set -euo pipefail
cd "$(dirname "$0")/.."
firms=${1:-20000}
folder=var/bench
scripts/clean.sh "$folder"
trap 'scripts/clean.sh "$folder"' EXIT
echo "city of $firms firms, $(nproc) processors, Python $(var/environment/bin/python -V | cut -d' ' -f2)"
CREDIT_GRADING_STATE="$PWD/$folder" var/environment/bin/python -m credit_grading demo --firms "$firms"
