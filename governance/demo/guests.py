"""The demo's people: told on the page alone, since nobody reads their mail."""

from __future__ import annotations

from collections.abc import Sequence

from registry.models import Channel, Person
from registry.policy import SYSTEM, Role
from registry.services import notices, people


def invite(email: str, name: str, roles: Sequence[Role], password: str) -> Person:
    """Add somebody to the demo, with their roles."""
    person = people.add_person(actor=SYSTEM, email=email, name=name, password=password)
    people.set_roles(actor=SYSTEM, person_id=person.pk, roles=roles)
    notices.choose(actor=person.actor(), channels=dict.fromkeys(notices.NoticeKind, Channel.WEB))
    return person
