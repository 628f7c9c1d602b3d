"""Promoting a release, and taking the promotion back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy, WaiverFact, standing_objections, unmet
from governance.models import Release, Waiver
from governance.services.attestations import attest_end, attest_promotion, claims_about
from governance.services.facts import requirements_of, review_facts
from governance.services.steps import detail_of, end, locked_release, refuse_tampering
from governance.services.told import refuse_untold
from governance.workflow import State, Step, after
from registry import audit, policy
from registry.errors import ConflictError
from registry.policy import Action, Actor
from registry.services.checkpoints import take_checkpoint


@transaction.atomic
def promote(*, actor: Actor, release_id: int) -> Release:
    """Promote a release whose gate is silent, and supersede the one before it.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        ConflictError: the release is not in review, its stored content was changed, or the gate says not yet.
    """
    release = locked_release(release_id)
    policy.require(actor, Action.RELEASE_PROMOTE, release.target())
    promoted = after(State(release.state), Step.PROMOTE)
    refuse_tampering(release)
    refuse_untold(release)
    found = requirements_of(release)
    if missing := unmet(found):
        text = f"The gate says not yet: {missing[0].reason}"
        raise ConflictError(text)
    waivers = [one.waiver for one in found if one.waiver is not None]
    release.state, release.promoted_at, release.promoted_by_id = promoted, timezone.now(), actor.id
    release.expires_at = end_of(release, release.promoted_at, waivers)
    return put_live(actor, release, Step.PROMOTE, waivers)


def end_of(release: Release, start: datetime, waivers: Sequence[WaiverFact]) -> datetime:
    """Return when a promotion ends: with its approval, or with the first waiver that it rests on."""
    approved = start + timedelta(days=Policy.from_json(release.policy_content).validity_days)
    return min([approved, *(one.until for one in waivers)])


def put_live(
    actor: Actor, release: Release, step: Step, waivers: Sequence[WaiverFact], emergency: Mapping[str, Any] | None = None
) -> Release:
    """Give a release that may be promoted the place in its environment: supersede, save, record, attest, and take a checkpoint."""
    _supersede(actor, release)
    release.save(update_fields=["state", "promoted_at", "promoted_by", "expires_at"])
    detail = {**detail_of(release), "expires_at": release.expires_at.isoformat() if release.expires_at else None}
    if waivers:
        detail["waivers"] = [{"waiver": one.waiver_id, "requirement": one.requirement, "until": one.until.isoformat()} for one in waivers]
    if emergency is not None:
        detail["in_emergency"] = dict(emergency)
    entry = audit.record(actor, Action.RELEASE_PROMOTE, release.subject, detail)
    attest_promotion(release, entry, waivers, step=step, emergency=emergency)
    take_checkpoint()
    return release


@transaction.atomic
def revoke(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Close the gate for a promoted release at once.

    Raises:
        ForbiddenError: neither an owner of the team nor a reviewer.
        ConflictError: the release is not promoted.
    """
    return end(actor, release_id, Action.RELEASE_REVOKE, Step.REVOKE, reason)


@transaction.atomic
def suspend(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Close the gate until somebody who wrote nothing of it has cleared what happened.

    Raises:
        ForbiddenError: neither an owner of the team nor a reviewer.
        ConflictError: the release is not promoted.
        DomainError: no reason.
    """
    return end(actor, release_id, Action.RELEASE_SUSPEND, Step.SUSPEND, reason)


@transaction.atomic
def resume(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Open the gate again for a suspended release; its end stays on the day it was.

    Raises:
        ForbiddenError: an author, or nobody who reviews.
        ConflictError: the release is not suspended, its approval has ended, its tier is another by now, or its content was changed.
        DomainError: no reason.
    """
    return end(actor, release_id, Action.RELEASE_RESUME, Step.RESUME, reason, first=_refuse_spent)


@transaction.atomic
def roll_back(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Promote an earlier release again, which supersedes the one that took its place.

    The approval is the earlier one and ends on the day it did; what is live
    goes, suspended or not, so that a way back is one step.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        ConflictError: the release was not superseded, or was suspended when it was; its approval has ended, its tier is another by
            now, or its content was changed.
        DomainError: no reason.
    """

    def take_the_place(release: Release) -> None:
        _refuse_spent(release)
        _refuse_suspended(release)
        _supersede(actor, release)

    return end(actor, release_id, Action.RELEASE_ROLL_BACK, Step.ROLL_BACK, reason, first=take_the_place)


def _refuse_spent(release: Release) -> None:
    """Stop when the approval that a step would bring back no longer holds."""
    refuse_tampering(release)
    if release.expires_at is None or release.expires_at <= timezone.now():
        text = "The approval of this release has ended. Submit the version again."
        raise ConflictError(text)
    if release.version.asset.tier != release.snapshot.content["asset"]["tier"]:
        text = f"The model is in the tier “{release.version.asset.tier}” now, and this release was approved in another. Submit it again."
        raise ConflictError(text)
    claims = claims_about(release)
    named = [one["waiver"] for one in claims.waivers] if claims else []
    if gone := release.waivers.filter(pk__in=named).exclude(state=Waiver.State.GRANTED).first():
        text = f"The waiver of “{gone.title}” that it rests on was revoked. Submit the version again."
        raise ConflictError(text)
    owed = release.emergencies.owed().first()
    if owed is not None and (owed.is_overdue or standing_objections(review_facts(owed))):
        text = "It was promoted in an emergency, and the review afterwards objects or is overdue. That review comes first."
        raise ConflictError(text)


def _refuse_suspended(release: Release) -> None:
    """Stop when a release was suspended as its place was taken: what a reviewer has to clear is not passed by."""
    newest = release.attestations.exclude(step=Step.SUPERSEDE).order_by("-pk").first()
    if newest is not None and newest.step == Step.SUSPEND:
        text = "This release was suspended when another took its place, and nobody has cleared it. Submit the version again."
        raise ConflictError(text)


def _supersede(actor: Actor, release: Release) -> None:
    releases = Release.objects.select_for_update(of=("self",), no_key=True).live()
    earlier = releases.filter(version__asset_id=release.version.asset_id, environment=release.environment)
    for other in earlier.select_related("version__asset", "snapshot").exclude(pk=release.pk):
        other.state = after(State(other.state), Step.SUPERSEDE)
        other.save(update_fields=["state"])
        entry = audit.record(actor, Action.RELEASE_PROMOTE, other.subject, {"superseded_by": release.subject})
        attest_end(other, entry, Step.SUPERSEDE, f"Superseded by {release.subject}.")
