"""Waivers: asked for by the team, answered by the role that the policy names, and taken back.

The rule: a waiver is a fact outside the snapshot and about exactly one; what
is submitted again is asked for again. Each step writes the waiver's
fingerprint into the journal. Revoking one closes the gate of a promotion that
rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy, Requirement, is_waivable
from governance.gate.policy import WaiverRule
from governance.models import Release, Waiver
from governance.services.attestations import claims_about
from governance.services.facts import requirements_of
from governance.services.steps import end, locked_release, refuse_tampering
from governance.services.telling import tell_of_waiver
from governance.workflow import State, Step
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor


@transaction.atomic
def request_waiver(*, actor: Actor, release_id: int, requirement: str, reason: str, days: int) -> Waiver:
    """Ask for one unmet requirement of an open release to be set aside for a time.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: no reason, too long a time, or a requirement that the policy does not let anybody set aside.
        ConflictError: the release is closed, the requirement is not unmet, or it was asked for already.
    """
    release = locked_release(release_id)
    policy.require(actor, Action.WAIVER_REQUEST, release.target())
    rule = _rule(release)
    unmet = _unmet(release, requirement)
    _check_words(reason, days, rule)
    if release.waivers.filter(snapshot=release.snapshot_id, requirement=requirement, state=Waiver.State.REQUESTED).exists():
        text = f"A waiver of “{unmet.title}” was asked for already and waits for an answer."
        raise ConflictError(text)
    waiver = Waiver.objects.create(
        release=release,
        snapshot=release.snapshot,
        requirement=requirement,
        title=unmet.title,
        role=rule.role,
        reason=reason.strip(),
        days=days,
        requested_by_id=actor.id,
        requested_at=timezone.now(),
    )
    _record(actor, Action.WAIVER_REQUEST, waiver)
    return waiver


@transaction.atomic
def answer_waiver(*, actor: Actor, waiver_id: int, is_granted: bool, comment: str, days: int | None = None) -> Waiver:
    """Grant or refuse a waiver, in the role that the policy names.

    Args:
        actor: who holds the role, wrote nothing of the content and did not ask.
        waiver_id: the waiver.
        is_granted: whether the requirement is set aside.
        comment: what the answer rests on.
        days: for how long from now, when granted; without it, as long as was asked for.

    Raises:
        ForbiddenError: an author, who asked for it, or somebody without the role.
        DomainError: no comment, or a time that is too long.
        ConflictError: it is answered already, about content that was replaced, or the stored content was changed.
    """
    waiver = _locked(waiver_id)
    policy.require(actor, Action.WAIVER_DECIDE, waiver.target())
    _refuse_unless(waiver, Waiver.State.REQUESTED, "It was answered already.")
    release = locked_release(waiver.release_id)
    refuse_tampering(release)
    if not release.is_open or waiver.snapshot_id != release.snapshot_id:
        text = "The content was submitted again or the release was closed since this was asked for, so there is nothing to set aside."
        raise ConflictError(text)
    days = waiver.days if days is None else days
    _check_words(comment, days, _rule(release), what="Say in a sentence what your answer rests on.")
    waiver.state = Waiver.State.GRANTED if is_granted else Waiver.State.REFUSED
    waiver.decided_by_id, waiver.decided_at, waiver.comment = actor.id, timezone.now(), comment.strip()
    if is_granted:
        waiver.days, waiver.until = days, waiver.decided_at + timedelta(days=days)
    waiver.save(update_fields=["state", "decided_by", "decided_at", "comment", "days", "until"])
    _record(actor, Action.WAIVER_DECIDE, waiver)
    return waiver


@transaction.atomic
def withdraw_waiver(*, actor: Actor, waiver_id: int) -> Waiver:
    """Take back a request that nobody has answered.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it is answered already.
    """
    waiver = _locked(waiver_id)
    policy.require(actor, Action.WAIVER_WITHDRAW, waiver.target())
    _refuse_unless(waiver, Waiver.State.REQUESTED, "It was answered already.")
    waiver.state = Waiver.State.WITHDRAWN
    _end(waiver, actor, "")
    _record(actor, Action.WAIVER_WITHDRAW, waiver)
    return waiver


@transaction.atomic
def revoke_waiver(*, actor: Actor, waiver_id: int, reason: str) -> Waiver:
    """Take back a waiver that was granted, and suspend a promotion that rests on it.

    Raises:
        ForbiddenError: somebody without the role that may grant it.
        DomainError: no reason.
        ConflictError: it was not granted.
    """
    waiver = _locked(waiver_id)
    policy.require(actor, Action.WAIVER_REVOKE, waiver.target())
    _refuse_unless(waiver, Waiver.State.GRANTED, "Only a granted waiver can be revoked.")
    if not reason.strip():
        text = "Give the reason; it goes into the journal."
        raise DomainError(text)
    waiver.state = Waiver.State.REVOKED
    _end(waiver, actor, reason.strip())
    _record(actor, Action.WAIVER_REVOKE, waiver)
    release = waiver.release
    if release.state == State.PROMOTED and rests_on(release, waiver):
        why = f"The waiver of “{waiver.title}” was revoked: {waiver.end_reason}"
        end(actor, release.pk, Action.RELEASE_SUSPEND, Step.SUSPEND, why)
    return waiver


def rests_on(release: Release, waiver: Waiver) -> bool:
    """Whether the attestation of a promotion names a waiver."""
    claims = claims_about(release)
    return claims is not None and any(one["waiver"] == waiver.pk for one in claims.waivers)


def waivable(release: Release, waivers: Iterable[Waiver]) -> tuple[Requirement, ...]:
    """Return the unmet requirements that a waiver could set aside and that none of the release's waivers asks about."""
    if not release.is_open:
        return ()
    asked = {one.requirement for one in waivers if one.state == Waiver.State.REQUESTED and one.snapshot_id == release.snapshot_id}
    rule = Policy.from_json(release.policy_content)
    return tuple(one for one in requirements_of(release) if one.state == "unmet" and is_waivable(rule, one.key) and one.key not in asked)


