"""Answering a framework about a version, with evidence."""

from __future__ import annotations

from typing import IO, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from governance.models import Answer, Assessment, Evidence, Value
from governance.services import files
from registry import audit
from registry.catalog.loader import framework, frameworks
from registry.catalog.schema import Item
from registry.errors import DomainError
from registry.models import Version
from registry.policy import Action, Actor
from registry.services.versions import clean_filename, locked_version

SHELF: Final = "evidence"
OPENERS: Final = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": "application/zip",
}
LONGEST_OPENER: Final = 8


@transaction.atomic
def answer_item(
    *, actor: Actor, version_id: int, framework_key: str, item_slug: str, value: str, justification: str = ""
) -> Answer:
    """Answer one item; the answer before it is replaced and stays in the journal.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: no such answer, or not applicable without a reason.
    """
    version = locked_version(actor, version_id, Action.CHECKLIST_ANSWER)
    item = framework(framework_key).item(item_slug)
    justification = justification.replace("\r\n", "\n").strip()
    _check(value, justification)
    assessment = start(version, framework_key)
    before = assessment.answers.filter(item=item.id).values_list("value", flat=True).first()
    answer, _ = Answer.objects.update_or_create(
        assessment=assessment,
        item=item.id,
        defaults={"value": value, "justification": justification, "answered_by_id": actor.person_id},
    )
    detail = {"item": item.id, "before": before, "after": value}
    audit.record(actor, Action.CHECKLIST_ANSWER, _subject(version, framework_key), detail)
    return answer


@transaction.atomic
def clear_answer(*, actor: Actor, version_id: int, framework_key: str, item_slug: str) -> None:
    """Take an answer back, so that the item is open again.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    version = locked_version(actor, version_id, Action.CHECKLIST_ANSWER)
    item = framework(framework_key).item(item_slug)
    answer = Answer.objects.filter(
        assessment__version=version, assessment__framework_key=framework_key, item=item.id
    ).first()
    if answer is None:
        return
    detail = {"item": item.id, "before": answer.value, "after": None}
    answer.delete()
    audit.record(actor, Action.CHECKLIST_ANSWER, _subject(version, framework_key), detail)


@transaction.atomic
def attach_link(
    *, actor: Actor, version_id: int, framework_key: str, item_slug: str, title: str, url: str
) -> Evidence:
    """Attach a link to an answered item.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: not a web address, or the item has no answer yet.
    """
    version = locked_version(actor, version_id, Action.CHECKLIST_ANSWER)
    try:
        URLValidator(schemes=["http", "https"])(url.strip())
    except ValidationError as error:
        message = "That is not a web address. It starts with https:// or http://."
        raise DomainError(message) from error
    answer = _answered(version, framework_key, framework(framework_key).item(item_slug))
    url = url.strip()
    evidence = Evidence.objects.create(
        version=version, title=(title.strip() or url)[:200], url=url, added_by_id=actor.person_id
    )
    answer.evidence.add(evidence)
    _record_evidence(actor, version, framework_key, answer, evidence)
    return evidence


@transaction.atomic
def attach_file(
    *,
    actor: Actor,
    version_id: int,
    framework_key: str,
    item_slug: str,
    title: str,
    filename: str,
    stream: IO[bytes],
    most_bytes: int,
) -> Evidence:
    """Attach a file to an answered item; it is kept by its digest.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: empty, too large, or the item has no answer yet.
    """
    version = locked_version(actor, version_id, Action.CHECKLIST_ANSWER)
    answer = _answered(version, framework_key, framework(framework_key).item(item_slug))
    name = clean_filename(filename)
    size = stream.seek(0, 2)
    if size == 0:
        message = f"“{name}” is empty. Choose the file that holds the evidence."
        raise DomainError(message)
    if size > most_bytes:
        message = f"“{name}” is larger than {most_bytes // 1024**2} MB. Attach a smaller file or a link."
        raise DomainError(message)
    stream.seek(0)
    content_type = content_type_of(stream.read(LONGEST_OPENER))
    digest, size = files.keep(SHELF, stream)
    evidence = Evidence.objects.create(
        version=version,
        title=(title.strip() or name)[:200],
        sha256=digest,
        size=size,
        content_type=content_type,
        added_by_id=actor.person_id,
    )
    answer.evidence.add(evidence)
    _record_evidence(actor, version, framework_key, answer, evidence)
    return evidence


@transaction.atomic
def detach_evidence(*, actor: Actor, version_id: int, evidence_id: int) -> None:
    """Take a piece of evidence off a version; snapshots that name it keep its digest.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    version = locked_version(actor, version_id, Action.CHECKLIST_ANSWER)
    evidence = version.evidence.get(pk=evidence_id)
    detail = {"evidence_removed": evidence.title, "sha256": evidence.sha256, "url": evidence.url}
    evidence.delete()
    audit.record(actor, Action.CHECKLIST_ANSWER, version.subject, detail)


def start(version: Version, framework_key: str) -> Assessment:
    """Return the assessment of a framework on a version, begun now if need be."""
    made_from = framework(framework_key)
    assessment, _ = Assessment.objects.get_or_create(
        version=version,
        framework_key=made_from.key,
        defaults={"framework_version": made_from.version, "framework_digest": made_from.digest},
    )
    return assessment


def frozen(version: Version) -> list[dict[str, object]]:
    """Return every framework's answers as they go into a snapshot."""
    assessments = {
        assessment.framework_key: assessment
        for assessment in version.assessments.prefetch_related("answers__evidence", "answers__answered_by")
    }
    return [_frozen(made_from.key, assessments.get(made_from.key)) for made_from in frameworks().values()]


def content_type_of(opening: bytes) -> str:
    """Return the media type that a file's first bytes show."""
    return next((kind for opener, kind in OPENERS.items() if opening.startswith(opener)), "application/octet-stream")


def _frozen(key: str, assessment: Assessment | None) -> dict[str, object]:
    made_from = framework(key)
    answers = {answer.item: answer for answer in assessment.answers.all()} if assessment else {}
    return {
        "framework": made_from.reference(),
        "items": len(made_from.items),
        "answers": [
            {
                "item": item.id,
                "value": answers[item.id].value,
                "justification": answers[item.id].justification,
                "by": answers[item.id].answered_by.name,
                "evidence": [
                    {"title": piece.title, "url": piece.url, "sha256": piece.sha256}
                    for piece in sorted(answers[item.id].evidence.all(), key=lambda piece: piece.pk)
                ],
            }
            for item in made_from.items
            if item.id in answers
        ],
    }


def _check(value: str, justification: str) -> None:
    if value not in Value.values:
        message = "Choose yes, partly, no or not applicable."
        raise DomainError(message)
    if value == Value.NOT_APPLICABLE and not justification:
        message = "Say why it is not applicable; a reviewer will read the reason."
        raise DomainError(message)


def _answered(version: Version, framework_key: str, item: Item) -> Answer:
    answer = Answer.objects.filter(
        assessment__version=version, assessment__framework_key=framework_key, item=item.id
    ).first()
    if answer is None:
        message = "Answer the item first, then attach evidence to the answer."
        raise DomainError(message)
    return answer


def _record_evidence(actor: Actor, version: Version, key: str, answer: Answer, evidence: Evidence) -> None:
    detail = {"item": answer.item, "evidence": evidence.title, "sha256": evidence.sha256, "url": evidence.url}
    audit.record(actor, Action.CHECKLIST_ANSWER, _subject(version, key), detail)


def _subject(version: Version, framework_key: str) -> str:
    return f"{version.subject}/checklist/{framework_key}"
