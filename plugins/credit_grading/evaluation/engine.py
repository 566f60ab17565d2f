"""The identity of the SQL that turns received records into grades."""

import hashlib

from credit_grading import paths

# Everything between landing and the grades: records staged or mapped differently are other records.
FOLDERS = ("models/staging", "models/thematic", "models/evaluation", "macros", "seeds")
SUFFIXES = (".sql", ".csv")
# and the contracts, which say how a record is read and which of its versions is newer
CONTRACTS = "models/staging/*.yml"


def engine_hash() -> str:
    """SHA-256 over the SQL, the seeds and the contracts of the dbt project: other content may give other grades."""
    digest = hashlib.sha256()
    project = paths.dbt_project()
    files = [file for folder in FOLDERS for file in (project / folder).rglob("*") if file.suffix in SUFFIXES]
    files += project.glob(CONTRACTS)
    for file in sorted(files):
        digest.update(file.relative_to(project).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
