"""Promoting a release, and taking the promotion back."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy, unmet
from governance.models import Release
from governance.services.attestations import attest_end, attest_promotion
from governance.services.facts import requirements_of
from governance.services.steps import detail_of, end, locked_release, refuse_tampering
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
    if missing := unmet(requirements_of(release)):
        text = f"The gate says not yet: {missing[0].reason}"
        raise ConflictError(text)
    release.state = promoted
    release.promoted_at = timezone.now()
    release.promoted_by_id = actor.id
    release.expires_at = release.promoted_at + timedelta(days=Policy.from_json(release.policy_content).validity_days)
    _supersede(actor, release)
    release.save(update_fields=["state", "promoted_at", "promoted_by", "expires_at"])
    detail = {**detail_of(release), "expires_at": release.expires_at.isoformat()}
    entry = audit.record(actor, Action.RELEASE_PROMOTE, release.subject, detail)
    attest_promotion(release, entry)
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


def _supersede(actor: Actor, release: Release) -> None:
    releases = Release.objects.select_for_update(of=("self",)).live()
    earlier = releases.filter(version__asset_id=release.version.asset_id, environment=release.environment)
    for other in earlier.select_related("version__asset", "snapshot").exclude(pk=release.pk):
        other.state = after(State(other.state), Step.SUPERSEDE)
        other.save(update_fields=["state"])
        entry = audit.record(actor, Action.RELEASE_PROMOTE, other.subject, {"superseded_by": release.subject})
        attest_end(other, entry, Step.SUPERSEDE, f"Superseded by {release.subject}.")
