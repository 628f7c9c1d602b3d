"""Editions of policies: written, proposed, and published by a second person."""

from __future__ import annotations

import re
from typing import Final

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy
from governance.gate.editions import EditionState, EditionStep, after
from governance.gate.policy import TIERS
from governance.gate.source import LONGEST, Reading, read
from governance.models import Environment, PolicyEdition
from governance.services import catalog
from governance.services.environments import known_environment
from governance.services.telling import tell_of_policy
from registry import audit, policy
from registry.digest import canonical
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor

SKELETON: Final = """\
key: {key}
version: "1"
title: {tier} risk, {title}
tier: {tier_key}
environment: {environment}
summary: >-
  One sentence that says what this policy is for.
documents:
  - {{template: model_card, essential_percent: 100}}
artifacts: 1
git_commit: true
approvals:
  - {{role: ml, quorum: 1}}
validity_days: 180
"""
VERSION: Final = re.compile(r"^(version:\s*[\"']?)(\d+)([\"']?\s*)$", re.MULTILINE)
READ: Final = ("text", "content", "digest", "version", "title", "forbidden")


def reading_of(edition: PolicyEdition) -> Reading:
    """Read an edition's text, by what there is now."""
    return read(
        edition.text, key=edition.key, environments=list(Environment.objects.values_list("key", flat=True)), further=catalog.present()
    )


@transaction.atomic
def begin(*, actor: Actor, tier: str, environment: str) -> PolicyEdition:
    """Begin a draft from the edition in force, or from a skeleton where there is none.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: no such tier or environment.
    """
    policy.require(actor, Action.POLICY_WRITE)
    place = known_environment(environment)
    if tier not in TIERS:
        message = f"There is no tier “{tier}”. Choose from {', '.join(TIERS)}."
        raise DomainError(message)
    present = PolicyEdition.objects.in_force().filter(tier=tier, environment=environment).first()
    words = {"key": f"{tier}-{environment}", "tier": tier.capitalize(), "tier_key": tier}
    text = SKELETON.format(**words, environment=environment, title=place.title.lower()) if present is None else _next(present)
    made = PolicyEdition(key=words["key"], tier=tier, environment=environment, text=text, begun_by_id=actor.id)
    _take(made)
    made.save(force_insert=True)
    made.authors.add(actor.id)
    audit.record(actor, Action.POLICY_WRITE, made.subject, {"begun_from": present.digest if present else ""})
    return made


@transaction.atomic
def write(*, actor: Actor, edition_id: int, text: str, reason: str, based_on: int) -> PolicyEdition:
    """Keep what was typed, whether or not it can be read as a policy.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: the text is too long to keep.
        ConflictError: the edition is no draft, or somebody saved it meanwhile.
    """
    edition = _locked(edition_id)
    policy.require(actor, Action.POLICY_WRITE, edition.target)
    after(EditionState(edition.state), EditionStep.SAVE)
    if edition.revision != based_on:
        message = "Somebody else saved this draft while you were writing. Your text is below; compare it with theirs before you save it."
        raise ConflictError(message)
    if len(text) > LONGEST:
        message = f"The text is longer than {LONGEST:,} characters."
        raise DomainError(message)
    edition.text, edition.reason = text.replace("\r\n", "\n"), reason.strip()
    edition.revision += 1
    faults = len(_take(edition).faults)
    edition.save(update_fields=[*READ, "reason", "revision"])
    edition.authors.add(actor.id)
    detail = {"revision": edition.revision, "digest": edition.digest, "faults": faults}
    audit.record(actor, Action.POLICY_WRITE, edition.subject, detail)
    return edition


@transaction.atomic
def propose(*, actor: Actor, edition_id: int) -> PolicyEdition:
    """Ask a second person to publish a draft.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: the text is no policy yet, changes nothing, or does not say why.
        ConflictError: the edition is no draft, or its version is taken.
    """
    edition = _locked(edition_id)
    policy.require(actor, Action.POLICY_WRITE, edition.target)
    edition.state = after(EditionState(edition.state), EditionStep.PROPOSE)
    _refuse_unfit(edition)
    if not edition.reason:
        message = "Say why the policy is changed; whoever publishes it reads that."
        raise DomainError(message)
    edition.proposed_at, edition.proposed_by_id, edition.remark = timezone.now(), actor.id, ""
    edition.save(update_fields=[*READ, "state", "proposed_at", "proposed_by", "remark"])
    edition.authors.add(actor.id)
    audit.record(actor, Action.POLICY_WRITE, edition.subject, {"step": EditionStep.PROPOSE, **_named(edition), "reason": edition.reason})
    tell_of_policy(edition, actor)
    return edition


@transaction.atomic
def take_back(*, actor: Actor, edition_id: int) -> PolicyEdition:
    """Make a proposal a draft again, to go on writing.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: the edition is not proposed.
    """
    edition = _locked(edition_id)
    policy.require(actor, Action.POLICY_WRITE, edition.target)
    edition.state = after(EditionState(edition.state), EditionStep.TAKE_BACK)
    edition.save(update_fields=["state"])
    audit.record(actor, Action.POLICY_WRITE, edition.subject, {"step": EditionStep.TAKE_BACK})
    return edition


