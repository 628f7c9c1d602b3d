"""What asks for a person's answer: waivers, emergencies and their reviews, and proposed tiers and policies.

The rule: a constant number of queries; what is listed is what the person may
answer, and what they are barred from (their own work, another's role) is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from governance.gate.editions import EditionState
from governance.models import Emergency, PolicyEdition, Release, TierOverride, Waiver
from governance.models.release import wants_any
from governance.services.assignments import named
from registry.policy import Action, Actor, refusal, role_title

MOST: Final = 8


@dataclass(frozen=True)
class Ask:
    """One thing that waits for somebody's answer.

    Attributes:
        title: what it is about.
        text: who asks, and why or by when.
        url: where it is answered.
        label: what it is, in a word or two.
        tone: of the label.
    """

    title: str
    text: str
    url: str
    label: str
    tone: str


def asks_of(actor: Actor) -> list[Ask]:
    """Return what waits for a person's answer, the most urgent kinds first."""
    return [*_emergencies(actor), *_owed(actor), *_waivers(actor), *_tiers(actor), *_proposals(actor)]


def _emergencies(actor: Actor) -> Iterator[Ask]:
    for one in Emergency.objects.for_page().waiting_for(actor)[:MOST]:
        yield Ask(named(one.release), f"{one.asked_by.name}: {one.reason}", _at(one.release, "emergency"), "Emergency", "bad")


def _owed(actor: Actor) -> Iterator[Ask]:
    """Return the reviews after an emergency that are owed in a role of the person, who has not given theirs."""
    roles = wants_any(actor.reviewer_roles, "release__")
    rows = Emergency.objects.for_page().owed().filter(roles).exclude(reviews__person=actor.person_id)
    rows = rows.exclude(snapshot__authors=actor.person_id).exclude(asked_by=actor.person_id)
    for one in rows.order_by("review_due", "pk")[:MOST]:
        mine = [role for role in actor.reviewer_roles if refusal(actor, Action.EMERGENCY_REVIEW, one.target(role)) is None]
        if mine and one.review_due is not None:
            text = f"Promoted without all reviewers; the {role_title(mine[0])} review is owed by {one.review_due:%-d %B %Y}."
            label = "Overdue" if one.is_overdue else "Review owed"
            yield Ask(named(one.release), text, _at(one.release, "emergency"), label, "bad" if one.is_overdue else "warning")


def _waivers(actor: Actor) -> Iterator[Ask]:
    for one in Waiver.objects.for_page().waiting_for(actor)[:MOST]:
        text = f"{one.requested_by.name} asks to set “{one.title}” aside for {one.days} days: {one.reason}"
        yield Ask(named(one.release), text, _at(one.release, "waivers"), "Waiver", "warning")


def _tiers(actor: Actor) -> Iterator[Ask]:
    for one in TierOverride.objects.for_page().waiting_for(actor).order_by("pk")[:MOST]:
        title = f"{one.asset.name}: {one.get_tier_display().lower()} instead of {one.triage.get_tier_display().lower()}"
        url = reverse("triage", args=[one.asset.kind, one.asset.slug])
        yield Ask(title, f"{one.proposed_by.name}: {one.reason}", f"{url}#override", "Tier", "warning")


def _proposals(actor: Actor) -> Iterator[Ask]:
    if refusal(actor, Action.POLICY_PUBLISH):
        return
    rows = PolicyEdition.objects.for_page().filter(state=EditionState.PROPOSED).exclude(authors=actor.person_id)
    for one in rows.order_by("proposed_at")[:MOST]:
        by = one.proposed_by.name if one.proposed_by else "Assay"
        yield Ask(one.title or one.key, f"{by}: {one.reason}", one.get_absolute_url(), "Policy", "warning")


def _at(release: Release, anchor: str) -> str:
    return f"{release.get_absolute_url()}#{anchor}"
