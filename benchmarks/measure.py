"""What the benchmarks share: timing whole processes with their memory, and printing claims beside their bars."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, and its largest resident memory in MB."""

    seconds: float
    megabytes: float


def process(arguments: list[str], *, repeat: int = 1, env: dict[str, str] | None = None) -> Run:
    """Run a process and return its quickest run; its output is thrown away, its failure is raised."""
    runs = []
    for _ in range(repeat):
        start = time.perf_counter()
        child = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})  # noqa: S603
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            message = f"{' '.join(arguments[:4])} … ended with {child.returncode}"
            raise RuntimeError(message)
        runs.append(Run(seconds, usage.ru_maxrss / 1024))
    return min(runs, key=lambda run: run.seconds)


def manage(*arguments: str, repeat: int = 1) -> Run:
    """Run ``manage.py`` with this interpreter."""
    return process([sys.executable, "manage.py", *arguments], repeat=repeat)


def quickest(work: Callable[[], object], repeat: int = 5) -> float:
    """Return the seconds of the quickest of some calls."""
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


class Claims:
    """Claims beside their bars, printed as they come."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def tell(self, claim: str, figure: str, bar: str, *, is_met: bool) -> None:
        """Print one claim."""
        if not is_met:
            self.missed.append(claim)
        sys.stdout.write(f"{'ok  ' if is_met else 'MISS'}  {claim}: {figure} (bar: {bar})\n")
        sys.stdout.flush()

    def end(self) -> int:
        """Return the exit status: 1 when a bar was missed."""
        return 1 if self.missed else 0
