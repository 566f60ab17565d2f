"""Break the evaluation's SQL in one place at a time and count how often a test turns red.

    python -m tests.mutation --sample 60 --seed 1              # so many mutants, chosen by this seed
    python -m tests.mutation                                   # all of them: hours
    python -m tests.mutation --only matched_record.sql:12      # those whose file, line or operator says so

A server and a copy of the dbt project of its own, in a temporary folder. Exit code 1: mutants survived that
nobody has reviewed (equivalent.yml).
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

import psycopg
import yaml

from credit_grading import paths
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.mutation.judge import Judge, Verdict
from tests.mutation.operators import Mutant, mutants
from tests.mutation.project import BrokenProject

# A broken recursion may never end.
STATEMENT_SECONDS = 30


def main() -> int:
    """Judge the mutants that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="judge so many mutants only")
    parser.add_argument("--seed", type=int, default=1, help="chooses the sample")
    parser.add_argument("--only", default="", help="mutants whose file, line or operator contains this")
    parser.add_argument("--worlds", type=int, nargs="*", default=[2], help="seeds of the random worlds")
    parser.add_argument("--list", action="store_true", help="print the mutants and judge none")
    chosen = parser.parse_args()
    candidates = [one for one in mutants(paths.dbt_project()) if chosen.only in str(one)]
    reviewed = [one for one in candidates if is_equivalent(one)]
    open_ones = [one for one in candidates if one not in reviewed]
    if chosen.sample:
        open_ones = sample(open_ones, chosen.sample, chosen.seed)
    if chosen.list:
        print(*open_ones, sep="\n")
        return 0
    print(f"{len(candidates)} mutants, {len(reviewed)} of them reviewed as equivalent, {len(open_ones)} to judge")
    return 1 if run(open_ones, chosen.worlds) else 0


def sample(candidates: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """So many of them, chosen by `seed`: first one of each file and operator, then any; so is each beginning of it."""
    covered: set[str] = set()
    first, others = [], []
    for mutant in Random(seed).sample(candidates, len(candidates)):
        (others if {mutant.file, mutant.operator} <= covered else first).append(mutant)
        covered |= {mutant.file, mutant.operator}
    return (first + others)[:size]


def is_equivalent(mutant: Mutant) -> bool:
    """Whether somebody has looked at it and found that it says the same."""
    return any(matches(one, mutant) for one in equivalents())


def matches(reviewed: dict[str, str], mutant: Mutant) -> bool:
    """Whether an entry of equivalent.yml means this mutant."""
    key = (mutant.file, mutant.operator, mutant.source_line)
    same = key == (reviewed["file"], reviewed["operator"], reviewed["line"])
    return same and reviewed.get("above", mutant.line_above) == mutant.line_above


@cache
def equivalents() -> list[dict[str, str]]:
    """What was reviewed: file, operator, line, the line above where the line alone is not enough, and the reason."""
    text = (Path(__file__).parent / "equivalent.yml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text))


def run(chosen: list[Mutant], seeds: list[int]) -> list[Mutant]:
    """Judge mutants on a server of its own, print what became of them, and return the survivors."""
    folder = Path(tempfile.mkdtemp(prefix="credit-grading-mutation-", dir="/var/tmp"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "cluster", {"fsync": "off", "shared_buffers": "256MB"})
    # whoever stops this by hand leaves no server behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        # what is judged stays what it is, whatever happens to the checkout meanwhile
        shutil.copytree(paths.dbt_project(), folder / "dbt_project")
        os.environ["CREDIT_GRADING_HOME"] = str(folder)
        server.start()
        server.create_database("mutation")
        os.environ[VARIABLE] = server.url("mutation")
        os.environ["CREDIT_GRADING_DBT_TARGET"] = str(folder / "dbt")
        (folder / "dbt").mkdir()
        with psycopg.connect(server.url("mutation"), autocommit=True) as connection:
            return judge_all(prepared(connection, seeds), chosen)
    finally:
        server.stop()
        shutil.rmtree(folder)


def prepared(connection: psycopg.Connection, seeds: list[int]) -> Judge:
    """A judge to whom the project without a mutant shows nothing wrong. Raises SystemExit where it does."""
    from credit_grading.transform.dbt import parse
    from credit_grading.warehouse.prepare import prepare
    from tests.oracle.warehouse import create_records

    with connection.transaction():
        prepare(connection)
    create_records(connection)
    judge = Judge(connection, BrokenProject(parse(), paths.dbt_project()), seeds)
    judge.dbt("run", "--select", "path:models/evaluation")
    if (verdict := judge.verdict(["path:models/evaluation"])).kind != "survived":
        raise SystemExit(f"without any mutant: {verdict.kind}: {verdict.by}")
    connection.execute(f"alter database mutation set statement_timeout = '{STATEMENT_SECONDS}s'".encode())
    return judge


def judge_all(judge: Judge, chosen: list[Mutant]) -> list[Mutant]:
    verdicts: dict[Mutant, Verdict] = {}
    for number, mutant in enumerate(chosen, start=1):
        begun = time.monotonic()
        verdicts[mutant] = verdict = judge.judge(mutant)
        seconds = time.monotonic() - begun
        print(f"{number:4} {verdict.kind:9} {seconds:4.0f} s  {mutant}  {verdict.by}", flush=True)
    kinds = Counter(verdict.kind for verdict in verdicts.values())
    alive = len(chosen) - kinds["stillborn"]
    killed = kinds["unit test"] + kinds["oracle"]
    print(f"\n{killed} of {alive} killed ({100 * killed / max(alive, 1):.1f} %): {kinds['unit test']} by unit tests, "
          f"{kinds['oracle']} by the oracle; {kinds['stillborn']} were no SQL any more")  # fmt: skip
    survivors = [mutant for mutant, verdict in verdicts.items() if verdict.kind == "survived"]
    print(*(f"survived: {mutant}  =>  {mutant.after.strip()}" for mutant in survivors), sep="\n")
    return survivors


if __name__ == "__main__":
    sys.exit(main())
