"""One line per stage, with seconds: moving on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

HEARTBEAT_SECONDS = 15.0


@dataclass
class Progress:
    """Runs stages and remembers how long each took."""

    stream: TextIO = field(default_factory=lambda: sys.stdout)
    finished: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def stage(self, title: str) -> Iterator["Stage"]:
        """Announce a stage, show that it is alive, and say what it took. A failing stage says so and raises."""
        stage = Stage(title, self.stream)
        stage.start()
        try:
            yield stage
        except BaseException:
            stage.end("✗")
            raise
        stage.end("✓")
        self.finished.append((title, stage.seconds))

    def table(self, details: dict[str, list[tuple[str, float]]] | None = None) -> str:
        """Stage by stage time table; `details` adds lines under a stage."""
        lines = []
        for title, seconds in self.finished:
            lines.append(f"  {seconds:7.1f} s  {title}")
            lines += [f"            {taken:7.1f} s  {part}" for part, taken in (details or {}).get(title, [])]
        lines.append(f"  {sum(seconds for _, seconds in self.finished):7.1f} s  合计 total")
        return "\n".join(lines)


class Stage:
    """One line on the screen."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title = title
        self.seconds = 0.0
        self._stream = stream
        self._note = ""
        self._begun = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def note(self, text: str) -> None:
        """What is happening now, shown behind the title."""
        self._note = text

    def start(self) -> None:
        """Show the line."""
        if not self._stream.isatty():
            self._write(f"… {self.title}\n")
        self._thread.start()

    def end(self, mark: str) -> None:
        """Close the line with its mark and seconds."""
        self._ended.set()
        self._thread.join()
        self.seconds = time.monotonic() - self._begun
        note = f"  {self._note}" if self._note else ""
        start = "\r\x1b[K" if self._stream.isatty() else ""
        self._write(f"{start}{mark} {self.title}  {self.seconds:.1f} s{note}\n")

    def _beat(self) -> None:
        moving = self._stream.isatty()
        while not self._ended.wait(0.3 if moving else HEARTBEAT_SECONDS):
            line = f"… {self.title}  {time.monotonic() - self._begun:.0f} s  {self._note}"
            self._write(f"\r\x1b[K{line[:110]}" if moving else f"{line}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
