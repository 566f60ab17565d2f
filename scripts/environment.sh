#!/usr/bin/env bash
# Create or refresh a Python 3.11 environment from hashed requirement files.
#
#   scripts/environment.sh <folder> <requirements.txt> [more requirement files]
#
# A stamp per requirement file, named after the file's content, makes a second call instant.
# uv installs, because it is fast and compiles byte code; where it cannot (a package index that only
# pip is configured for, say) pip installs the same hashes.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE PYTHONPATH

folder=$1
shift
stamps=$folder/.requirements

wanted_python() {
  local name
  for name in "${PYTHON_311:-}" python3.11 python3; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Python 3.11 is needed and neither python3.11 nor python3 is it; name it with PYTHON_311=<path>" >&2
  return 1
}

stamp_of() {
  echo "$stamps/$(cat requirements-bootstrap.txt "$1" | sha256sum | cut -c1-32)"
}

pending=()
for file in "$@"; do
  [ -e "$(stamp_of "$file")" ] || pending+=("$file")
done
[ ${#pending[@]} -gt 0 ] || exit 0

python=$(wanted_python)
# An environment whose interpreter is gone, or that was moved with its folder, is made again.
if ! "$folder/bin/python" -c 'import sys; sys.exit(0)' 2>/dev/null; then
  rm -rf "$folder"
  "$python" -m venv "$folder" || {
    echo "$python has no working venv module (on Debian: the package python3.11-venv)" >&2
    exit 1
  }
fi

echo "installing ${pending[*]} into $folder"
with_pip() {
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@"
}
with_uv() {
  # uv does not read pip's configuration: hand the machine's own index over, where there is one.
  local index
  index=$("$folder/bin/python" -m pip config get global.index-url 2>/dev/null || true)
  [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
  export UV_SYSTEM_CERTS=true UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}" UV_NO_CONFIG=1
  "$folder/bin/python" -m uv pip install --quiet --python "$folder/bin/python" \
    --require-hashes --compile-bytecode "$@"
}

arguments=()
for file in "${pending[@]}"; do arguments+=(-r "$file"); done
if ! { with_pip -r requirements-bootstrap.txt && with_uv "${arguments[@]}"; }; then
  echo "uv could not install; trying pip with the same hashes" >&2
  with_pip "${arguments[@]}"
  "$folder/bin/python" -m compileall -q -j 0 "$folder/lib" || true
fi
mkdir -p "$stamps"
for file in "${pending[@]}"; do touch "$(stamp_of "$file")"; done
