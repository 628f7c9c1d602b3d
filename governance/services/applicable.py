"""Which frameworks a model is asked: those that every model is asked, and those that people chose for it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from governance.models import ChosenFramework, Triage
from governance.services import catalog
from registry import audit, policy
from registry.catalog.schema import Framework
from registry.errors import ConflictError, DomainError
from registry.models import Asset, Version
from registry.policy import Action, Actor


def frameworks_of(asset_id: int) -> list[Framework]:
    """Return the frameworks that a model is asked, in the catalog's order (two queries)."""
    chosen = set(ChosenFramework.objects.filter(asset_id=asset_id).values_list("framework_key", flat=True))
    return [made_from for made_from in catalog.present().values() if made_from.is_basic or made_from.key in chosen]


def frameworks_on(version: Version, begun: Mapping[str, str] | None = None) -> list[Framework]:
    """Return the frameworks that a version is asked, each in the edition that it answers (three queries).

    Args:
        version: of a model.
        begun: digest of the edition of each assessment by key, where it is known already (two queries).
    """
    return among(version, catalog.all_on(version, begun))


def among(version: Version, editions: Mapping[str, Framework]) -> list[Framework]:
    """Return those of some frameworks that a version is asked (one query).

    Args:
        version: of a model.
        editions: the edition of each framework that the version answers, by key.
    """
    chosen = set(ChosenFramework.objects.filter(asset_id=version.asset_id).values_list("framework_key", flat=True))
    return [one for one in editions.values() if one.is_basic or one.key in chosen]


def is_asked(asset_id: int, made_from: Framework) -> bool:
    """Whether a model is asked a framework (one query at most)."""
    return made_from.is_basic or ChosenFramework.objects.filter(asset_id=asset_id, framework_key=made_from.key).exists()


def refuse_unasked(asset_id: int, made_from: Framework) -> None:
    """Stop what is done to a checklist that a model is not asked.

    Raises:
        DomainError: it is not asked of the model.
    """
    if not is_asked(asset_id, made_from):
        message = "This checklist is not asked of the model. Choose it on the page Checklists first."
        raise DomainError(message)


@transaction.atomic
def choose_framework(*, actor: Actor, asset_id: int, framework_key: str) -> None:
    """Ask a model a further framework, from the next snapshot on.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: a dataset, or a framework that every model is asked.
        UnknownItemError: there is no such framework.
    """
    asset = _locked(actor, asset_id, catalog.current(framework_key))
    _, is_new = ChosenFramework.objects.get_or_create(asset=asset, framework_key=framework_key, defaults={"chosen_by_id": actor.id})
    if is_new:
        audit.record(actor, Action.CHECKLIST_ANSWER, asset.subject, {"framework": framework_key, "chosen": True})


@transaction.atomic
def drop_framework(*, actor: Actor, asset_id: int, framework_key: str) -> None:
    """Ask a model a further framework no more; its answers are kept and come back when it is chosen again.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: a dataset, or a framework that every model is asked.
        ConflictError: the triage says that it applies.
        UnknownItemError: there is no such framework.
    """
    made_from = catalog.newest(framework_key)
    asset = _locked(actor, asset_id, made_from)
    triage = Triage.objects.current().filter(asset=asset).first()
    if triage is not None and framework_key in triage.frameworks:
        message = f"The triage of {asset.name} says that {made_from.title} applies. It is no longer asked once the triage says otherwise."
        raise ConflictError(message)
    dropped, _ = ChosenFramework.objects.filter(asset=asset, framework_key=framework_key).delete()
    if dropped:
        audit.record(actor, Action.CHECKLIST_ANSWER, asset.subject, {"framework": framework_key, "chosen": False})


def _locked(actor: Actor, asset_id: int, made_from: Framework) -> Asset:
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.CHECKLIST_ANSWER, asset.target)
    if not asset.is_model:
        message = "Only models have checklists; a dataset is described in its datasheet."
        raise DomainError(message)
    if made_from.is_basic:
        message = f"{made_from.title} is asked of every model."
        raise DomainError(message)
    return asset
