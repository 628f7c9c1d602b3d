"""A file that is made once and that only its owner may read: a secret, a key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_file(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file, made with mode 0600 when it is missing.

    Whoever comes first makes it; everybody, also in another process, gets
    the same text.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make(), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
