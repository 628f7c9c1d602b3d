"""What the organisation says of itself on what it hands out: kept by an administrator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from registry import audit, policy
from registry.digest import sha256
from registry.errors import DomainError
from registry.models import Organisation
from registry.policy import Action, Actor
from registry.services.logos import checked_logo

ONLY: Final = 1
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Draft:
    """What an administrator typed; ``logo`` None leaves the logo as it is, empty takes it away."""

    name: str
    address: str
    colour: str
    language: str
    writing: str
    logo: bytes | None = None


def current() -> Organisation:
    """Return the organisation; one that says nothing when none was set."""
    return Organisation.objects.filter(pk=ONLY).first() or Organisation(pk=ONLY)


@transaction.atomic
def set_organisation(*, actor: Actor, draft: Draft) -> Organisation:
    """Keep what the organisation says of itself.

    Raises:
        ForbiddenError: the actor is no administrator.
        DomainError: no colour, or a logo that cannot be taken.
    """
    policy.require(actor, Action.ORGANISATION_EDIT)
    Organisation.objects.get_or_create(pk=ONLY)
    row = Organisation.objects.select_for_update(no_key=True).get(pk=ONLY)
    colour = draft.colour.strip().lower()
    if colour and not COLOUR.fullmatch(colour):
        message = "Give the colour as # and six digits, such as #2b4a94."
        raise DomainError(message)
    before = _told(row)
    row.name, row.address, row.colour = draft.name.strip(), draft.address.strip().replace("\r\n", "\n"), colour
    row.language, row.writing = draft.language, draft.writing
    if draft.logo is not None:
        row.logo = checked_logo(draft.logo) if draft.logo else ""
    row.save()
    changed = {key: [before[key], value] for key, value in _told(row).items() if before[key] != value}
    audit.record(actor, Action.ORGANISATION_EDIT, "organisation", {"changed": changed})
    return row


def _told(row: Organisation) -> dict[str, str]:
    return {
        "name": row.name,
        "address": row.address,
        "colour": row.colour,
        "language": row.language,
        "writing": row.writing,
        "logo": sha256(row.logo.encode()) if row.logo else "",
    }
