"""``bin/serve``: the whole product in one foreground process and its children.

The rule: nothing of an earlier start is destroyed, one folder is served by one
supervisor, and whatever ends it, the children end first and the broker last.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from config.broker import BrokerError, embedded_broker
from config.children import Child, end
from config.home import CHECKOUT, assay_home
from config.prepare import has_demo

READY_SECONDS: Final = 60.0
END_SECONDS: Final = 15.0
ANY_ADDRESS: Final = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
DEMO_LOGINS: Final = (
    ("engineer@demo.example", "Ines Engel, owns the models"),
    ("ml@demo.example", "Marek Lind, ML reviewer"),
    ("privacy@demo.example", "Priya Rao, privacy reviewer"),
    ("legal@demo.example", "Lena Vogt, legal reviewer"),
    ("auditor@demo.example", "Aino Saari, auditor"),
    ("admin@demo.example", "Adam Berg, administrator"),
    ("policy@demo.example", "Petra Holm, policy administrator"),
    ("policy2@demo.example", "Paul Roth, policy administrator, who publishes what Petra proposes"),
)


class StartError(Exception):
    """Assay cannot start; the sentence says why and what to do."""


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of the folder.

    Raises:
        StartError: another supervisor serves it.
    """
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Assay is already running on {home}. End it first, or set ASSAY_HOME to another folder."
            raise StartError(message) from None
        yield


def check_port(host: str, port: int) -> None:
    """Refuse a port that is taken, before anything else is started.

    Raises:
        StartError: the address cannot be listened on.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        message = f"Assay cannot listen on {host}, port {port} ({error.strerror}). Choose another one: bin/serve --port {port + 1}"
        raise StartError(message) from None


def static_fingerprint() -> str:
    """Name the static files and the packages that bring some, cheaply: by path, size and time."""
    digest = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes())
    for file in sorted((CHECKOUT / "static").rglob("*")):
        facts = file.stat()
        digest.update(f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(home: Path, environment: dict[str, str]) -> None:
    """Collect the static files when they have changed since the last time."""
    stamp, fingerprint = home / "static.stamp", static_fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    step([sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"], environment)
    stamp.write_text(fingerprint, encoding="ascii")


def step(command: list[str], environment: dict[str, str]) -> None:
    """Run one step of the preparation to its end.

    Raises:
        StartError: it failed; what it said stands above.
    """
    if subprocess.run(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
        message = f"A step of the start failed: {' '.join(command[1:])}. What it said stands above; nothing was deleted."
        raise StartError(message)


def children(home: Path, host: str, port: int, environment: dict[str, str]) -> tuple[Child, Child]:
    """Return the web server and the worker, not yet started."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", environment.get("WEB_WORKERS", "1"), "--blocking-threads", environment.get("WEB_THREADS", "4")]
    web += ["--log-level", "warning", "config.wsgi:application"]
    quiet = ["-W", "ignore:You're running the worker with superuser"]  # As root in a container that is how it is meant.
    worker = [sys.executable, *quiet, "-m", "celery", "--app", "config", "--quiet", "worker", "--pool", "threads", "--concurrency", "2"]
    worker += ["--beat", "--schedule", str(home / "beat-schedule"), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return Child("web server", web, environment), Child("worker", worker, environment)


def wait_until_ready(web: Child, host: str, port: int) -> None:
    """Wait for the first answer.

    Raises:
        StartError: the web server ended, or never answered.
    """
    limit = time.monotonic() + READY_SECONDS
    while web.exit_code() is None and time.monotonic() < limit:
        connection = http.client.HTTPConnection(reachable(host), port, timeout=READY_SECONDS)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        time.sleep(0.05)
    raise StartError("The web server did not answer. What it said stands above.")


def reachable(host: str) -> str:
    """Return a name by which this machine reaches the host that is listened on."""
    return "127.0.0.1" if host in ANY_ADDRESS else host


def greet(home: Path, host: str, port: int) -> None:
    """Print the address, and the demo's logins where the demo is."""
    name = f"[{host}]" if ":" in reachable(host) else reachable(host)
    lines = [f"Assay answers on http://{name}:{port}/ (Ctrl-C ends it)."]
    if host in ANY_ADDRESS and "ALLOWED_HOSTS" not in os.environ:
        lines.append("It answers to localhost only. Set ALLOWED_HOSTS to the names by which others reach this machine.")
    if has_demo(home):
        lines.append("Demo logins, password “assay-demo”:")
        lines += [f"  {email:<24} {who}" for email, who in DEMO_LOGINS]
    else:
        lines.append("Make the first account with: .venv/bin/python manage.py create_administrator --help")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def watch(web: Child, worker: Child) -> int:
    """Keep the worker alive until the web server ends; return the server's exit code."""
    while (code := web.exit_code()) is None:
        worker.revive()
        time.sleep(0.2)
    sys.stderr.write(f"The web server ended with code {code}.\n")
    return code or 1


def serve(home: Path, options: argparse.Namespace) -> int:
    """Start everything, watch it, and end it in order."""
    with only_one(home), contextlib.ExitStack() as stack:
        check_port(options.host, options.port)
        environment = {**os.environ, "ASSAY_HOME": str(home)}
        if not environment.get("REDIS_URL"):
            environment["REDIS_URL"] = stack.enter_context(embedded_broker(home))
        if options.host not in ANY_ADDRESS:
            environment.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{options.host}")
            environment.setdefault("ASSAY_URL", f"http://{options.host}:{options.port}")
        collect_static(home, environment)
        step([sys.executable, "-m", "config.prepare", *(["--no-demo"] if options.no_demo else [])], environment)
        web, worker = children(home, options.host, options.port, environment)
        stack.callback(end, [web, worker], END_SECONDS)
        stack.callback(hear_no_more)
        web.start()
        wait_until_ready(web, options.host, options.port)
        worker.start()
        greet(home, options.host, options.port)
        return watch(web, worker)


def hear_no_more() -> None:
    """Let no second signal cut the ending short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def stop(number: int, frame: FrameType | None) -> None:
    """Turn SIGTERM and SIGINT into the same ending as Ctrl-C."""
    raise KeyboardInterrupt


def main() -> int:
    """Read the options and serve until a signal comes."""
    parser = argparse.ArgumentParser(
        prog="bin/serve",
        description="Serve Assay: web, worker and embedded broker. Settings come from the environment; see README.md.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--no-demo", action="store_true", help="do not seed the demo workspace on the first start")
    options = parser.parse_args()
    os.umask(0o077)
    signal.signal(signal.SIGINT, stop)  # said aloud, because a shell may start us with it ignored
    signal.signal(signal.SIGTERM, stop)
    try:
        return serve(assay_home(), options)
    except KeyboardInterrupt:
        sys.stdout.write("Assay has ended.\n")
        return 0
    except (StartError, BrokerError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
