"""What every step of a release shares: the lock, the refusal of changed bytes, and the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from governance.models import Release
from governance.services.attestations import attest_end
from governance.workflow import State, Step, after
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset
from registry.policy import Action, Actor


def locked_release(release_id: int) -> Release:
    """Return a release that nobody else moves until the transaction ends, nor any other release of its model.

    The model is locked first and the release second, always in this order.
    What they are joined with is read after both locks: a statement that
    waited for a lock would see the joined rows as they were before.
    """
    model = Asset.objects.filter(versions__releases=release_id).values("pk")
    Asset.objects.select_for_update(no_key=True).filter(pk__in=model).first()
    Release.objects.select_for_update(of=("self",), no_key=True).get(pk=release_id)
    return Release.objects.select_related("version__asset", "snapshot", "place").get(pk=release_id)


def refuse_tampering(release: Release) -> None:
    """Stop when the stored content is no longer what its digest names.

    Raises:
        ConflictError: it was changed.
    """
    if not release.snapshot.is_intact:
        text = "The stored content no longer has the digest that names it, so nobody decides on it. Tell your auditor."
        raise ConflictError(text)


def end(
    actor: Actor, release_id: int, action: Action, step: Step, reason: str, *, first: Callable[[Release], None] | None = None
) -> Release:
    """Move a release by a step that takes nothing but a reason.

    Args:
        actor: who takes the step.
        release_id: the release.
        action: what must be permitted, and the word of the journal.
        step: the step.
        reason: why; never empty.
        first: what else must hold, or is done, once the step is permitted; it may refuse.

    Raises:
        ForbiddenError: the actor may not.
        ConflictError: the state has no such step.
        DomainError: no reason.
    """
    release = locked_release(release_id)
    policy.require(actor, action, release.target())
    before = State(release.state)
    release.state = after(before, step)
    if not reason.strip():
        text = "Give the reason; it goes into the journal."
        raise DomainError(text)
    if first is not None:
        first(release)
    release.save(update_fields=["state"])
    detail = {"before": before, "after": release.state, "reason": reason.strip()}
    entry = audit.record(actor, action, release.subject, detail)
    attest_end(release, entry, step, reason.strip())
    return release


def detail_of(release: Release) -> dict[str, Any]:
    """Return what the journal says of a release: environment, snapshot and policy."""
    return {
        "environment": release.environment,
        "digest": release.snapshot.digest,
        "policy": {"key": release.policy_key, "version": release.policy_version, "digest": release.policy_digest},
    }
