#!/usr/bin/env bash
# One self-contained page of all models, contracts and their lineage. It needs no warehouse and no internet.
set -euo pipefail
cd "$(dirname "$0")/.."
export DO_NOT_TRACK=1 PYTHONUTF8=1
target=$PWD/var/docs/dbt
dbt() {
  var/environment/bin/python -c 'from dbt.cli.main import cli; cli()' --quiet --log-path "$target" "$@" \
    --project-dir dbt_project --profiles-dir dbt_project --target-path "$target"
}
dbt parse
dbt docs generate --static --empty-catalog --no-compile
cp "$target/static_index.html" var/docs/models.html
echo "file://$PWD/var/docs/models.html"
