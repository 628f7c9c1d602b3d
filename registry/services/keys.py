"""The keys of the house: one that signs, and every public half that ever did.

The rule: keys lie in files or in the environment, never in the database, so
that whoever can write to the database cannot make a signature good.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from registry import audit, policy
from registry.errors import ConflictError
from registry.kept import kept_file
from registry.policy import Action, Actor
from registry.signing import PrivateKey, PublicKey, generate, read_private, read_public

ONE_PEM: Final = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----\s*", re.DOTALL)
SUBJECT: Final = "keys"


def signing_key() -> PrivateKey:
    """Return the key that signs now; made on first use, unless the environment gives one.

    Raises:
        SigningKeyError: the key that is given cannot be used.
    """
    if settings.SIGNING_KEY:
        return _private(settings.SIGNING_KEY)
    return _private(kept_file(_file(), lambda: generate(settings.SIGNING_ALGORITHM).to_pem()))


def public_keys() -> tuple[PublicKey, ...]:
    """Return the public half of the signing key and of every earlier one, the present one first."""
    earlier = [path.read_text(encoding="ascii") for path in sorted(_folder().glob("*.pub.pem"))]
    earlier += ONE_PEM.findall(settings.EARLIER_KEYS)
    keys = [signing_key().public, *(_public(pem) for pem in earlier)]
    return tuple({key.key_id: key for key in keys}.values())


def told_keys() -> dict[str, Any]:
    """Return the public keys as everybody may have them, the present one first."""
    keys = [{"keyid": key.key_id, "algorithm": key.algorithm, "pem": key.pem} for key in public_keys()]
    return {"keys": [{**key, "use": "earlier" if number else "signing"} for number, key in enumerate(keys)]}


@transaction.atomic
def rotate_key(*, actor: Actor) -> PrivateKey:
    """Sign with a new key from now on; the private half of the one before is destroyed, its public half kept.

    Raises:
        ForbiddenError: not by a command on the house's own machine.
        ConflictError: the environment gives the key, so that it is changed there.
    """
    policy.require(actor, Action.KEY_MANAGE)
    if settings.SIGNING_KEY:
        message = "The environment gives the signing key. Put a new one into SIGNING_KEY and the old public half into EARLIER_KEYS."
        raise ConflictError(message)
    before = signing_key()
    after = generate(settings.SIGNING_ALGORITHM)
    kept = _folder() / f"{before.public.key_id}.pub.pem"
    kept.write_text(before.public.pem, encoding="ascii")
    draft = _file().with_suffix(".next")
    draft.unlink(missing_ok=True)
    kept_file(draft, after.to_pem)
    audit.record(actor, Action.KEY_MANAGE, SUBJECT, {"before": before.public.key_id, "after": after.public.key_id})
    draft.replace(_file())
    return after


def _folder() -> Path:
    folder = Path(settings.ASSAY_HOME) / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _file() -> Path:
    return _folder() / "signing.pem"


@lru_cache(maxsize=8)
def _private(pem: str) -> PrivateKey:
    return read_private(pem)


@lru_cache(maxsize=64)
def _public(pem: str) -> PublicKey:
    return read_public(pem)
