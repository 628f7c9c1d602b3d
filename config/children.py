"""Child processes that never outlive their supervisor.

The rule: every child leads a session of its own, so that Ctrl-C in a terminal
reaches the supervisor alone, which then ends the children in the right order.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from config.home import CHECKOUT

PR_SET_PDEATHSIG: Final = 1
LONGEST_PAUSE: Final = 30.0
STEADY_SECONDS: Final = 60.0
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent is killed; other systems have no such thing."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One supervised process, started again after a growing pause when it may be."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    pause: float = field(default=1.0, init=False)
    started: float = field(default=0.0, init=False)
    due: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start the process in a session of its own."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=CHECKOUT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )

    def exit_code(self) -> int | None:
        """Return how the process ended; None while it runs or was not started."""
        return self.process.poll() if self.process else None

    def revive(self) -> None:
        """Start the process again when it has ended and its pause is over."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
            return
        code = self.exit_code()
        if code is None:
            return
        now = time.monotonic()
        self.pause = 1.0 if now - self.started > STEADY_SECONDS else min(self.pause * 2, LONGEST_PAUSE)
        sys.stderr.write(f"The {self.name} ended with code {code}. It starts again in {self.pause:.0f} s.\n")
        self.signal_group(signal.SIGKILL)
        self.process, self.due = None, now + self.pause

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the process and all that it started."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def end(children: Sequence[Child], seconds: float) -> None:
    """Ask all children to end, wait, and kill what is left of them."""
    running = [child for child in children if child.process]
    for child in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.process.pid, signal.SIGTERM)  # type: ignore[union-attr]
    limit = time.monotonic() + seconds
    while any(child.exit_code() is None for child in running) and time.monotonic() < limit:
        time.sleep(0.02)
    for child in running:
        child.signal_group(signal.SIGKILL)
        if child.process:
            child.process.wait()
