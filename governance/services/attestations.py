"""Attesting promotions and their ends, and checking what is stored against what was signed.

The rule: an attestation is written in the transaction of its step, after the
step's entry in the journal, whose proof it carries; without one the step does
not happen, and without a good one the gate stays closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from governance.attestation import PAYLOAD_TYPE, WAIVER, WAIVER_TIMES, Claims, decision, fingerprint, instant, waiver
from governance.attestation import claims_of as read_claims
from governance.attestation import end as end_statement
from governance.attestation import promotion as promotion_statement
from governance.gate import WaiverFact
from governance.models import Attestation, Emergency, Release
from governance.services.gatequery import Standing
from governance.workflow import LIVE_STATES, Step
from registry import audit
from registry.audit import AuditEntry
from registry.digest import canonical, sha256
from registry.errors import DomainError
from registry.memo import Memo
from registry.policy import Action
from registry.services.keys import public_keys, signing_key
from registry.signing import Envelope, sign

ABSENT: Final = "This promotion has no attestation. An operator runs manage.py attest_earlier, or tells the auditor."
UNSIGNED: Final = "The attestation of this promotion was changed, or was signed by a key that is not ours. Tell your auditor."
OTHER: Final = "What is stored of this release is not what its attestation was signed over. Tell your auditor."
ENDED: Final = "The newest signed statement says that this promotion ended, though it is stored as open. Tell your auditor."
OPENING: Final = frozenset({Step.PROMOTE, Step.PROMOTE_IN_EMERGENCY, Step.RESUME, Step.ROLL_BACK})
WAIVED: Final = "A waiver that this promotion rests on was revoked, or is not stored as it was signed over. Tell your auditor."
DECIDED: Final = "The decisions that are stored are not those that the attestation was signed over. Tell your auditor."


def attest_promotion(
    release: Release,
    entry: AuditEntry,
    waivers: Sequence[WaiverFact] = (),
    *,
    step: Step = Step.PROMOTE,
    emergency: Mapping[str, Any] | None = None,
) -> Attestation:
    """Sign what a promotion rests on.

    Args:
        release: promoted a moment ago, in this transaction.
        entry: the journal's entry of the promotion.
        waivers: what set aside each requirement that is not met.
        step: how it was promoted.
        emergency: what ``told_emergency`` says of it.
    """
    assert release.promoted_at is not None  # noqa: S101 - the state says so, and the database checks it
    assert release.expires_at is not None  # noqa: S101
    assert release.promoted_by is not None  # noqa: S101
    facts = {
        **_facts(release),
        "policy": {"key": release.policy_key, "version": release.policy_version, "digest": release.policy_digest},
        "promoted_at": release.promoted_at,
        "expires_at": release.expires_at,
        "promoted_by": release.promoted_by.name,
    }
    told = [told_waiver(one) for one in waivers]
    body = promotion_statement(
        release.snapshot.content, release=facts, decisions=_decisions(release), waivers=told, journal=_proof(entry), emergency=emergency
    )
    return _signed(release, Attestation.Kind.PROMOTION, step, entry, body)


def attest_end(release: Release, entry: AuditEntry, step: Step, reason: str) -> Attestation | None:
    """Sign that a promotion no longer holds, or holds again; None for a release that was never attested."""
    promoted = promotion_of(release)
    if promoted is None:
        return None
    facts = {**_facts(release), "promotion": sha256(Envelope.from_json(promoted.text).payload)}
    body = end_statement(
        release.snapshot.content, release=facts, step=step, reason=reason, by=entry.actor_name, at=entry.at, journal=_proof(entry)
    )
    return _signed(release, Attestation.Kind.END, step, entry, body)


def promotion_of(release: Release) -> Attestation | None:
    """Return the attestation of a release's promotion, or None."""
    return release.attestations.filter(kind=Attestation.Kind.PROMOTION).order_by("-pk").first()


@transaction.atomic
def attest_earlier() -> int:
    """Attest promotions that were made before there were attestations; return how many.

    Each is about the promotion's own entry in the journal, which is older
    than the signature; the statement's proof says how long the journal was
    when it was signed.
    """
    live = Release.objects.select_for_update(of=("self",), no_key=True).filter(state__in=[state.value for state in LIVE_STATES])
    found = live.exclude(attestations__kind=Attestation.Kind.PROMOTION).select_related("version__asset", "snapshot", "promoted_by")
    made = 0
    for release in found:
        entries = audit.history(release.subject, action=Action.RELEASE_PROMOTE).filter(subject=release.subject)
        entry = next((one for one in entries if "superseded_by" not in audit.detail_of(one)), None)
        if entry is not None and release.snapshot.is_intact:
            attest_promotion(release, entry)
            made += 1
    return made


def fault_of(standing: Standing) -> str:
    """Return why a promotion's attestation does not cover what is stored, as a sentence, or nothing."""
    if standing.attestation is None:
        return ABSENT
    if standing.last_step not in OPENING:
        return ENDED
    claims = _claims(standing.attestation, standing.attestation_digest)
    if claims is None:
        return UNSIGNED
    start, until = (instant(moment) if moment else "" for moment in (standing.promoted_at, standing.expires_at))
    stored = (standing.release_id, standing.environment, standing.snapshot, standing.policy_digest, start, until)
    if stored != (claims.release, claims.environment, claims.snapshot, claims.policy, claims.valid_from, claims.valid_until):
        return OTHER
    if _fingerprints(standing.decisions) != claims.decisions:
        return DECIDED
    return WAIVED if claims.waivers and not _are_stored(claims.waivers, standing.waivers) else ""


