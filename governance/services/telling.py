"""Whom waivers and emergencies are told to, and in which words.

The rule: whoever can answer is told, and whoever asked hears the answer; an
emergency is told to everybody who has to do with the model.
"""

from __future__ import annotations

from collections.abc import Iterable

from governance.models import Emergency, PolicyEdition, Release, Waiver
from registry.policy import REVIEWER_ROLES, Actor, Role
from registry.services.notices import NoticeKind, notify
from registry.services.people import holders_of, owners_of


def tell_of_waiver(waiver: Waiver) -> None:
    """Tell of a waiver that was asked for, answered or taken back."""
    release = waiver.release
    if waiver.state == Waiver.State.REQUESTED:
        whom = _holders([waiver.role]) - waiver.target().authors
        text = f"{waiver.requested_by.name} asks to set “{waiver.title}” aside for {waiver.days} days: {waiver.reason} Grant or refuse it."
    else:
        whom = {waiver.requested_by_id, *_owners(release)} - {waiver.ended_by_id or waiver.decided_by_id}
        text = f"“{waiver.title}”: {waiver.end_reason or waiver.comment or waiver.reason}"
    subject = f"Waiver {waiver.get_state_display().lower()}: {release.version} to {release.environment}"
    _tell(NoticeKind.WAIVER, whom, subject, text, f"{release.get_absolute_url()}#waivers")


def tell_of_emergency(emergency: Emergency, news: str, text: str) -> None:
    """Tell everybody who has to do with it what happened in an emergency."""
    release = emergency.release
    whom = {emergency.asked_by_id, release.submitted_by_id, *_owners(release), *_holders([emergency.role, *release.roles])}
    subject = f"Emergency {news}: {release.version} to {release.environment}"
    _tell(NoticeKind.EMERGENCY, whom, subject, text, f"{release.get_absolute_url()}#emergency")


def tell_of_policy(edition: PolicyEdition, actor: Actor) -> None:
    """Tell a second person of a proposal, and its authors of what became of it."""
    title = edition.title or edition.key
    if edition.is_proposed:
        others = holders_of([Role.POLICY_ADMINISTRATOR]) - edition.author_ids
        text = f"{actor.name}: {edition.reason} A policy administrator who wrote none of it publishes it or sends it back."
        _tell(NoticeKind.POLICY, others, f"Policy proposed: {title}", text, edition.get_absolute_url())
        return
    subject, text = (f"Policy sent back: {title}", f"{actor.name}: {edition.remark}")
    if edition.is_in_force:
        subject, text = f"Policy published: {title}", f"{actor.name} published version {edition.version}. New submissions are judged by it."
    _tell(NoticeKind.POLICY, edition.author_ids - {actor.person_id}, subject, text, edition.get_absolute_url())


def _tell(kind: NoticeKind, whom: Iterable[int | None], subject: str, text: str, url: str) -> None:
    ids = [one for one in whom if one is not None]
    notify(kind=kind, person_ids=ids, subject=subject, text=text, url=url)


def _holders(roles: Iterable[str]) -> set[int]:
    return holders_of(REVIEWER_ROLES[role] for role in roles)


def _owners(release: Release) -> set[int]:
    return owners_of(release.version.asset.team_id)
