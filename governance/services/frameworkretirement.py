"""Retiring an uploaded framework, and bringing it back.

The rule: a retired framework is asked of nothing new. Versions that have begun
go on answering it; editions, answers and snapshots stay as they are. Nothing
that a policy names is retired, for nobody could meet that policy any more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from governance.models import Assessment, ChosenFramework, FrameworkEdition, PolicyEdition, RetiredFramework
from governance.services import catalog
from registry import audit, policy
from registry.catalog import loader
from registry.catalog.schema import Framework
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor

LONGEST: Final = 2_000


@dataclass(frozen=True)
class Standing:
    """Who has to do with a framework.

    Attributes:
        policies: titles of the policies in force, proposed or drafted that name it.
        versions: how many versions have begun to answer it.
        models: how many models it was chosen for.
    """

    policies: tuple[str, ...]
    versions: int
    models: int

    @property
    def why_not(self) -> str:
        """Why it cannot be retired, or nothing."""
        if not self.policies:
            return ""
        return f"These policies ask for it: {', '.join(self.policies)}. Publish them without it first."


def retired() -> dict[str, RetiredFramework]:
    """Return every retired framework by key (one query)."""
    return {row.key: row for row in RetiredFramework.objects.select_related("retired_by").order_by("key")}


def still_answered() -> list[Framework]:
    """Return the retired frameworks that a version goes on answering, in their newest edition (two queries at most)."""
    keys = set(Assessment.objects.filter(framework_key__in=catalog.RETIRED).values_list("framework_key", flat=True))
    return [made_from for key, made_from in catalog.known().items() if key in keys] if keys else []


def standing_of(key: str) -> Standing:
    """Return who has to do with a framework (three queries)."""
    editions = PolicyEdition.objects.in_force() | PolicyEdition.objects.under_way()
    named = [one.title or str(one) for one in editions.order_by("key", "pk").defer("text") if key in _named(one)]
    versions = Assessment.objects.filter(framework_key=key).count()
    return Standing(tuple(named), versions, ChosenFramework.objects.filter(framework_key=key).count())


@transaction.atomic
def retire(*, actor: Actor, key: str, reason: str) -> RetiredFramework:
    """Ask an uploaded framework of nothing new.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: it is one of ours, or no reason is given.
        ConflictError: it is not published, is retired already, has a draft, or a policy names it.
    """
    policy.require(actor, Action.FRAMEWORK_RETIRE)
    words = reason.replace("\r\n", "\n").strip()
    if key in loader.frameworks():
        message = "This framework came with Assay and is not retired. Hide the items that shall not be asked."
        raise DomainError(message)
    if not words or len(words) > LONGEST:
        message = f"Say in at most {LONGEST:,} characters why it is retired; those who answered it will ask."
        raise DomainError(message)
    _refuse(key)
    made = RetiredFramework.objects.create(key=key, reason=words, retired_by_id=actor.id)
    audit.record(actor, Action.FRAMEWORK_RETIRE, made.subject, {"retired": True, "reason": words})
    return made


@transaction.atomic
def bring_back(*, actor: Actor, key: str) -> None:
    """Ask a retired framework again, in its newest edition, of every model that it was asked of.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: it is not retired.
    """
    policy.require(actor, Action.FRAMEWORK_RETIRE)
    found = RetiredFramework.objects.select_for_update(of=("self",), no_key=True).filter(key=key).first()
    if found is None:
        message = "This framework is not retired."
        raise ConflictError(message)
    found.delete()
    audit.record(actor, Action.FRAMEWORK_RETIRE, found.subject, {"retired": False})


def _refuse(key: str) -> None:
    editions = list(FrameworkEdition.objects.select_for_update(of=("self",), no_key=True).of(key))
    if not any(one.published_at for one in editions):
        message = "This framework was never published. Throw its draft away instead."
        raise ConflictError(message)
    if any(one.published_at is None for one in editions):
        message = "There is a draft of this framework. Publish it or throw it away first."
        raise ConflictError(message)
    if RetiredFramework.objects.filter(key=key).exists():
        message = "This framework is retired already."
        raise ConflictError(message)
    if why_not := standing_of(key).why_not:
        raise ConflictError(why_not)


def _named(edition: PolicyEdition) -> set[str]:
    """Return the keys of the frameworks that a policy's text asks for; none while the text cannot be read."""
    content = json.loads(edition.content) if edition.content else {}
    return {str(rule.get("framework", "")) for rule in content.get("frameworks", [])}
