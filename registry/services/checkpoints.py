"""Signed checkpoints of the journal, which somebody outside may keep.

The rule: a checkpoint says how many entries there were, the root of the tree
over them and the last digest, in a DSSE envelope. It changes nothing, so it
needs no entry; whoever holds one can show later that nothing before it was
changed or dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from registry import audit
from registry.audit import Checkpoint, Mark
from registry.digest import canonical
from registry.errors import DomainError
from registry.services.keys import signing_key
from registry.signing import Envelope, EnvelopeError, PublicKey, sign, verify

PAYLOAD_TYPE: Final = "application/vnd.assay.checkpoint+json"
SCHEMA: Final = "assay/checkpoint/1"
KEYS: Final = frozenset({"schema", "at", "entries", "root", "digest"})


@transaction.atomic
def take_checkpoint() -> Checkpoint | None:
    """Sign the journal as it is now; the newest checkpoint when nothing happened since; None for an empty journal."""
    mark = audit.head_mark()
    if mark is None:
        return None
    found = Checkpoint.objects.filter(pk=mark.number).first()
    if found is not None:
        return found
    at = timezone.now()
    body = {"schema": SCHEMA, "at": at.isoformat(timespec="seconds"), "entries": mark.number, "root": mark.root, "digest": mark.digest}
    text = sign(canonical(body), PAYLOAD_TYPE, signing_key()).to_text()
    made, _ = Checkpoint.objects.get_or_create(pk=mark.number, defaults={"at": at, "root": mark.root, "envelope": text})
    return made


def read_checkpoint(text: str | bytes, keys: Iterable[PublicKey]) -> Mark:
    """Return what a checkpoint says, once a known key has signed it.

    Raises:
        EnvelopeError: it is no envelope, or nobody known has signed it.
        DomainError: it is signed, but no checkpoint.
    """
    envelope = Envelope.from_json(text)
    verify(envelope, keys)
    body = _body(envelope)
    return Mark(number=body["entries"], root=body["root"], digest=body["digest"])


def _body(envelope: Envelope) -> dict[str, Any]:
    try:
        body = json.loads(envelope.payload)
    except ValueError as error:
        message = "The payload of this envelope is not JSON."
        raise EnvelopeError(message) from error
    if envelope.payload_type != PAYLOAD_TYPE or not isinstance(body, dict) or body.keys() != KEYS or body["schema"] != SCHEMA:
        message = "This envelope is signed, but it holds no checkpoint of a journal."
        raise DomainError(message)
    return body
