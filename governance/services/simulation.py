"""What an edition of a policy would have made of releases that there are; nothing is changed by looking.

The rule: the stored snapshot is judged, at the moment that counted: when it
was promoted, or now. So the answer is what the gate would have said, with the
decisions and waivers that there were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import models
from django.utils import timezone

from governance.gate import Facts, Policy, Requirement, requirements, unmet
from governance.models import PolicyEdition, Release
from governance.services.facts import facts_of
from registry import policy as permissions
from registry.policy import Action, Actor


class Outcome(StrEnum):
    """What the edition would do to a release."""

    STOPPED = "stopped"
    MORE = "more"
    SAME = "same"
    PASSES = "passes"


@dataclass(frozen=True)
class Reason:
    """One requirement that is not met; new when the release's own policy did not stop it there."""

    requirement: Requirement
    is_new: bool


@dataclass(frozen=True)
class Judged:
    """One release under an edition."""

    release: Release
    outcome: Outcome
    reasons: tuple[Reason, ...]
    moment: datetime


def releases_under(edition: PolicyEdition) -> models.QuerySet[Release]:
    """Return every release that a policy of this tier and environment was for, the newest first."""
    return Release.objects.filter(policy_key=edition.key).for_page().order_by("-pk")


def simulate(*, actor: Actor, policy: Policy, releases: Iterable[Release]) -> list[Judged]:
    """Judge releases by a policy.

    Raises:
        ForbiddenError: the actor is no policy administrator.
    """
    permissions.require(actor, Action.POLICY_WRITE)
    return [judge(policy, release) for release in releases]


def judge(policy: Policy, release: Release) -> Judged:
    """Return what a policy would have made of one release."""
    moment = release.promoted_at or timezone.now()
    facts = _as_of(facts_of(release), moment)
    missing = unmet(requirements(policy, facts))
    own = {one.key for one in unmet(requirements(Policy.from_json(release.policy_content), facts))}
    reasons = tuple(Reason(one, is_new=one.key not in own) for one in missing)
    return Judged(release, _outcome(release, reasons), reasons, moment)


def _outcome(release: Release, reasons: tuple[Reason, ...]) -> Outcome:
    if not reasons:
        return Outcome.PASSES
    if release.promoted_at is not None:
        return Outcome.STOPPED
    return Outcome.MORE if any(reason.is_new for reason in reasons) else Outcome.SAME


def _as_of(facts: Facts, moment: datetime) -> Facts:
    """Return the facts as they were: what came later is not there, and the tier was the one of the snapshot."""
    return replace(
        facts,
        now=moment,
        tier_now=facts.tier,
        decisions=tuple(one for one in facts.decisions if one.at <= moment),
        waivers=tuple(one for one in facts.waivers if one.granted_at <= moment),
        live=tuple(one for one in facts.live if one.since < moment),
    )
