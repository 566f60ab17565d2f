#!/usr/bin/env bash
# The checks of `make lint`. pre-commit runs each of them by name, so that both are the same.
#
#   scripts/lint.sh [python types sql yaml docker house]
#
# Every check runs, even after another failed; the exit code says whether all passed.
set -uo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
tools=var/lint/bin

python() { "$tools/python" -m ruff check --quiet . && "$tools/python" -m ruff format --quiet --check .; }
types() { var/environment/bin/python -m mypy; }
sql() {
  local sqlfluff=("$tools/python" -m sqlfluff lint --nocolor --disable-progress-bar) code=0
  "${sqlfluff[@]}" --templater jinja dbt_project || code=1
  # their parameters are declared in a .sqlfluff beside them
  "${sqlfluff[@]}" --templater placeholder plugins/credit_grading expectations || code=1
  return $code
}
yaml() { "$tools/python" -m yamllint --strict .; }
docker() { "$tools/hadolint" --config docker/hadolint.yml docker/Dockerfile; }
house() { "$tools/python" scripts/house.py; }

[ $# -gt 0 ] || set -- python types sql yaml docker house
failed=()
for check in "$@"; do
  echo "lint: $check"
  "$check" || failed+=("$check")
done
[ ${#failed[@]} -eq 0 ] || {
  echo "lint failed: ${failed[*]}"
  exit 1
}
