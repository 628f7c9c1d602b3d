"""Submitting a version, deciding on it, promoting it, and taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.gate import Policy, policy_for, standing_objections, unmet
from governance.models import Decision, Environment, Release
from governance.services.facts import facts_of, living_parts, requirements_of
from governance.workflow import DECISIONS, State, Step, after
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Snapshot, Version
from registry.policy import Action, Actor, role_title
from registry.services.snapshots import take_snapshot
from registry.services.versions import locked_version


@transaction.atomic
def submit(*, actor: Actor, version_id: int, environment: str, message: str = "") -> Release:
    """Freeze a version and ask for its promotion to an environment.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: no such environment, a dataset, or a tier that may not be released.
        ConflictError: a release to this environment is open already.
    """
    version = locked_version(actor, version_id, Action.RELEASE_SUBMIT)
    rule = _policy(version, environment)
    if version.releases.filter(environment=environment).open().exists():
        message = f"A release of this version to {environment} is open already. Submit it again from its page."
        raise ConflictError(message)
    snapshot = _freeze(actor, version, rule)
    release = Release(
        version=version,
        environment=environment,
        message=message.strip(),
        state=State.IN_REVIEW,
        submitted_by_id=actor.id,
    )
    _bind(release, snapshot, rule)
    try:
        with transaction.atomic():
            release.save(force_insert=True)
    except IntegrityError as error:
        message = f"A release of this version to {environment} is open already."
        raise ConflictError(message) from error
    audit.record(actor, Action.RELEASE_SUBMIT, release.subject, _detail(release))
    return release


@transaction.atomic
def resubmit(*, actor: Actor, release_id: int, message: str = "") -> Release:
    """Freeze the version again; approvals of the earlier snapshot no longer count.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the release is over, or nothing has changed.
    """
    release = _locked(release_id)
    version = locked_version(actor, release.version_id, Action.RELEASE_SUBMIT)
    release.state = after(State(release.state), Step.RESUBMIT)
    rule = _policy(version, release.environment)
    snapshot = _freeze(actor, version, rule)
    if snapshot.pk == release.snapshot_id:
        text = "Nothing has changed since the last snapshot. Change the content first, then submit it again."
        raise ConflictError(text)
    _bind(release, snapshot, rule)
    release.message = message.strip() or release.message
    release.save(update_fields=[*BOUND, "state", "message"])
    audit.record(actor, Action.RELEASE_SUBMIT, release.subject, {**_detail(release), "again": True})
    return release


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
    release = _locked(release_id)
    policy.require(actor, Action.RELEASE_DECIDE, release.target(role))
    before = State(release.state)
    release.state = after(before, step)
    if role not in release.roles:
        text = f"The policy of this release asks for no {role_title(role)} review."
        raise DomainError(text)
    if step not in DECISIONS:
        text = "A decision is to approve, to ask for changes, or to reject."
        raise DomainError(text)
    if not comment.strip():
        text = "Say in a sentence what your decision rests on."
        raise DomainError(text)
    if digest != release.snapshot.digest:
        text = "The content was submitted again while you were reading. Look at what changed, then decide."
        raise ConflictError(text)
    _refuse_tampering(release)
    decision = Decision.objects.create(
        release=release,
        snapshot=release.snapshot,
        person_id=actor.id,
        role=role,
        step=step,
        comment=comment.strip(),
    )
    if release.state == State.CHANGES_REQUESTED and not standing_objections(facts_of(release)):
        release.state = after(State.CHANGES_REQUESTED, Step.LIFT)
    release.save(update_fields=["state"])
    detail = {"step": step, "role": role, "digest": digest, "before": before, "after": release.state}
    audit.record(actor, Action.RELEASE_DECIDE, release.subject, detail)
    return decision


@transaction.atomic
def promote(*, actor: Actor, release_id: int) -> Release:
    """Promote a release whose gate is silent, and supersede the one before it.

    Raises:
        ForbiddenError: the actor is no owner of the team.
        ConflictError: the release is not in review, its stored content was changed, or the gate says not yet.
    """
    release = _locked(release_id)
    policy.require(actor, Action.RELEASE_PROMOTE, release.target())
    promoted = after(State(release.state), Step.PROMOTE)
    _refuse_tampering(release)
    if missing := unmet(requirements_of(release)):
        text = f"The gate says not yet: {missing[0].reason}"
        raise ConflictError(text)
    release.state = promoted
    release.promoted_at = timezone.now()
    release.promoted_by_id = actor.id
    release.expires_at = release.promoted_at + timedelta(days=Policy.from_json(release.policy_content).validity_days)
    _supersede(actor, release)
    release.save(update_fields=["state", "promoted_at", "promoted_by", "expires_at"])
    detail = {**_detail(release), "expires_at": release.expires_at.isoformat()}
    audit.record(actor, Action.RELEASE_PROMOTE, release.subject, detail)
    return release


@transaction.atomic
def withdraw(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Take back a release that is still in review.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the release is over.
    """
    return _end(actor, release_id, Action.RELEASE_WITHDRAW, Step.WITHDRAW, reason)


