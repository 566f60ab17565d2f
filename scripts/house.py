"""House rules no linter knows: files stay small, and nothing names a package index or this machine.

Prints one line per finding, as ``file:line: what``, and exits with 1 when there is any.
Only files that git tracks or would track are read.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SIZES = {".py": 300, ".sql": 120, ".yml": 150, ".yaml": 150}
# tables of rows, like other tests
UNIT_TESTS = "_unit_tests.yml"

# Longer for a reason.
EXCUSED = {
    "plugins/credit_grading/warehouse/schema/30_rulebook.sql": "one table per part of a rulebook, read as one",
    "dbt_project/models/staging/administrative_penalty.yml": "as many columns as the national standard has",
    "dbt_project/models/staging/administrative_licence.yml": "as many columns as the national standard has",
    "dbt_project/models/staging/serious_dishonesty.yml": "one contract for every list, as each list is published",
    "plugins/credit_grading/warehouse/schema/60_sharing.sql": "every table that departments read, in one place",
}

INDEXES = r"pythonhosted[.]org|pypi[.]org|npmjs[.]org|[/]simple[/]|(^|\s)--(extra-)?index-url\b"
FORBIDDEN = {
    "names a package index": re.compile(INDEXES),
    "is a path of one machine": re.compile(r"(?<![\w.:}$)-])/(work|farm|root|home|Users)/\w"),
    "is a telemetry address": re.compile(r"sinter[-]collect|scarf[.]sh|post[h]og|google[-]analyt|telemetry[.]\w+[.]"),
}


def files(root: Path) -> list[str]:
    """Every file that git tracks or would track, relative to `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    return sorted({name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()})


def findings(root: Path) -> Iterator[str]:
    """One line per broken rule."""
    for name in files(root):
        try:
            lines = (root / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        limit = SIZES[".py"] if name.endswith(UNIT_TESTS) else SIZES.get(Path(name).suffix)
        if limit and len(lines) > limit and name not in EXCUSED:
            yield f"{name}:{len(lines)}: longer than the {limit} lines of its kind"
        for number, line in enumerate(lines, start=1):
            for what, pattern in FORBIDDEN.items():
                if found := pattern.search(line):
                    yield f"{name}:{number}: {found.group().strip()} {what}"


def main() -> int:
    """Check the checkout this file lies in, or the folder given."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]
    found = list(findings(root))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