@transaction.atomic
def send_back(*, actor: Actor, edition_id: int, reason: str) -> PolicyEdition:
    """Refuse a proposal with a reason; it is a draft again.

    Raises:
        ForbiddenError: the actor is no policy administrator, or wrote it.
        DomainError: no reason.
        ConflictError: the edition is not proposed.
    """
    edition = _locked(edition_id)
    policy.require(actor, Action.POLICY_PUBLISH, edition.target)
    edition.state = after(EditionState(edition.state), EditionStep.SEND_BACK)
    if not reason.strip():
        message = "Say why it goes back; the author reads that."
        raise DomainError(message)
    edition.remark = reason.strip()
    edition.save(update_fields=["state", "remark"])
    audit.record(actor, Action.POLICY_PUBLISH, edition.subject, {"step": EditionStep.SEND_BACK, "reason": edition.remark})
    tell_of_policy(edition, actor)
    return edition


@transaction.atomic
def publish(*, actor: Actor, edition_id: int, digest: str) -> PolicyEdition:
    """Put a proposal in force for new submissions; the edition before it is retired.

    Args:
        actor: a policy administrator who wrote none of it.
        edition_id: the proposal.
        digest: of the policy that the actor had in view.

    Raises:
        ForbiddenError: the actor is no policy administrator, or wrote it.
        DomainError: the text is no policy by what there is now.
        ConflictError: the edition is not proposed, was changed meanwhile, or its version is taken.
    """
    edition = _locked(edition_id)
    policy.require(actor, Action.POLICY_PUBLISH, edition.target)
    edition.state = after(EditionState(edition.state), EditionStep.PUBLISH)
    _refuse_unfit(edition)
    if digest != edition.digest:
        message = "The proposal was changed while you were reading. Read it again, then publish it."
        raise ConflictError(message)
    present = PolicyEdition.objects.in_force().filter(key=edition.key).first()
    edition.published_at, edition.published_by_id = timezone.now(), actor.id
    if present is not None:
        present.state, present.retired_at = after(EditionState(present.state), EditionStep.RETIRE), edition.published_at
        present.save(update_fields=["state", "retired_at"])
    edition.save(update_fields=[*READ, "state", "published_at", "published_by"])
    before = _named(present) if present else None
    audit.record(actor, Action.POLICY_PUBLISH, edition.subject, {"step": EditionStep.PUBLISH, **_named(edition), "before": before})
    tell_of_policy(edition, actor)
    return edition


@transaction.atomic
def discard(*, actor: Actor, edition_id: int) -> None:
    """Delete a draft; its text stays in nobody's way.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: the edition is no draft.
    """
    edition = _locked(edition_id)
    policy.require(actor, Action.POLICY_WRITE, edition.target)
    after(EditionState(edition.state), EditionStep.DISCARD)
    subject, detail = edition.subject, {"step": EditionStep.DISCARD, **_named(edition)}
    edition.delete()
    audit.record(actor, Action.POLICY_WRITE, subject, detail)


def _locked(edition_id: int) -> PolicyEdition:
    """Return an edition that nobody moves until the transaction ends, nor any other edition of its key."""
    key = PolicyEdition.objects.values_list("key", flat=True).get(pk=edition_id)
    list(PolicyEdition.objects.select_for_update(no_key=True).filter(key=key).order_by("pk").values_list("pk", flat=True))
    return PolicyEdition.objects.get(pk=edition_id)


def _take(edition: PolicyEdition) -> Reading:
    """Put what the text says into the columns; what cannot be read leaves them empty."""
    reading = reading_of(edition)
    fill(edition, reading.policy)
    return reading


def fill(edition: PolicyEdition, found: Policy | None) -> None:
    """Put a policy, or none, into the columns that are read from the text."""
    edition.content = canonical(found.to_json()).decode() if found else ""
    edition.digest, edition.version, edition.title, edition.forbidden = (
        (found.digest, found.version[:40], found.title[:200], found.forbidden) if found else ("", "", "", "")
    )


def _refuse_unfit(edition: PolicyEdition) -> None:
    faults = _take(edition).faults
    if faults:
        message = f"The text is no policy yet. Line {faults[0].line}: {faults[0].text}"
        raise DomainError(message)
    for other in PolicyEdition.objects.published().filter(key=edition.key):
        if other.digest == edition.digest and other.is_in_force:
            message = "This is the policy in force already; nothing would change."
            raise DomainError(message)
        if other.version == edition.version:
            message = f"There is an edition {other.version} of this policy already, and it never changes. Give this one another version."
            raise ConflictError(message)


def _named(edition: PolicyEdition) -> dict[str, str]:
    return {"key": edition.key, "version": edition.version, "digest": edition.digest}


def _next(present: PolicyEdition) -> str:
    """Return the text in force with the next number as its version, where the version is a number."""
    return VERSION.sub(lambda found: f"{found[1]}{int(found[2]) + 1}{found[3]}", present.text, count=1)