@transaction.atomic
def revoke(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Close the gate for a promoted release at once.

    Raises:
        ForbiddenError: neither an owner of the team nor a reviewer.
        ConflictError: the release is not promoted.
    """
    return _end(actor, release_id, Action.RELEASE_REVOKE, Step.REVOKE, reason)


def _refuse_tampering(release: Release) -> None:
    if not release.snapshot.is_intact:
        text = "The stored content no longer has the digest that names it, so nobody decides on it. Tell your auditor."
        raise ConflictError(text)


def _end(actor: Actor, release_id: int, action: Action, step: Step, reason: str) -> Release:
    release = _locked(release_id)
    policy.require(actor, action, release.target())
    before = State(release.state)
    release.state = after(before, step)
    if not reason.strip():
        text = "Give the reason; it goes into the journal."
        raise DomainError(text)
    release.save(update_fields=["state"])
    detail = {"before": before, "after": release.state, "reason": reason.strip()}
    audit.record(actor, action, release.subject, detail)
    return release


def _supersede(actor: Actor, release: Release) -> None:
    earlier = Release.objects.select_for_update(of=("self",)).filter(
        version__asset_id=release.version.asset_id, environment=release.environment, state=State.PROMOTED
    )
    for other in earlier.select_related("version__asset").exclude(pk=release.pk):
        other.state = after(State(other.state), Step.SUPERSEDE)
        other.save(update_fields=["state"])
        audit.record(actor, Action.RELEASE_PROMOTE, other.subject, {"superseded_by": release.subject})


def _locked(release_id: int) -> Release:
    releases = Release.objects.select_for_update(of=("self",))
    return releases.select_related("version__asset", "snapshot").get(pk=release_id)


def _policy(version: Version, environment: str) -> Policy:
    if not version.asset.is_model:
        text = "Only models are released; a dataset travels with the models that use it."
        raise DomainError(text)
    if environment not in Environment.values:
        text = "Choose staging or production."
        raise DomainError(text)
    rule = policy_for(version.asset.tier, environment)
    if rule.forbidden:
        raise DomainError(rule.forbidden)
    return rule


def _freeze(actor: Actor, version: Version, rule: Policy) -> Snapshot:
    parts = {**living_parts(version), "policy": rule.to_json()}
    return take_snapshot(actor=actor, version_id=version.pk, parts=parts)


BOUND: Final = ("snapshot", "policy_key", "policy_version", "policy_digest", "wanted_roles")


def _bind(release: Release, snapshot: Snapshot, rule: Policy) -> None:
    release.snapshot = snapshot
    release.policy_key, release.policy_version, release.policy_digest = rule.key, rule.version, rule.digest
    release.wanted_roles = "|" + "|".join(approval.role for approval in rule.approvals) + "|"


def _detail(release: Release) -> dict[str, Any]:
    return {
        "environment": release.environment,
        "digest": release.snapshot.digest,
        "policy": {"key": release.policy_key, "version": release.policy_version, "digest": release.policy_digest},
    }