def claims_of(standing: Standing) -> Claims | None:
    """Return what the newest attestation of a promotion claims, if we signed it."""
    return _claims(standing.attestation, standing.attestation_digest) if standing.attestation else None


def claims_about(release: Release) -> Claims | None:
    """Return what the newest attestation of a release's promotion claims, if there is one and we signed it."""
    promoted = promotion_of(release)
    return _claims(promoted.text, sha256(promoted.text.encode())) if promoted else None


def promotion_with(text: str) -> Attestation | None:
    """Return the attestation of a promotion that has exactly this text, if we made it."""
    claims = _claims(text, sha256(text.encode()))
    if claims is None:
        return None
    ours = Attestation.objects.select_related("release").filter(release=claims.release, kind=Attestation.Kind.PROMOTION)
    return ours.filter(text=text).first()


# What signed envelopes claim, and what decisions and waivers amount to.
_CLAIMS: Final = Memo[Claims]()
_DECIDED: Final = Memo[tuple[str, ...]]()
_WAIVED: Final = Memo[frozenset[str]]()


def _claims(text: str, digest: str) -> Claims | None:
    try:
        return _CLAIMS.of(digest, lambda: read_claims(text, public_keys()))
    except DomainError:
        return None


def _fingerprints(decided: str) -> tuple[str, ...]:
    digest = sha256(decided.encode())
    return _DECIDED.of(digest, lambda: tuple(fingerprint(_decision(row)) for row in sorted(json.loads(decided))))


def _are_stored(signed: Iterable[Mapping[str, Any]], stored: str) -> bool:
    """Whether each waiver that was signed is stored as it was, and not taken back since."""
    digest = sha256(stored.encode())
    held = _WAIVED.of(digest, lambda: frozenset(fingerprint(_stored_waiver(row)) for row in json.loads(stored)))
    return all(one["digest"] in held for one in signed)


def told_emergency(emergency: Emergency, skipped: Sequence[str]) -> dict[str, Any]:
    """Return a confirmed emergency as an attestation tells it.

    Args:
        emergency: confirmed a moment ago.
        skipped: titles of the approvals that were missing.
    """
    assert emergency.decided_by is not None  # noqa: S101 - it is confirmed, and the database checks it
    assert emergency.decided_at is not None  # noqa: S101
    assert emergency.review_due is not None  # noqa: S101
    return {
        "emergency": emergency.pk,
        "reason": emergency.reason,
        "skipped": list(skipped),
        "askedBy": emergency.asked_by.name,
        "askedAt": instant(emergency.asked_at),
        "confirmedBy": emergency.decided_by.name,
        "person": emergency.decided_by.pk,
        "role": emergency.role,
        "comment": emergency.comment,
        "confirmedAt": instant(emergency.decided_at),
        "reviewDue": instant(emergency.review_due),
    }


def _stored_waiver(row: Sequence[Any]) -> dict[str, Any]:
    named = zip(WAIVER, row, strict=True)
    return waiver([_moment(value) if value and name in WAIVER_TIMES else value for name, value in named])


def told_waiver(fact: WaiverFact) -> dict[str, Any]:
    """Return a granted waiver as an attestation tells it."""
    return {
        "waiver": fact.waiver_id,
        "requirement": fact.requirement,
        "title": fact.title,
        "reason": fact.reason,
        "requestedBy": fact.requested_by,
        "requestedAt": instant(fact.requested_at),
        "grantedBy": fact.person_name,
        "person": fact.person_id,
        "role": fact.role,
        "comment": fact.comment,
        "grantedAt": instant(fact.granted_at),
        "until": instant(fact.until),
        "digest": fact.fingerprint,
    }


def _decision(row: Sequence[Any]) -> dict[str, Any]:
    _, person, role, step, snapshot, comment, at, consent, conflict = row
    said = {"person": person, "role": role, "step": step, "snapshot": snapshot, "comment": comment, "at": _moment(at)}
    return decision(**said, consent=consent, conflict=conflict)


def _moment(text: str) -> datetime:
    """Return a time as the database's JSON has it; without a zone it is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _decisions(release: Release) -> list[dict[str, Any]]:
    rows = release.decisions.select_related("person", "snapshot").order_by("pk")
    return [{**(said := row.told()), "name": row.person.name, "digest": fingerprint(said)} for row in rows]


def _facts(release: Release) -> dict[str, Any]:
    return {"id": release.pk, "environment": release.environment, "snapshot": release.snapshot.digest}


def _proof(entry: AuditEntry) -> dict[str, Any]:
    return audit.inclusion(entry.number).to_json()


def _signed(release: Release, kind: str, step: Step, entry: AuditEntry, body: Mapping[str, Any]) -> Attestation:
    text = sign(canonical(body), PAYLOAD_TYPE, signing_key()).to_text()
    return Attestation.objects.create(release=release, kind=kind, step=step, entry=entry.number, text=text)
