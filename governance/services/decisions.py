"""Deciding on a release: one person, one role, exactly one snapshot, and one text that they consent to."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from governance.gate import CONFLICTS, Matter, abstentions, consent_text, standing_objections
from governance.models import Decision, Release
from governance.services import assignments
from governance.services.facts import facts_of
from governance.services.steps import locked_release, refuse_tampering
from governance.workflow import DECISIONS, State, Step, after, settled
from registry import audit, policy
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.policy import Action, Actor, role_title

# What satisfies a policy that asks for a proof of who decides: a second factor is no less than a password.
ENOUGH = {"": ("", "password", "second-factor"), "password": ("password", "second-factor"), "second-factor": ("second-factor",)}


@transaction.atomic
def decide(
    *,
    actor: Actor,
    release_id: int,
    role: str,
    step: Step,
    digest: str,
    comment: str,
    consent: str,
    conflict: str = "",
    proof: str = "",
) -> Decision:
    """Approve, ask for changes, reject, or abstain, in one reviewing role.

    Args:
        actor: the reviewer.
        release_id: the release.
        role: the reviewing role, such as ``legal``.
        step: one of the decisions.
        digest: SHA-256 of the snapshot that the reviewer had in view.
        comment: why; never empty.
        consent: the text that the reviewer was shown, as it came back; see ``consent_for``.
        conflict: key of the conflict of interest, for an abstention only.
        proof: what the reviewer showed again for this decision: ``password``, ``second-factor`` or nothing.

    Raises:
        ForbiddenError: an author, somebody without the role, or no proof where the policy asks for one.
        DomainError: no comment, a role that the policy does not name, or an abstention without a conflict.
        ConflictError: the release is over, shows another snapshot or text by now, its stored content was changed, or the reviewer
            abstained in another role.
    """
    release = locked_release(release_id)
    check(actor=actor, release=release, role=role, step=step, digest=digest, comment=comment, conflict=conflict)
    if consent != consent_for(release, role=role, step=step, conflict=conflict):
        text = "The text that you agreed to is not the one that belongs to this decision now. Read it again, then decide."
        raise ConflictError(text)
    if proof not in ENOUGH[release.policy_content.get("reauthenticate", "")]:
        text = "The policy asks you to show again who you are at the moment of decision."
        raise ForbiddenError(text)
    refuse_tampering(release)
    decision = Decision.objects.create(
        release=release,
        snapshot=release.snapshot,
        person_id=actor.id,
        role=role,
        step=step,
        comment=comment.strip(),
        consent=consent,
        conflict=conflict,
    )
    before = State(release.state)
    release.state = settled(one.step for one in standing_objections(facts_of(release)))
    release.save(update_fields=["state"])
    moved: dict[str, Any] = {"before": before, "after": release.state, **({"proof": proof} if proof else {})}
    behalf = assignments.settle(actor=actor, release=release, role=role, step=step)
    moved |= {"on_behalf_of": behalf} if behalf is not None else {}
    detail = {"step": step, "role": role, "digest": digest, "decision": decision.pk, "fingerprint": decision.fingerprint, **moved}
    audit.record(actor, Action.RELEASE_DECIDE, release.subject, detail)
    return decision


def check(*, actor: Actor, release: Release, role: str, step: Step, digest: str, comment: str, conflict: str = "") -> None:
    """Stop a decision that could not be taken, whatever the reviewer consents to.

    Raises:
        ForbiddenError: an author, or somebody without the role.
        DomainError: no comment, a role that the policy does not name, or an abstention without a conflict.
        ConflictError: the release is over or shows another snapshot by now, or the reviewer abstained in another role.
    """
    policy.require(actor, Action.RELEASE_DECIDE, release.target(role))
    after(State(release.state), step)
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
    if step is Step.ABSTAIN and conflict not in CONFLICTS:
        text = "Name the conflict of interest because of which you abstain."
        raise DomainError(text)
    if step is not Step.ABSTAIN and conflict:
        text = "You named a conflict of interest. Abstain, or leave it out."
        raise DomainError(text)
    if step is Step.APPROVE:
        _refuse_conflicted(actor, release, role)


def consent_for(release: Release, *, role: str, step: Step, conflict: str = "") -> str:
    """Return the text that a reviewer of this release consents to with a decision."""
    matter = Matter(release.pk, release.environment, release.snapshot.digest, release.snapshot.content)
    return consent_text(matter, role=role, step=step, conflict=conflict)


def _refuse_conflicted(actor: Actor, release: Release, role: str) -> None:
    """Stop an approval by somebody who abstained in another role: a conflict of interest is a person's and not a role's."""
    elsewhere = [one for one in abstentions(facts_of(release)) if one.person_id == actor.person_id and one.role != role]
    if elsewhere:
        text = (
            f"You abstained from this snapshot in the role “{role_title(elsewhere[0].role)}”, because of a conflict of interest. "
            "Decide again in that role first, if the conflict is gone."
        )
        raise ConflictError(text)
