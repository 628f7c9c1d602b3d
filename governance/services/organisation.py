"""Answering items of the organisation's scope, once for all models.

The rule: answered with a reason, by those who keep the policies; a model
inherits the answer with its evidence until it answers for itself, which needs
a reason too.
"""

from __future__ import annotations

from datetime import date
from typing import IO

from django.db import transaction
from django.db.models import Count

from governance.models import Evidence, OrganisationAnswer, Value
from governance.models.assessment import stamp_of
from governance.services import catalog
from governance.services.evidence import kept_file, new_file, new_link
from registry import audit, policy
from registry.catalog.schema import Item
from registry.errors import ConflictError, DomainError
from registry.policy import Action, Actor


@transaction.atomic
def answer_for_organisation(
    *, actor: Actor, framework_key: str, item_slug: str, value: str, justification: str, based_on: str | None = None
) -> OrganisationAnswer:
    """Answer an item for the whole organisation; the same answer given again changes nothing.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        ConflictError: another answer stands than the one that the person saw.
        DomainError: the item is not of the organisation's scope, no such answer, or no reason.
    """
    item = _allowed(actor, framework_key, item_slug)
    before = _locked(framework_key, item)
    if based_on is not None and based_on != stamp_of(before):
        message = "Somebody answered this item after you opened it. Look at what stands now, then save again."
        raise ConflictError(message)
    reason = justification.replace("\r\n", "\n").strip()
    if value not in Value.values:
        message = "Choose yes, partly, no or not applicable."
        raise DomainError(message)
    if not reason:
        message = "Say what the answer rests on; every model inherits it, and their reviewers read the reason."
        raise DomainError(message)
    if before is not None and (before.value, before.justification) == (value, reason):
        return before
    answer, _ = OrganisationAnswer.objects.update_or_create(
        framework_key=framework_key,
        item=item.id,
        defaults={"value": value, "justification": reason, "answered_by_id": actor.id},
    )
    values = {"before": before.value if before else None, "after": value}
    reasons = {"before": before.justification if before else "", "after": reason}
    audit.record(actor, Action.ORGANISATION_ANSWER, subject_of(framework_key), {"item": item.id, "answer": values, "reason": reasons})
    return answer


@transaction.atomic
def clear_for_organisation(*, actor: Actor, framework_key: str, item_slug: str) -> None:
    """Take the organisation's answer back with the evidence that supports nothing else; models that inherited it are open there again.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        DomainError: the item is not of the organisation's scope.
    """
    item = _allowed(actor, framework_key, item_slug)
    answer = _locked(framework_key, item)
    if answer is None:
        return
    supported = Evidence.objects.filter(pk__in=answer.evidence.values("pk")).annotate(number=Count("organisation_answers"))
    pieces = list(supported.filter(number=1).order_by("pk"))
    values = {"before": answer.value, "after": None}
    detail = {"item": item.id, "answer": values, "evidence_removed": [piece.title for piece in pieces]}
    answer.delete()
    Evidence.objects.filter(pk__in=[piece.pk for piece in pieces]).delete()
    audit.record(actor, Action.ORGANISATION_ANSWER, subject_of(framework_key), detail)


@transaction.atomic
def attach_link_for_organisation(
    *, actor: Actor, framework_key: str, item_slug: str, title: str, url: str, expires_on: date | None = None
) -> Evidence:
    """Attach a link to an answer of the organisation.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        DomainError: not a web address, or the item has no answer yet.
    """
    answer = answered(actor, framework_key, item_slug)
    return support(actor, answer, new_link(actor, title=title, url=url, expires_on=expires_on))


@transaction.atomic
def attach_file_for_organisation(
    *,
    actor: Actor,
    framework_key: str,
    item_slug: str,
    title: str,
    filename: str,
    stream: IO[bytes],
    most_bytes: int,
    expires_on: date | None = None,
) -> Evidence:
    """Attach a file to an answer of the organisation; it is kept by its digest.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        DomainError: empty, too large, without a name, or the item has no answer yet.
    """
    answer = answered(actor, framework_key, item_slug)
    kept = kept_file(filename, stream, most_bytes)
    return support(actor, answer, new_file(actor, kept, title=title, expires_on=expires_on))


@transaction.atomic
def detach_for_organisation(*, actor: Actor, evidence_id: int) -> OrganisationAnswer | None:
    """Take a piece of evidence off the organisation's answers; return one that it supported.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        ConflictError: it is gone already.
    """
    policy.require(actor, Action.ORGANISATION_ANSWER)
    evidence = Evidence.objects.filter(pk=evidence_id, version=None).first()
    if evidence is None:
        message = "This evidence was removed already."
        raise ConflictError(message)
    answer = evidence.organisation_answers.first()
    detail = {"evidence_removed": evidence.title, "sha256": evidence.sha256, "url": evidence.url}
    evidence.delete()
    audit.record(actor, Action.ORGANISATION_ANSWER, subject_of(answer.framework_key if answer else ""), detail)
    return answer


def answered(actor: Actor, framework_key: str, item_slug: str) -> OrganisationAnswer:
    """Return the organisation's answer to an item that an actor may support with evidence, locked.

    Raises:
        ForbiddenError: the actor does not keep the policies.
        DomainError: the item is not of the organisation's scope, or has no answer yet.
    """
    answer = _locked(framework_key, _allowed(actor, framework_key, item_slug))
    if answer is None:
        message = "Answer the item first, then attach evidence to the answer."
        raise DomainError(message)
    return answer


def subject_of(framework_key: str) -> str:
    """Return the name in the journal of the organisation's answers to a framework."""
    return f"organisation/checklist/{framework_key}"


def _allowed(actor: Actor, framework_key: str, item_slug: str) -> Item:
    policy.require(actor, Action.ORGANISATION_ANSWER)
    item = catalog.newest(framework_key).item(item_slug)
    if not item.is_of_organisation:
        message = f"{item.id} is asked of each model, not of the organisation."
        raise DomainError(message)
    return item


def _locked(framework_key: str, item: Item) -> OrganisationAnswer | None:
    return OrganisationAnswer.objects.select_for_update(of=("self",), no_key=True).filter(framework_key=framework_key, item=item.id).first()


def support(actor: Actor, answer: OrganisationAnswer, evidence: Evidence) -> Evidence:
    """Let an answer of the organisation rest on a piece of evidence; written in the journal."""
    answer.evidence.add(evidence)
    detail = {"item": answer.item, "evidence": evidence.title, "sha256": evidence.sha256, "url": evidence.url}
    audit.record(actor, Action.ORGANISATION_ANSWER, subject_of(answer.framework_key), detail)
    return evidence
