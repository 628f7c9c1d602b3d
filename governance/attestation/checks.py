"""Checking an attestation: the signature, the form, the artifacts, the time, the journal, and what ended it.

The rule: needs the envelope and public keys, nothing else. Each check is a
line with a verdict, so that a reader sees what was looked at and what was not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.attestation.statement import END, PAYLOAD_TYPE, PROMOTION, STATEMENT
from registry.digest import sha256
from registry.errors import DomainError
from registry.merkle import Inclusion
from registry.signing import Envelope, EnvelopeError, PublicKey, verify


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    title: str
    is_good: bool
    text: str


@dataclass(frozen=True)
class Claims:
    """What a promotion's statement says, as far as the gate compares it with what is stored, or tells it."""

    release: int
    environment: str
    snapshot: str
    policy: str
    valid_from: str
    valid_until: str
    decisions: tuple[str, ...]
    waivers: tuple[Mapping[str, Any], ...] = ()
    emergency: Mapping[str, Any] | None = None


def claims_of(text: str | bytes, keys: Iterable[PublicKey]) -> Claims:
    """Return what a promotion's attestation claims, once a known key has signed it.

    Raises:
        EnvelopeError: it is no envelope, or nobody known has signed it.
        DomainError: it is signed, but no promotion's statement.
    """
    body, _ = _opened(Envelope.from_json(text), keys)
    if body["predicateType"] != PROMOTION:
        message = "This attestation is signed, but it is not about a promotion."
        raise DomainError(message)
    predicate = body["predicate"]
    return Claims(
        release=predicate["release"],
        environment=predicate["environment"],
        snapshot=predicate["snapshot"]["sha256"],
        policy=predicate["policy"]["digest"],
        valid_from=predicate["validity"]["from"],
        valid_until=predicate["validity"]["until"],
        decisions=tuple(decision["digest"] for decision in predicate["decisions"]),
        waivers=tuple(predicate["waivers"]),
        emergency=predicate.get("emergency"),
    )


def check(
    text: str | bytes,
    keys: Sequence[PublicKey],
    *,
    now: datetime,
    artifacts: Mapping[str, str] | None = None,
    ends: Sequence[str | bytes] = (),
) -> tuple[Check, ...]:
    """Look at an attestation in every way and return a line for each.

    Args:
        text: the envelope, JSON.
        keys: public keys that are trusted.
        now: the time at which it should hold.
        artifacts: SHA-256 by name of files that it should be about.
        ends: envelopes of later statements about the same promotion, in any order.
    """
    try:
        envelope = Envelope.from_json(text)
        body, keyholders = _opened(envelope, keys)
    except DomainError as error:
        return (Check("Signature", is_good=False, text=error.message),)
    signers = ", ".join(f"{key.key_id[:16]}… ({key.algorithm})" for key in keyholders)
    lines = [Check("Signature", is_good=True, text=f"Signed by {signers}.")]
    if body["predicateType"] == END:
        return (*lines, _ended(body), *_artifacts(body, artifacts or {}), _journal(body))
    return (
        *lines,
        _about(body),
        *_emergency(body),
        *_waivers(body, now),
        *_artifacts(body, artifacts or {}),
        _time(body, now),
        _journal(body),
        *_ends(envelope, keys, ends),
    )


def _opened(envelope: Envelope, keys: Iterable[PublicKey]) -> tuple[dict[str, Any], tuple[PublicKey, ...]]:
    """Return the statement in an envelope, and the known keys that have signed it."""
    signers = verify(envelope, keys)
    try:
        body: dict[str, Any] = json.loads(envelope.payload)
        is_ours = envelope.payload_type == PAYLOAD_TYPE and body["_type"] == STATEMENT and body["predicateType"] in {PROMOTION, END}
    except (ValueError, TypeError, KeyError) as error:
        message = "The signed payload is no in-toto statement."
        raise EnvelopeError(message) from error
    if not is_ours:
        message = "The signature is good, but the payload is not a statement of Assay about a promotion."
        raise DomainError(message)
    return body, signers


