"""The one folder of this installation: database, files, keys and the embedded broker.

The rule: this module imports nothing of Django, so that the settings,
the supervisor and the tests agree on the folder without starting Django.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from pathlib import Path
from typing import Final

from registry.kept import kept_file

CHECKOUT: Final = Path(__file__).resolve().parent.parent


def assay_home() -> Path:
    """Return ASSAY_HOME (by default ``var`` in the checkout), made when missing and private to its owner."""
    home = Path(os.environ.get("ASSAY_HOME") or CHECKOUT / "var").expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def kept_secret(home: Path) -> str:
    """Return the secret of this installation, made once; two processes that start together get the same one."""
    return kept_file(home / "secret_key", lambda: secrets.token_urlsafe(64)).strip()


def address_file(home: Path) -> Path:
    """Return where the address of the running embedded broker stands."""
    return home / "broker.url"


def running_broker(home: Path) -> str:
    """Return the address of the embedded broker that ``bin/serve`` runs on this folder; empty when none answers."""
    file = address_file(home)
    if not file.exists():
        return ""
    url = file.read_text(encoding="utf-8")
    return url if answers(Path(url.removeprefix("unix://"))) else ""


def answers(path: Path) -> bool:
    """Whether a server answers PING on a Unix socket."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1.0)
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False
