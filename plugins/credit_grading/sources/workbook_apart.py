"""A workbook read in a process of its own, whose memory and time are bounded by the kernel.

A file of a few kilobytes can unpack to terabytes, or ask for a table of seventeen thousand million cells; no look at
the archive tells for certain, and the library ends the whole process when memory runs out. So another process takes
the risk: it sends rows as JSON, and where it dies, the feed has a named outcome and the worker lives on.

The child is this module itself, run with the file as its standard input and nothing of the parent's environment.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

from credit_grading.sources.limits import WORKBOOK_MEMORY_BYTES, WORKBOOK_SECONDS
from credit_grading.sources.lines import bounded
from credit_grading.sources.model import Expected, RowNote, SourceError, Stream

# Rows, and characters, that one message holds at most (the last row may go beyond).
MESSAGE_ROWS = 500
MESSAGE_CHARACTERS = 1 << 18


@contextmanager
def open_workbook(file: BinaryIO, **options: Any) -> Iterator[Stream]:
    """One sheet as a stream of rows.

    Args:
        file: at any place; it is read from its start.
        options: of ``read_workbook``; ``headings`` in place of ``knows``, normalised, since a function cannot travel.

    Raises SourceError, also while reading: what ``read_workbook`` raises, and ``unreadable_file`` where the workbook
    takes more memory or time than WORKBOOK_MEMORY_BYTES and WORKBOOK_SECONDS.
    """
    with _on_disk(file) as stored:
        child = subprocess.Popen(
            [sys.executable, "-m", "credit_grading.sources.workbook_apart", json.dumps(options, ensure_ascii=False)],
            stdin=stored,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "LANG": "C.UTF-8"},
        )
        assert child.stdout is not None
        try:
            messages = _messages(child, child.stdout)
            header = next(messages)
            yield Stream(header["header"], _rows(messages), header["passed_over"], header["notices"])
        finally:
            child.kill()
            child.stdout.close()
            child.wait()


@contextmanager
def _on_disk(file: BinaryIO) -> Iterator[IO[bytes]]:
    """The file itself where it is one, else a copy that has no name."""
    import shutil
    import tempfile

    file.seek(0)
    try:
        file.fileno()
    except (OSError, AttributeError):
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            copy.seek(0)
            yield copy
    else:
        yield file


def _messages(child: "subprocess.Popen[bytes]", output: IO[bytes]) -> Iterator[dict[str, Any]]:
    for line in output:
        message = json.loads(line)
        if "error" in message:
            outcome, text, row, column = message["error"]
            raise SourceError(outcome, text, row=row, column=column)
        if "end" in message:
            return
        yield message
    if child.wait() in (-signal.SIGXCPU, -signal.SIGKILL):
        reason = f"读取超过 {WORKBOOK_SECONDS} 秒（takes too long to read）"
    else:
        reason = f"展开后超过 {WORKBOOK_MEMORY_BYTES >> 20} MiB 内存，或已损坏（takes too much memory, or is damaged）"
    raise SourceError("unreadable_file", f"XLSX 文件{reason}")


def _rows(messages: Iterator[dict[str, Any]]) -> Iterator[Any]:
    for message in messages:
        for number, values, note in message["rows"]:
            yield number, values, RowNote(**note) if note else None


def send(file: BinaryIO, options: dict[str, Any], output: IO[bytes]) -> None:
    """In the child: read the workbook and write one JSON message a line, the last of them ``end`` or ``error``."""
    from credit_grading.sources.workbook import read_workbook

    def write(message: dict[str, Any]) -> None:
        output.write(json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")

    try:
        knows = Expected(frozenset(options.pop("headings", ()))).knows
        stream = read_workbook(file, **options, knows=knows)
        write({"header": stream.header, "passed_over": stream.passed_over, "notices": stream.notices})
        rows: list[Any] = []
        characters = 0
        for row in stream.rows:
            number, values, note = bounded(row)
            rows.append([number, values, asdict(note) if note else None])
            characters += sum(len(value) for value in values if value is not None)
            if len(rows) >= MESSAGE_ROWS or characters >= MESSAGE_CHARACTERS:
                write({"rows": rows})
                rows, characters = [], 0
        write({"rows": rows})
        write({"end": True})
    except SourceError as error:
        write({"error": [error.outcome, str(error), error.row, error.column]})
    output.flush()


def main() -> None:
    """Bound this process, then read standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (WORKBOOK_MEMORY_BYTES, WORKBOOK_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (WORKBOOK_SECONDS, WORKBOOK_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with os.fdopen(0, "rb") as file:
        send(file, json.loads(sys.argv[1]), sys.stdout.buffer)


if __name__ == "__main__":
    main()