def _locked(waiver_id: int) -> Waiver:
    """Return a waiver that nobody else moves, after the locks of its release, so that they are always taken in one order."""
    locked_release(Waiver.objects.values_list("release_id", flat=True).get(pk=waiver_id))
    Waiver.objects.select_for_update(of=("self",), no_key=True).get(pk=waiver_id)
    return Waiver.objects.for_page().get(pk=waiver_id)


def _rule(release: Release) -> WaiverRule:
    rule = Policy.from_json(release.policy_content).waivers
    if rule is None:
        text = "The policy of this release lets nobody set a requirement aside."
        raise DomainError(text)
    return rule


def _unmet(release: Release, requirement: str) -> Requirement:
    if not release.is_open:
        text = "This release is closed, so there is nothing to set aside."
        raise ConflictError(text)
    found = next((one for one in requirements_of(release) if one.key == requirement), None)
    if found is None or not is_waivable(Policy.from_json(release.policy_content), requirement):
        text = "The policy does not let anybody set that requirement aside."
        raise DomainError(text)
    if found.state != "unmet":
        text = f"“{found.title}” is {found.state} already."
        raise ConflictError(text)
    return found


def _check_words(words: str, days: int, rule: WaiverRule, *, what: str = "Say in a sentence why the release cannot wait for it.") -> None:
    if not words.strip():
        raise DomainError(what)
    if not 1 <= days <= rule.longest_days:
        text = f"A waiver under this policy holds for 1 to {rule.longest_days} days."
        raise DomainError(text)


def _refuse_unless(waiver: Waiver, state: Waiver.State, text: str) -> None:
    if waiver.state != state:
        raise ConflictError(text)


def _end(waiver: Waiver, actor: Actor, reason: str) -> None:
    waiver.ended_by_id, waiver.ended_at, waiver.end_reason = actor.id, timezone.now(), reason
    waiver.save(update_fields=["state", "ended_by", "ended_at", "end_reason"])


def _record(actor: Actor, action: Action, waiver: Waiver) -> None:
    detail = {
        "waiver": waiver.pk,
        "requirement": waiver.requirement,
        "state": waiver.state,
        "role": waiver.role,
        "reason": waiver.end_reason or waiver.comment or waiver.reason,
        "days": waiver.days,
        "digest": waiver.snapshot.digest,
        "fingerprint": waiver.fingerprint,
    }
    audit.record(actor, action, waiver.release.subject, detail)
    tell_of_waiver(waiver)
