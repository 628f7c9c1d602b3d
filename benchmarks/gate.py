"""The gate under load: ``python -m benchmarks.gate [--releases 100000] [--postgres URL]``.

The product's own web server answers an empty response and the gate in turn,
behind the same middleware, asked by ``wrk`` (Debian: ``apt-get install wrk``)
over 16 connections with an access token. The bars are ratios within one run:
the share of the empty response's rate that the gate keeps, and what 1,000
times more releases cost. URL names a PostgreSQL server on which databases may
be made and dropped.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks.gate_data import ASKED
from benchmarks.measure import ROOT, Claims

CONNECTIONS: Final = 16
PORT: Final = 8321
ROUNDS: Final = 3
SCRIPT: Final = """
local number = 0
wrk.headers["Authorization"] = "Bearer {secret}"
request = function()
  number = (number * 7919 + 1) % {asked}
  return wrk.format("GET", string.format("{path}", number))
end
"""
BY_VERSION: Final = "/api/v1/gate/?model=model-%d&version=1.0.0&environment={environment}"
BY_ARTIFACT: Final = "/api/v1/gate/?artifact=sha256:%064x&environment={environment}"
QUESTIONS: Final = {"by-version": BY_VERSION, "by-artifact": BY_ARTIFACT}
ENVIRONMENT: Final = "production"


@dataclass(frozen=True)
class Load:
    """What wrk saw: answers a second, the 99th percentile in ms, and how many were no success."""

    rate: float
    p99: float
    failed: int


@dataclass(frozen=True)
class Figures:
    """One database: the share of the empty response's rate and the p99 in ms, medians over the rounds."""

    share: float
    p99: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--releases", type=int, default=100_000)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--seconds", type=int, default=6)
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk. On Debian, as root: apt-get install wrk")
    claims = Claims()
    _claim(claims, "SQLite", 0.30, asked, "")
    if asked.postgres:
        _claim(claims, "PostgreSQL", 0.20, asked, asked.postgres)
    return claims.end()


def _claim(claims: Claims, name: str, bar: float, asked: argparse.Namespace, server: str) -> None:
    few = _measure(asked.releases // 1_000, asked.seconds, server)
    many = _measure(asked.releases, asked.seconds, server)
    claim = f"{name}, {asked.releases:,} releases: rate of the empty response"
    claims.tell(claim, f"{many.share:.0%}", f"≥ {bar:.0%}", is_met=many.share >= bar)
    claims.tell(f"{name}: p99 at {CONNECTIONS} connections", f"{many.p99:.1f} ms", "< 50 ms", is_met=many.p99 < 50)
    cost = few.share / many.share
    claims.tell(f"{name}: 1,000 × more releases", f"{cost:.2f} ×", "< 1.2 ×", is_met=cost < 1.2)


def _measure(releases: int, seconds: int, server: str) -> Figures:
    with tempfile.TemporaryDirectory() as folder, fresh_database(server) as url:
        environment = {**os.environ, "ASSAY_HOME": folder, "DJANGO_SETTINGS_MODULE": "benchmarks.gate_settings"}
        environment |= {"ALLOWED_HOSTS": "127.0.0.1", **({"DATABASE_URL": url} if url else {})}
        command = [sys.executable, "-m", "benchmarks.gate_data", str(releases)]
        secret = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]  # noqa: S603
        with _served(environment):
            return _figures(Path(folder), secret, min(releases, ASKED), seconds)


def _figures(folder: Path, secret: str, asked: int, seconds: int) -> Figures:
    empty = _script(folder, "empty", secret, "/empty/", asked)
    gates = [_script(folder, name, secret, path.format(environment=ENVIRONMENT), asked) for name, path in QUESTIONS.items()]
    for script in (empty, *gates):
        _load(script, 1)  # Connections and memos are there before anything is counted.
    shares, slowest = [], []
    for _ in range(ROUNDS):
        base = _load(empty, seconds)
        for gate in gates:
            found = _load(gate, seconds)
            if found.failed or not _is_open(secret):
                sys.exit("The gate did not say yes.")
            shares.append(found.rate / base.rate)
            slowest.append(found.p99)
            sys.stdout.write(f"      empty {base.rate:,.0f}/s, gate {found.rate:,.0f}/s, p99 {found.p99:.1f} ms\n")
    return Figures(statistics.median(shares), statistics.median(slowest))


def _is_open(secret: str) -> bool:
    """Whether the gate says yes; a quick no would be no figure."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    address = "/api/v1/gate/?" + urlencode({"model": "model-0", "version": "1.0.0", "environment": ENVIRONMENT})
    connection.request("GET", address, headers={"Authorization": f"Bearer {secret}"})
    return bool(json.loads(connection.getresponse().read())["allowed"])


def _script(folder: Path, name: str, secret: str, path: str, asked: int) -> Path:
    file = folder / f"{name}.lua"
    file.write_text(SCRIPT.format(secret=secret, path=path, asked=asked), encoding="utf-8")
    return file


def _load(script: Path, seconds: int) -> Load:
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--latency"]
    command += ["--script", str(script)]
    told = subprocess.run([*command, f"http://127.0.0.1:{PORT}"], check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    number, unit = re.findall(r"99%\s+([0-9.]+)(us|ms|s)", told)[0]
    failed = re.findall(r"Non-2xx or 3xx responses: ([0-9]+)", told)
    rate = float(re.findall(r"Requests/sec:\s+([0-9.]+)", told)[0])
    return Load(rate, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit], int(failed[0]) if failed else 0)


@contextlib.contextmanager
def _served(environment: dict[str, str]) -> Iterator[None]:
    """Run the web server as ``bin/serve`` does, with one worker for each core."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT)]
    command += ["--workers", str(os.cpu_count() or 1), "--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as child:  # noqa: S603
        try:
            _wait()
            yield
        finally:
            child.terminate()


def _wait() -> None:
    for _ in range(400):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
            connection.request("GET", "/empty/")
            connection.getresponse()
            return
        time.sleep(0.05)
    sys.exit("The web server did not answer.")


@contextlib.contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Yield the address of a fresh PostgreSQL database, dropped at the end; empty for SQLite."""
    if not server:
        yield ""
        return
    import psycopg

    name = f"assay_gate_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main())
