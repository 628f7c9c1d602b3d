"""Deciding on a release: one person, one role, exactly one snapshot."""

from __future__ import annotations

from django.db import transaction

from governance.gate import standing_objections
from governance.models import Decision
from governance.services.facts import facts_of
from governance.services.steps import locked_release, refuse_tampering
from governance.workflow import DECISIONS, State, Step, after, settled
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor, role_title


@transaction.atomic
def decide(*, actor: Actor, release_id: int, role: str, step: Step, digest: str, comment: str) -> Decision:
    """Approve, ask for changes, or reject, in one reviewing role.

    Args:
        actor: the reviewer.
        release_id: the release.
        role: the reviewing role, such as ``legal``.
        step: approve, request_changes or reject.
        digest: SHA-256 of the snapshot that the reviewer had in view.
        comment: why; never empty.

    Raises:
        ForbiddenError: an author, or somebody without the role.
        DomainError: no comment, or a role that the policy does not name.
        ConflictError: the release is over, shows another snapshot by now, or its stored content was changed.
    """
    release = locked_release(release_id)
    policy.require(actor, Action.RELEASE_DECIDE, release.target(role))
    before = State(release.state)
    after(before, step)
    if role not in release.roles:
        text = f"The policy of this release asks for no {role_title(role)} review."
        raise DomainError(text)
    if step not in DECISIONS:
        text = "A decision is to approve, to ask for changes, to reject, or to abstain."
        raise DomainError(text)
    if not comment.strip():
        text = "Say in a sentence what your decision rests on."
        raise DomainError(text)
    if digest != release.snapshot.digest:
        text = "The content was submitted again while you were reading. Look at what changed, then decide."
        raise ConflictError(text)
    refuse_tampering(release)
    decision = Decision.objects.create(
        release=release,
        snapshot=release.snapshot,
        person_id=actor.id,
        role=role,
        step=step,
        comment=comment.strip(),
    )
    release.state = settled(one.step for one in standing_objections(facts_of(release)))
    release.save(update_fields=["state"])
    moved = {"before": before, "after": release.state}
    detail = {"step": step, "role": role, "digest": digest, "decision": decision.pk, "fingerprint": decision.fingerprint, **moved}
    audit.record(actor, Action.RELEASE_DECIDE, release.subject, detail)
    return decision
