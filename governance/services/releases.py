"""Submitting a version for review, again after changes, and taking it back."""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction

from governance.gate import Policy, counting
from governance.models import Release
from governance.services import assignments, inheritance, riskparts, triageparts
from governance.services.applicable import frameworks_of
from governance.services.environments import known_environment
from governance.services.facts import facts_of, living_parts
from governance.services.policies import policy_for
from governance.services.steps import detail_of, end, locked_release
from governance.workflow import State, Step, after
from registry import audit
from registry.errors import ConflictError, DomainError
from registry.models import Snapshot, Version
from registry.policy import Action, Actor
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
    release.renews = version.releases.filter(environment=environment).live().order_by("-pk").first()
    _bind(release, snapshot, rule)
    try:
        with transaction.atomic():
            release.save(force_insert=True)
    except IntegrityError as error:
        message = f"A release of this version to {environment} is open already."
        raise ConflictError(message) from error
    audit.record(actor, Action.RELEASE_SUBMIT, release.subject, detail_of(release))
    assignments.submitted(release)
    return release


@transaction.atomic
def resubmit(*, actor: Actor, release_id: int, message: str = "") -> Release:
    """Freeze the version again; approvals of the earlier snapshot no longer count.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the release is over, or nothing has changed.
    """
    release = locked_release(release_id)
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
    audit.record(actor, Action.RELEASE_SUBMIT, release.subject, {**detail_of(release), "again": True})
    approvals = counting(Policy.from_json(release.policy_content), facts_of(release))
    assignments.resubmitted(release, [(one.decision.person_id, one.decision.role) for one in approvals if one.carried])
    return release


@transaction.atomic
def withdraw(*, actor: Actor, release_id: int, reason: str) -> Release:
    """Take back a release that is still in review.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the release is over.
    """
    return end(actor, release_id, Action.RELEASE_WITHDRAW, Step.WITHDRAW, reason)


def _policy(version: Version, environment: str) -> Policy:
    if not version.asset.is_model:
        text = "Only models are released; a dataset travels with the models that use it."
        raise DomainError(text)
    rule = policy_for(version.asset.tier, known_environment(environment).key)
    if rule.forbidden:
        raise DomainError(rule.forbidden)
    return rule


def _freeze(actor: Actor, version: Version, rule: Policy) -> Snapshot:
    parts = {**living_parts(version), "policy": rule.to_json()}
    inherited = inheritance.writers_of(version, frameworks_of(version.asset_id))
    writers = {*riskparts.writers_of(version), *triageparts.writers_of(version), *inherited}
    return take_snapshot(actor=actor, version_id=version.pk, parts=parts, writers=writers)


BOUND: Final = ("snapshot", "policy_key", "policy_version", "policy_digest", "wanted_roles", "rereview_days", "evaluation_days")


def _bind(release: Release, snapshot: Snapshot, rule: Policy) -> None:
    release.snapshot = snapshot
    release.policy_key, release.policy_version, release.policy_digest = rule.key, rule.version, rule.digest
    release.wanted_roles = "|" + "|".join(approval.role for approval in rule.approvals) + "|"
    release.rereview_days = rule.rereview_days
    release.evaluation_days = rule.evaluations.max_age_days if rule.evaluations else None