def _about(body: Mapping[str, Any]) -> Check:
    said = body["predicate"]
    people = sorted({f"{one['name']} ({one['role']})" for one in said["decisions"] if one["step"] == "approve"})
    text = f"{said['model']['name']} {said['version']['name']}, promoted to {said['environment']} by {said['promotedBy']}"
    return Check("Promotion", is_good=True, text=f"{text}; approved by {', '.join(people) or 'nobody, as its policy allows'}.")


def _emergency(body: Mapping[str, Any]) -> Iterable[Check]:
    """Tell of an emergency; a line of its own, because a reader must not miss it, and good, because the policy allows it."""
    if one := body["predicate"].get("emergency"):
        due = datetime.fromisoformat(one["reviewDue"])
        who = f"asked for by {one['askedBy']}, confirmed by {one['confirmedBy']} ({one['role']})"
        skipped = ", ".join(one["skipped"])
        text = f"Promoted in an emergency without {skipped}; {who}; its review is due on {due:%-d %B %Y}. {one['reason']}"
        yield Check("Emergency", is_good=True, text=text)


def _waivers(body: Mapping[str, Any], now: datetime) -> Iterable[Check]:
    for one in body["predicate"]["waivers"]:
        until = datetime.fromisoformat(one["until"])
        text = f"“{one['title']}” was set aside by {one['grantedBy']} ({one['role']}) until {until:%-d %B %Y}: {one['reason']}"
        yield Check("Waiver", is_good=now < until, text=text if now < until else f"{text} That has ended.")


def _ended(body: Mapping[str, Any]) -> Check:
    said = body["predicate"]
    text = f"{said['step'].capitalize()} of release {said['release']} on {said['at'][:10]} by {said['by']}: {said['reason']}"
    return Check("Statement", is_good=True, text=text)


def _artifacts(body: Mapping[str, Any], artifacts: Mapping[str, str]) -> Iterable[Check]:
    named = {one["digest"]["sha256"]: one["name"] for one in body["subject"]}
    for name, digest in artifacts.items():
        if digest in named:
            yield Check("Artifact", is_good=True, text=f"{name} is {named[digest]}, which the statement is about.")
        else:
            yield Check("Artifact", is_good=False, text=f"{name} (sha256:{digest[:12]}…) is not what the statement is about.")


def _time(body: Mapping[str, Any], now: datetime) -> Check:
    said = body["predicate"]["validity"]
    start, until = datetime.fromisoformat(said["from"]), datetime.fromisoformat(said["until"])
    text = f"Valid from {start:%-d %B %Y} until {until:%-d %B %Y}."
    return Check("Validity", is_good=start <= now < until, text=text if start <= now < until else f"{text} That is not now.")


def _journal(body: Mapping[str, Any]) -> Check:
    said = body["predicate"]["journal"]
    holds = Inclusion.from_json(said).holds
    text = f"Entry {said['entry']} of a journal of {said['size']} entries with the root {said['root'][:12]}…."
    return Check("Journal", is_good=holds, text=text if holds else f"{text} The proof does not lead to that root.")


def _ends(envelope: Envelope, keys: Sequence[PublicKey], ends: Sequence[str | bytes]) -> Iterable[Check]:
    digest = sha256(envelope.payload)
    said = []
    for one in ends:
        try:
            body, _ = _opened(Envelope.from_json(one), keys)
        except DomainError as error:
            yield Check("Later statement", is_good=False, text=error.message)
            continue
        if body["predicateType"] == END and body["predicate"]["promotion"]["sha256"] == digest:
            said.append(body)
    if said:
        last = max(said, key=lambda body: int(body["predicate"]["journal"]["entry"]))
        yield Check("Later statement", is_good=last["predicate"]["step"] == "resume", text=_ended(last).text)
