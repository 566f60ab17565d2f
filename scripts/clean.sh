#!/usr/bin/env bash
# Remove a state folder, and the database cluster that was placed outside it where an unprivileged server could
# not have reached it (credit_grading.warehouse.embedded).
#
#   scripts/clean.sh [folder, default var]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-var}
[ -d "$folder" ] || exit 0
find "$folder" -maxdepth 3 -type l -lname '/var/tmp/credit-grading-*/cluster' -print0 |
  while IFS= read -r -d '' link; do rm -rf "$(dirname "$(readlink "$link")")"; done
rm -rf "$folder"
