"""Uploading frameworks, and hiding and adding items in ours: drafts, and editions that never change.

The rule: what is published stays as it is. Of ours only hiding and adding is
possible, always on what Assay ships now. Versions stay on their edition until
somebody moves them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from governance.models import Answer, Assessment, FrameworkEdition, RetiredFramework
from governance.services import catalog
from governance.services.assessments import locked_model, subject_of
from registry import audit, policy
from registry.catalog import frameworkshape, loader
from registry.catalog.crosswalk import Ref
from registry.catalog.frameworkshape import Move
from registry.catalog.links import leading_nowhere
from registry.catalog.parsing import framework_from
from registry.catalog.schema import CatalogError, Framework
from registry.digest import canonical, sha256
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor


@dataclass(frozen=True)
class Effects:
    """What publishing a draft means for what is answered.

    Attributes:
        change: what is asked anew, no more, or in other words.
        versions: versions that answer the framework in another edition; they stay on theirs.
        answers: answers to items that are asked no more.
        nowhere: links that name no item of another framework, each with the id of its item.
    """

    change: Move
    versions: int
    answers: int
    nowhere: tuple[tuple[str, Ref], ...] = ()

    @property
    def nowhere_words(self) -> list[str]:
        """The links that lead nowhere, in words."""
        return [f"{item} names {ref.framework} {ref.item}." for item, ref in self.nowhere]


def draft_of(key: str) -> FrameworkEdition | None:
    """Return the draft of a framework, if there is one."""
    return FrameworkEdition.objects.of(key).drafts().first()


def content_of(key: str) -> dict[str, Any]:
    """Return the content from which a change starts: of ours what is shipped now, with what is hidden and added.

    Raises:
        UnknownItemError: there is none of this key.
    """
    made_from = catalog.newest(key)
    text = catalog.text_of(made_from.digest)
    content: dict[str, Any] = json.loads(text) if text else loader.shipped_framework(key)
    return frameworkshape.laid_over(loader.shipped_framework(key), content) if key in loader.frameworks() else content


@transaction.atomic
def upload(*, actor: Actor, content: Mapping[str, Any]) -> FrameworkEdition:
    """Put an uploaded framework into the draft of its key, which is begun where there is none.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: the key is one of ours, or the content is not sound.
        ConflictError: this version of it is published already, or it is retired.
    """
    policy.require(actor, Action.FRAMEWORK_EDIT)
    key = str(content.get("key", ""))
    if key in loader.frameworks():
        message = f"“{key}” is one of ours and is not replaced. Hide items or add questions on its page, or give yours another key."
        raise DomainError(message)
    if RetiredFramework.objects.filter(key=key).exists():
        message = f"“{key}” is retired. Bring it back on its page first, or give yours another key."
        raise ConflictError(message)
    return _put(actor, content)


@transaction.atomic
def change_ours(*, actor: Actor, key: str, content: Mapping[str, Any]) -> FrameworkEdition:
    """Put one of ours, with items hidden or added, into its draft.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        DomainError: it is not one of ours, or something else than hiding and adding was changed.
    """
    policy.require(actor, Action.FRAMEWORK_EDIT)
    if key not in loader.frameworks():
        message = "This framework was uploaded. Upload it again, changed."
        raise DomainError(message)
    shipped = loader.shipped_framework(key)
    made = FrameworkEdition.objects.of(key).published().filter(is_shipped=False).count()
    draft = {**frameworkshape.laid_over(shipped, content), "version": f"{shipped['version']}.{made + 1}"}
    if {**content, "version": ""} != {**draft, "version": ""}:
        message = "Of ours, items are hidden and questions are added; nothing else changes."
        raise DomainError(message)
    return _put(actor, draft)


@transaction.atomic
def discard(*, actor: Actor, key: str) -> None:
    """Throw the draft of a framework away.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: there is no draft.
    """
    policy.require(actor, Action.FRAMEWORK_EDIT)
    draft = _locked_draft(key)
    draft.delete()
    audit.record(actor, Action.FRAMEWORK_EDIT, draft.subject, {"discarded": draft.digest})


@transaction.atomic
def publish(*, actor: Actor, key: str, digest: str) -> FrameworkEdition:
    """Make the draft the edition that models are asked from now on; versions that have begun stay on theirs.

    Args:
        actor: who publishes.
        key: of the framework.
        digest: of the draft as the actor saw it.

    Raises:
        ForbiddenError: the actor is no policy administrator.
        ConflictError: there is no draft, somebody changed it, or it changes nothing.
    """
    policy.require(actor, Action.FRAMEWORK_EDIT)
    draft = _locked_draft(key)
    if draft.digest != digest:
        message = "Somebody changed the draft while you were looking at it. Look at it again."
        raise ConflictError(message)
    present = catalog.present().get(key)
    if present is not None and _same(json.loads(draft.text), present):
        message = "The draft says what the present edition says. Change something first."
        raise ConflictError(message)
    if present is not None:
        catalog.keep_shipped(present)
    draft.published_at, draft.published_by_id = timezone.now(), actor.id
    draft.save(update_fields=["published_at", "published_by"])
    audit.record(actor, Action.FRAMEWORK_EDIT, draft.subject, {"published": draft.digest})
    return draft


@transaction.atomic
def move_assessment(*, actor: Actor, version_id: int, key: str, digest: str) -> Assessment:
    """Let a version answer the present edition of a framework; answers to what is asked no more are kept.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: the edition is not the present one, or the version answers it already or has not begun.
    """
    version = locked_model(actor, version_id)
    made_from = catalog.current(key)
    assessment = Assessment.objects.select_for_update(no_key=True).filter(version=version, framework_key=key).first()
    if assessment is None or made_from.digest != digest or assessment.framework_digest == digest:
        message = "There is another edition by now, or the checklist is on it already. Look at what would change again."
        raise ConflictError(message)
    before = assessment.framework_version
    catalog.keep_shipped(made_from)
    assessment.framework_version, assessment.framework_digest = made_from.version, made_from.digest
    assessment.save(update_fields=["framework_version", "framework_digest"])
    detail = {"framework": made_from.reference(), "from": before}
    audit.record(actor, Action.CHECKLIST_ANSWER, subject_of(version, key), detail)
    return assessment


def effects_of(draft: FrameworkEdition) -> Effects:
    """Return what publishing a draft means for what is answered (three queries)."""
    after = framework_from(json.loads(draft.text), draft.key)
    others = catalog.present()
    present = others.pop(draft.key, None)
    change = frameworkshape.move(present, after) if present else Move(after.items, (), ())
    begun = Assessment.objects.filter(framework_key=draft.key).aggregate(versions=Count("pk"))["versions"]
    gone = [item.id for item in change.gone]
    answers = Answer.objects.filter(assessment__framework_key=draft.key, item__in=gone).count() if gone else 0
    return Effects(change, begun, answers, leading_nowhere(after, others))


def _put(actor: Actor, content: Mapping[str, Any]) -> FrameworkEdition:
    if wrong := frameworkshape.problems(content):
        raise CatalogError(" ".join(f"{one.place}: {one.sentence}" for one in wrong[:10]))
    key, version = content["key"], content["version"]
    text = canonical(content)
    if FrameworkEdition.objects.of(key).published().filter(version=version).exclude(digest=sha256(text)).exists():
        message = f"Version {version} of “{key}” is published and never changes. Give the file another version."
        raise ConflictError(message)
    draft = FrameworkEdition.objects.select_for_update(of=("self",), no_key=True).of(key).drafts().first() or FrameworkEdition(key=key)
    draft.version, draft.text, draft.digest, draft.made_by_id = version, text.decode(), sha256(text), actor.id
    draft.save()
    audit.record(actor, Action.FRAMEWORK_EDIT, draft.subject, {"draft": draft.digest})
    return draft


def _same(content: Mapping[str, Any], present: Framework) -> bool:
    return framework_from({**content, "version": present.version}, "").digest == present.digest


def _locked_draft(key: str) -> FrameworkEdition:
    draft = FrameworkEdition.objects.select_for_update(of=("self",), no_key=True).of(key).drafts().first()
    if draft is None:
        message = "There is no draft of this framework."
        raise ConflictError(message)
    return draft
