"""The press: a process of its own that turns one manuscript after another into a PDF.

The rule: it knows no setting, no database and no secret, it opens nothing but
what the manuscript brings and our own assets, and each document is made in a
child of its own that the kernel ends when it takes too long or too much. So a
hostile document ends its own job and nothing else. It is started by
``governance.reports.presses``, which also says what its lines mean.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import re
import resource
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from governance.reports import typesetting

MESSAGE: Final = 65_536
# How close to the limit a failure is taken for a lack of memory: the largest font is mapped in one piece, and so is a thread's stack.
NEAR_BYTES: Final = 32 << 20
# What a child that has used up its memory may take beyond, to say so.
RESERVE_BYTES: Final = 64 << 20
# A document grows and grows: a collector that comes as often as usual takes a tenth of the time and finds nothing.
YOUNG_OBJECTS: Final = 100_000
# The exit code of a child that had too little memory; to say so takes none.
OUT_OF_MEMORY: Final = 3
FILE_BYTES: Final = 1 << 30
MANUSCRIPT: Final = "manuscript.json"
RESULT: Final = "result.json"
OUTPUT: Final = "output.pdf"


def main() -> None:
    """Take jobs from the socket whose number is the only argument, until its other end is closed."""
    is_able = True
    try:
        typesetting.prepare()
    except OSError:
        is_able = False
    gc.collect()
    gc.freeze()  # What is there now is there to stay: no child looks through it, and so none copies its pages.
    gc.set_threshold(YOUNG_OBJECTS)
    control = socket.socket(fileno=int(sys.argv[1]))
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([control.fileno(), reader], [], [])
        if reader in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(reader, MESSAGE)
            _reap(running)
        if control.fileno() in ready and not (_take(control, running, (reader, writer)) if is_able else _decline(control)):
            return


def _decline(control: socket.socket) -> bool:
    """Say that a library is missing; False when nobody will send another job."""
    message, files, _, _ = socket.recv_fds(control, MESSAGE, 1)
    for status in files:
        _say(status, "pango")
        os.close(status)
    return bool(message)


def _take(control: socket.socket, running: dict[int, int], ours: tuple[int, int]) -> bool:
    """Start one job in a child; False when nobody will send another."""
    message, files, _, _ = socket.recv_fds(control, MESSAGE, 1)
    if not message:
        return False
    status = files[0]
    pid = os.fork()
    if pid:
        running[pid] = status
        return True
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in (*running.values(), *ours, control.detach()):
        os.close(other)
    code = OUT_OF_MEMORY  # Until it is known to be something else: what fails while looking into it fails for want of memory.
    try:
        _work(json.loads(message), status)
        code = 0
    except BaseException as error:  # noqa: BLE001 - whatever a library makes of memory that it did not get
        if not _is_lack_of_memory(error):
            code = 1
            traceback.print_exc()
    finally:
        os._exit(code)


def _is_lack_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was too little memory, or came as there was hardly any left."""
    limit, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError) or (isinstance(cause, OSError) and cause.errno == errno.ENOMEM):
            return True
        cause = cause.__cause__ or cause.__context__
    told = re.search(r"VmPeak:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return limit != resource.RLIM_INFINITY and told is not None and int(told[1]) * 1024 > limit - NEAR_BYTES


def _work(job: dict[str, Any], status: int) -> None:
    """Set one manuscript, within the job's limits."""
    _limit(job["seconds"], job["bytes"])
    folder = Path(job["folder"])
    manuscript = json.loads((folder / MANUSCRIPT).read_bytes())
    try:
        made = typesetting.typeset(manuscript, most_pages=job["pages"], progress=lambda percent: _say(status, f"progress {percent}"))
    except typesetting.TooLongError:
        _say(status, "pages")
        return
    (folder / OUTPUT).write_bytes(made.content)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {"pages": made.pages, "made_with": made.made_with, "refused": made.refused, "missing": made.missing, "peak": peak}
    (folder / RESULT).write_text(json.dumps(told), encoding="utf-8")
    _say(status, "done")


def _limit(seconds: int, most_bytes: int) -> None:
    """Let the kernel end this process when it takes too long or too much."""
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes + RESERVE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)


def _reap(running: dict[int, int]) -> None:
    """Say how each child that has ended did so."""
    while running:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        status = running.pop(pid)
        _say(status, f"end {os.waitstatus_to_exitcode(ended)}")
        os.close(status)


def _say(status: int, line: str) -> None:
    with contextlib.suppress(OSError):
        os.write(status, f"{line}\n".encode())


if __name__ == "__main__":
    main()
