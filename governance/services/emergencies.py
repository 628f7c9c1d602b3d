"""Promotions in an emergency: an owner asks, somebody else confirms, and the reviewers look afterwards.

The rule: two different people, of whom the second holds the role that the
policy names and wrote nothing of it. What is skipped is the approvals that are
missing, never what the policy asks of the content, and never an objection. The
review that was skipped is owed; overdue, it stops the model's next promotion.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy, Requirement, is_reviewed, skippable, unskippable
from governance.gate.policy import EmergencyRule
from governance.models import AfterReview, Emergency, Release
from governance.services.attestations import told_emergency
from governance.services.facts import requirements_of, review_facts
from governance.services.promotions import end_of, put_live
from governance.services.steps import end, locked_release, refuse_tampering
from governance.services.telling import tell_of_emergency
from governance.services.told import refuse_untold
from governance.workflow import OBJECTIONS, State, Step, after
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor, role_title


@transaction.atomic
def ask_emergency(*, actor: Actor, release_id: int, reason: str) -> Emergency:
    """Ask for a promotion without the approvals that are missing.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        DomainError: no reason, or a policy that knows no emergency.
        ConflictError: the release is not in review, something else than approvals is missing, or it was asked already.
    """
    release = locked_release(release_id)
    policy.require(actor, Action.EMERGENCY_ASK, release.target())
    rule = _rule(release)
    missing(release)
    if not reason.strip():
        text = "Say in a sentence what happens if this waits for the reviewers."
        raise DomainError(text)
    if release.emergencies.asked().exists():
        text = "An emergency was asked for already and waits for an answer."
        raise ConflictError(text)
    emergency = Emergency.objects.create(
        release=release,
        snapshot=release.snapshot,
        role=rule.role,
        reason=reason.strip(),
        asked_by_id=actor.id,
        asked_at=timezone.now(),
    )
    _record(actor, Action.EMERGENCY_ASK, emergency)
    return emergency


@transaction.atomic
def confirm_emergency(*, actor: Actor, emergency_id: int, comment: str) -> Emergency:
    """Confirm an emergency, which promotes the release at once and for a short time.

    Raises:
        ForbiddenError: an author, who asked for it, or somebody without the role; or who asked owns the team no more.
        DomainError: no comment.
        ConflictError: it was answered already, is about replaced content, or something else than approvals is missing by now.
    """
    emergency = _answered(actor, emergency_id, comment)
    release = locked_release(emergency.release_id)
    policy.require(emergency.asked_by.actor(), Action.RELEASE_PROMOTE, release.target())
    promoted = after(State(release.state), Step.PROMOTE_IN_EMERGENCY)
    refuse_tampering(release)
    refuse_untold(release)
    rule, found = _rule(release), missing(release)
    now = timezone.now()
    emergency.state, emergency.decided_at = Emergency.State.CONFIRMED, now
    emergency.review_due = now + timedelta(days=rule.review_days)
    emergency.save(update_fields=["state", "decided_by", "decided_at", "comment", "review_due"])
    _record(actor, Action.EMERGENCY_ANSWER, emergency)
    waivers = [one.waiver for one in found if one.waiver is not None]
    release.state, release.promoted_at, release.promoted_by_id = promoted, now, emergency.asked_by_id
    release.expires_at = min(end_of(release, now, waivers), now + timedelta(days=rule.validity_days))
    told = told_emergency(emergency, [one.title for one in skippable(found)])
    put_live(actor, release, Step.PROMOTE_IN_EMERGENCY, waivers, told)
    return emergency


@transaction.atomic
def refuse_emergency(*, actor: Actor, emergency_id: int, comment: str) -> Emergency:
    """Refuse an emergency; the release stays in review.

    Raises:
        ForbiddenError: an author, who asked for it, or somebody without the role.
        DomainError: no comment.
        ConflictError: it was answered already or is about replaced content.
    """
    emergency = _answered(actor, emergency_id, comment)
    emergency.state, emergency.decided_at = Emergency.State.REFUSED, timezone.now()
    emergency.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    _record(actor, Action.EMERGENCY_ANSWER, emergency)
    return emergency


@transaction.atomic
def withdraw_emergency(*, actor: Actor, emergency_id: int) -> Emergency:
    """Take back a request that nobody has answered.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        ConflictError: it was answered already.
    """
    emergency = _locked(emergency_id)
    policy.require(actor, Action.EMERGENCY_WITHDRAW, emergency.target())
    _refuse_answered(emergency)
    emergency.state = Emergency.State.WITHDRAWN
    emergency.save(update_fields=["state"])
    _record(actor, Action.EMERGENCY_WITHDRAW, emergency)
    return emergency


@transaction.atomic
def review_afterwards(*, actor: Actor, emergency_id: int, role: str, step: Step, comment: str) -> AfterReview:
    """Give the review that the emergency had skipped, in one role; an objection suspends what still holds.

    Raises:
        ForbiddenError: an author, who asked for the emergency, or somebody without the role.
        DomainError: no comment, or a role that the policy does not name.
        ConflictError: no review is owed, or the stored content was changed.
    """
    emergency = _locked(emergency_id)
    policy.require(actor, Action.EMERGENCY_REVIEW, emergency.target(role))
    release = emergency.release
    if emergency.state != Emergency.State.CONFIRMED or emergency.reviewed_at is not None:
        text = "No review is owed for this release."
        raise ConflictError(text)
    if role not in release.roles or step not in {Step.APPROVE, *OBJECTIONS}:
        text = f"The policy of this release asks for no {role_title(role)} review of that kind."
        raise DomainError(text)
    if not comment.strip():
        text = "Say in a sentence what your review rests on."
        raise DomainError(text)
    refuse_tampering(release)
    given = AfterReview.objects.create(
        emergency=emergency, person_id=actor.id, role=role, step=step, comment=comment.strip(), decided_at=timezone.now()
    )
    if is_reviewed(Policy.from_json(release.policy_content), review_facts(emergency)):
        emergency.reviewed_at = given.decided_at
        emergency.save(update_fields=["reviewed_at"])
    detail = {"review": given.pk, "step": step, "role": role, "review_fingerprint": given.fingerprint}
    _record(actor, Action.EMERGENCY_REVIEW, emergency, detail)
    if step in OBJECTIONS and release.state == State.PROMOTED:
        why = f"The review after the emergency objects ({role_title(role)}): {given.comment}"
        end(actor, release.pk, Action.RELEASE_SUSPEND, Step.SUSPEND, why)
    return given


def missing(release: Release) -> tuple[Requirement, ...]:
    """Return the gate of a release that lacks approvals and nothing else.

    Raises:
        ConflictError: it is not in review, lacks nothing, or lacks more than approvals.
    """
    after(State(release.state), Step.PROMOTE_IN_EMERGENCY)
    found = requirements_of(release)
    if other := unskippable(found):
        text = f"An emergency skips missing approvals and nothing else: {other[0].reason}"
        raise ConflictError(text)
    if not skippable(found):
        text = "No approval is missing. Promote the release as usual."
        raise ConflictError(text)
    return found


def why_not_ask(release: Release) -> str:
    """Return why this release cannot be promoted in an emergency, as a sentence, or nothing."""
    try:
        _rule(release)
        missing(release)
    except DomainError as error:
        return error.message
    return ""


def _rule(release: Release) -> EmergencyRule:
    rule = Policy.from_json(release.policy_content).emergency
    if rule is None:
        text = "The policy of this release knows no promotion in an emergency."
        raise DomainError(text)
    return rule


def _locked(emergency_id: int) -> Emergency:
    """Return an emergency that nobody else moves, after the locks of its release, so that they are always taken in one order."""
    locked_release(Emergency.objects.values_list("release_id", flat=True).get(pk=emergency_id))
    Emergency.objects.select_for_update(of=("self",), no_key=True).get(pk=emergency_id)
    return Emergency.objects.for_page().get(pk=emergency_id)


def _answered(actor: Actor, emergency_id: int, comment: str) -> Emergency:
    """Return an emergency with who answers it and what that rests on, if that may be."""
    emergency = _locked(emergency_id)
    policy.require(actor, Action.EMERGENCY_ANSWER, emergency.target())
    _refuse_answered(emergency)
    if emergency.snapshot_id != emergency.release.snapshot_id:
        text = "The content was submitted again since this was asked for. Ask again."
        raise ConflictError(text)
    if not comment.strip():
        text = "Say in a sentence what your answer rests on."
        raise DomainError(text)
    emergency.decided_by_id, emergency.comment = actor.id, comment.strip()
    return emergency


def _refuse_answered(emergency: Emergency) -> None:
    if emergency.state != Emergency.State.ASKED:
        text = "It was answered or taken back already."
        raise ConflictError(text)


def _record(actor: Actor, action: Action, emergency: Emergency, more: Mapping[str, Any] | None = None) -> None:
    detail = {
        "emergency": emergency.pk,
        "state": emergency.state,
        "role": emergency.role,
        "reason": emergency.comment or emergency.reason,
        "digest": emergency.snapshot.digest,
        "fingerprint": emergency.fingerprint,
        **(more or {}),
    }
    audit.record(actor, action, emergency.release.subject, detail)
    news, text = _news(actor, action, emergency, more or {})
    tell_of_emergency(emergency, news, text)


def _news(actor: Actor, action: Action, emergency: Emergency, more: Mapping[str, Any]) -> tuple[str, str]:
    """Return what happened in two words, and what there is to do."""
    if action is Action.EMERGENCY_ASK:
        role = role_title(emergency.role)
        return "asked for", f"{actor.name}: {emergency.reason} A reviewer in the role {role} who wrote nothing of it confirms or refuses."
    if action is Action.EMERGENCY_REVIEW:
        rest = "The review is complete." if emergency.reviewed_at else "The review is not complete yet."
        return "reviewed", f"{actor.name} ({role_title(more['role'])}, {more['step']}). {rest}"
    if emergency.state == Emergency.State.CONFIRMED and emergency.review_due is not None:
        due = f"{emergency.review_due:%-d %B %Y}"
        text = f"Promoted without all reviewers: {emergency.reason} Confirmed by {actor.name}: {emergency.comment}"
        return "confirmed", f"{text} The review is owed by {due}."
    return emergency.get_state_display().lower(), f"{actor.name}: {emergency.comment or emergency.reason}"
