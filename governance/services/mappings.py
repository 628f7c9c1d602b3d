"""Keeping what the columns of a model's files mean, and offering it for the next file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction

from governance.fairness.columns import Columns
from governance.fairness.predictions import Preview
from governance.models import Evaluation, Mapping
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset
from registry.policy import Action, Actor

LAST: Final = "last"
GUESS: Final = "guess"
NAME_LENGTH: Final = 80


@dataclass(frozen=True)
class Offer:
    """A choice of columns that a file can be started from.

    Attributes:
        key: ``last``, or the saved mapping's id.
        title: what a person chooses it by.
        fits: whether the file has all its columns.
    """

    key: str
    title: str
    columns: Columns
    fits: bool


@transaction.atomic
def save_mapping(*, actor: Actor, asset_id: int, name: str, columns: Columns) -> Mapping:
    """Keep a choice of columns under a name; one of the same name is replaced.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the name is empty or too long.
    """
    asset = _locked(actor, asset_id)
    mapping, _ = Mapping.objects.update_or_create(
        asset=asset, name=_clean(name), defaults={"columns": columns.to_json(), "saved_by_id": actor.id}
    )
    audit.record(actor, Action.MAPPING_EDIT, asset.subject, {"saved": mapping.name, "columns": mapping.columns})
    return mapping


@transaction.atomic
def rename_mapping(*, actor: Actor, mapping_id: int, name: str) -> Mapping:
    """Give a saved mapping another name.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the name is empty or too long.
        ConflictError: the model has another mapping of this name.
    """
    mapping = Mapping.objects.select_for_update(no_key=True).get(pk=mapping_id)
    asset, before = _locked(actor, mapping.asset_id), mapping.name
    mapping.name = _clean(name)
    try:
        with transaction.atomic():
            mapping.save(update_fields=["name"])
    except IntegrityError as error:
        message = f"{asset.name} already has a mapping “{mapping.name}”. Choose another name, or delete that one first."
        raise ConflictError(message) from error
    audit.record(actor, Action.MAPPING_EDIT, asset.subject, {"renamed": before, "to": mapping.name})
    return mapping


@transaction.atomic
def delete_mapping(*, actor: Actor, mapping_id: int) -> None:
    """Delete a saved mapping; evaluations keep their own columns.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    mapping = Mapping.objects.select_for_update(no_key=True).get(pk=mapping_id)
    asset = _locked(actor, mapping.asset_id)
    audit.record(actor, Action.MAPPING_EDIT, asset.subject, {"deleted": mapping.name, "columns": mapping.columns})
    mapping.delete()


def offers(asset_id: int, preview: Preview) -> list[Offer]:
    """Return what a file can be started from: the newest evaluation of the model, then the saved mappings by name."""
    newest = Evaluation.objects.filter(version__asset_id=asset_id).order_by("-pk").only("name", "columns").first()
    found = [(LAST, f"As in “{newest.name}”, the newest evaluation", newest.columns)] if newest else []
    found += [(str(one.pk), one.name, one.columns) for one in Mapping.objects.filter(asset_id=asset_id)]
    names = {column.name for column in preview.columns}
    made = [(key, title, Columns.from_json(columns)) for key, title, columns in found]
    return [Offer(key, title, columns, names.issuperset(_named(columns))) for key, title, columns in made]


def _named(columns: Columns) -> list[str]:
    return [name for name in (columns.label, columns.prediction, columns.score, columns.weight, *columns.attributes) if name]


def _locked(actor: Actor, asset_id: int) -> Asset:
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.MAPPING_EDIT, asset.target)
    return asset


def _clean(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > NAME_LENGTH:
        message = f"Give the mapping a name of at most {NAME_LENGTH} characters."
        raise DomainError(message)
    return clean
