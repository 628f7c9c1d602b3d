"""The press of this process: started when first needed, asked by any thread, and gone with its owner.

The rule: whoever asks hands over a folder with a manuscript and the writing
end of a pipe; what comes back through it is lines: ``progress 40``, ``done``,
``pages``, ``pango``, and at last ``end`` with the exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

FONTS: Final = Path(__file__).resolve().parent / "fonts" / "fonts.conf"
# What a press inherits of our environment: where programs are, and nothing that is secret.
KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR")
CHUNK: Final = 4096


@dataclass(frozen=True)
class Outcome:
    """How a job ended: the words that it said, and its exit code (negative: the signal that ended it)."""

    words: frozenset[str]
    code: int


@dataclass
class Press:
    """One press and the socket to it."""

    command: tuple[str, ...] = (sys.executable, "-m", "governance.reports.press")
    owner: int = 0
    process: subprocess.Popen[bytes] | None = None
    control: socket.socket | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, job: dict[str, object], status: int) -> None:
        """Hand a job over, to a new press when there is none or the last one has died."""
        message = json.dumps(job).encode()
        with self.lock:
            if not self._is_alive():
                self._start()
            assert self.control is not None  # noqa: S101 - it was just started
            try:
                socket.send_fds(self.control, [message], [status])
            except OSError:
                self._start()
                socket.send_fds(self.control, [message], [status])

    def close(self) -> None:
        """Let the press end."""
        if self.control is not None and self.owner == os.getpid():
            self.control.close()
        if self.process is not None and self.owner == os.getpid():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)

    def _is_alive(self) -> bool:
        return self.owner == os.getpid() and self.process is not None and self.process.poll() is None

    def _start(self) -> None:
        if self.control is not None:
            self.control.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {"FONTCONFIG_FILE": str(FONTS), "XDG_CACHE_HOME": str(_cache()), "SOURCE_DATE_EPOCH": "0"}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*self.command, str(theirs.fileno())],
                cwd=settings.BASE_DIR,
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self.control, self.owner = ours, os.getpid()


PRESS: Final = Press()
atexit.register(PRESS.close)


def run(folder: Path, *, progress: Callable[[int], None]) -> Outcome:
    """Let the press work on a folder, and return how it ended."""
    reader, writer = os.pipe()
    try:
        limits = {"pages": settings.PDF_PAGES, "seconds": settings.PDF_SECONDS, "bytes": settings.PDF_MEMORY}
        PRESS.send({"folder": str(folder), **limits}, writer)
    finally:
        os.close(writer)
    words, code = set(), 1
    with os.fdopen(reader, "rb") as stream:
        for word, number in _lines(stream):
            if word == "progress":
                progress(number)
            elif word == "end":
                code = number
            else:
                words.add(word)
    return Outcome(frozenset(words), code)


def _lines(stream: Iterator[bytes]) -> Iterator[tuple[str, int]]:
    for line in stream:
        word, _, number = line.decode().strip().partition(" ")
        yield word, int(number or 0)


def _cache() -> Path:
    folder = Path(settings.ASSAY_HOME) / "cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
