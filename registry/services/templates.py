"""Editions of templates: drafting and publishing them, and the one that new documents start from.

The rule: a published edition never changes, and documents stay on theirs
until somebody moves them. What Assay ships is the first edition; after that
the newest published one is what new documents start from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from registry import audit, policy
from registry.catalog import editions, loader, templateshape
from registry.catalog.merging import fingerprint
from registry.catalog.schema import CatalogError, Template
from registry.digest import canonical, sha256
from registry.errors import ConflictError, DomainError
from registry.models import TemplateEdition
from registry.policy import Action, Actor


def text_of(digest: str) -> str | None:
    """Return the text of an edition, or None when it is not kept here."""
    return TemplateEdition.objects.filter(digest=digest).order_by("-published_at").values_list("text", flat=True).first()


def content_of(key: str) -> dict[str, Any]:
    """Return the content of the edition that new documents start from."""
    newest = _newest(key)
    return json.loads(newest.text) if newest else dict(loader.shipped_content(key))


def published(key: str, version: str) -> Template | None:
    """Return a published edition by its version, or None."""
    shipped = next((one for one in loader.shipped_templates(key) if one.version == version), None)
    if shipped:
        return shipped
    edition = TemplateEdition.objects.of(key).published().filter(version=version).first()
    return loader.template(loader.name_of(key, edition.digest)) if edition else None


def current(key: str) -> Template:
    """Return the edition that new documents start from (one query)."""
    newest = _newest(key)
    return loader.template(loader.name_of(key, newest.digest) if newest else key)


@transaction.atomic
def change_draft(*, actor: Actor, key: str, content: Mapping[str, Any], note: str = "") -> TemplateEdition:
    """Put a content into the draft of a template, which is begun where there is none.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        CatalogError: something is wrong with it; the message tells each thing with its path.
    """
    policy.require(actor, Action.TEMPLATE_EDIT)
    return _keep(actor, key, _draft(key), content, note)


@transaction.atomic
def amend_draft(*, actor: Actor, key: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> TemplateEdition:
    """Change what the draft holds now, or the present edition where there is no draft.

    Args:
        actor: who changes it.
        key: of the template.
        change: returns another content and leaves the given one alone.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        CatalogError: something is wrong with the result; the message tells each thing with its path.
    """
    policy.require(actor, Action.TEMPLATE_EDIT)
    draft = _draft(key)
    return _keep(actor, key, draft, change(json.loads(draft.text) if draft else content_of(key)), "")


@transaction.atomic
def reword_field(*, actor: Actor, key: str, field: str, words: Mapping[str, Any], seen: str) -> TemplateEdition:
    """Say a question of the draft in other words: its title, what is asked, its help and examples.

    Args:
        actor: who rewords it.
        key: of the template.
        field: id of the question.
        words: the new words by key, as ``editions.WORDS`` names them.
        seen: ``fingerprint`` of the words that the actor saw.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: somebody reworded it in the meantime.
        CatalogError: something is wrong with the words.
        UnknownItemError: there is no such field.
    """

    def change(content: dict[str, Any]) -> dict[str, Any]:
        if fingerprint(editions.words_of(content, field)) != seen:
            message = "Somebody reworded this question while you were writing. Your words are kept here; compare them with what stands now."
            raise ConflictError(message)
        return editions.with_words(content, field, words)

    return amend_draft(actor=actor, key=key, change=change)


@transaction.atomic
def discard_draft(*, actor: Actor, key: str) -> None:
    """Throw the draft of a template away.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: there is no draft.
    """
    policy.require(actor, Action.TEMPLATE_EDIT)
    draft = _locked_draft(key)
    draft.delete()
    audit.record(actor, Action.TEMPLATE_EDIT, f"template/{key}/{draft.version}", {"discarded": draft.digest})


@transaction.atomic
def publish_draft(*, actor: Actor, key: str, digest: str) -> TemplateEdition:
    """Make the draft the edition that new documents start from.

    Args:
        actor: who publishes.
        key: of the template.
        digest: of the draft as the actor saw it.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: there is no draft, somebody changed it, or it changes nothing.
    """
    policy.require(actor, Action.TEMPLATE_EDIT)
    draft = _locked_draft(key)
    if draft.digest != digest:
        message = "Somebody changed the draft while you were looking at it. Look at it again."
        raise ConflictError(message)
    if {**json.loads(draft.text), "version": ""} == {**content_of(key), "version": ""}:
        message = "The draft says what the present edition says. Change something first."
        raise ConflictError(message)
    draft.published_at, draft.published_by_id = timezone.now(), actor.id
    draft.save(update_fields=["published_at", "published_by"])
    audit.record(actor, Action.TEMPLATE_EDIT, f"template/{key}/{draft.version}", {"published": draft.digest})
    return draft


def keep_shipped(key: str) -> None:
    """Keep what Assay shipped as editions, so that they stand beside those that were made here."""
    kept = set(TemplateEdition.objects.of(key).filter(is_shipped=True).values_list("version", flat=True))
    for shipped in reversed(loader.shipped_templates(key)):
        if shipped.version not in kept:
            content = loader.earlier_contents().get(shipped.digest) or loader.shipped_content(key)
            TemplateEdition.objects.get_or_create(
                key=key,
                version=shipped.version,
                defaults={
                    "digest": shipped.digest,
                    "text": canonical(content).decode(),
                    "is_shipped": True,
                    "published_at": timezone.now(),
                },
            )


def _keep(actor: Actor, key: str, draft: TemplateEdition | None, content: Mapping[str, Any], note: str) -> TemplateEdition:
    version = draft.version if draft else _next_version(key)
    content = {**content, "version": version}
    if wrong := templateshape.problems(content, content_of(key)):
        raise CatalogError(" ".join(f"{one.place}: {one.sentence}" for one in wrong))
    keep_shipped(key)
    text = canonical(content)
    draft = draft or TemplateEdition(key=key, version=version, made_by_id=actor.id)
    draft.text, draft.digest, draft.note = text.decode(), sha256(text), note.strip()[:300] or draft.note
    draft.save()
    audit.record(actor, Action.TEMPLATE_EDIT, f"template/{key}/{version}", {"draft": draft.digest})
    return draft


def _newest(key: str) -> TemplateEdition | None:
    """Return the newest edition that was made here, if any."""
    return TemplateEdition.objects.of(key).published().filter(is_shipped=False).first()


def _draft(key: str) -> TemplateEdition | None:
    return TemplateEdition.objects.select_for_update(no_key=True).of(key).drafts().first()


def _locked_draft(key: str) -> TemplateEdition:
    draft = _draft(key)
    if draft is None:
        message = "There is no draft of this template."
        raise ConflictError(message)
    return draft


def _next_version(key: str) -> str:
    if key not in loader.templates():
        message = f"There is no template “{key}”."
        raise DomainError(message)
    made = TemplateEdition.objects.of(key).filter(is_shipped=False).count()
    return f"{loader.templates()[key].version}.{made + 1}"
