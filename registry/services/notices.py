"""Telling people what happened and what waits for them.

The rule: a service calls ``notify`` inside its transaction, so that a notice
is there when the change is and not otherwise. The truth about a mail is its
notice's row; the bell rings after commit, and a sweep sends what a lost bell
left behind. A notice is a message and no fact of the record: it is not
written in the journal, and losing one takes no right from anybody.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from registry.errors import DomainError
from registry.models import Channel, MailState, Notice, NoticeChoice, Person
from registry.policy import Actor

logger = logging.getLogger(__name__)

BELL: Final = "registry.send_mail"
SUBJECT_LENGTH: Final = 200
TEXT_LENGTH: Final = 5000


class NoticeKind(StrEnum):
    """What a notice is about; a person chooses for each how to be told."""

    REVIEW_ASSIGNED = "review.assigned"
    REVIEW_WANTED = "review.wanted"
    REVIEW_DUE = "review.due"
    RELEASE_DECIDED = "release.decided"
    RELEASE_EXPIRES = "release.expires"
    EVIDENCE_EXPIRES = "evidence.expires"
    RISK_DUE = "risk.due"
    DELEGATION = "delegation"
    COMMENT = "comment"
    SECTION_ASSIGNED = "section.assigned"
    WAIVER = "waiver"
    EMERGENCY = "emergency"
    POLICY = "policy"
    TIER = "tier"
    OTHER = "other"


TITLES: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        NoticeKind.REVIEW_ASSIGNED: "A review is assigned to you, or taken from you",
        NoticeKind.REVIEW_WANTED: "A release wants a reviewer in a role that you hold",
        NoticeKind.REVIEW_DUE: "A review of yours is due soon, or overdue",
        NoticeKind.RELEASE_DECIDED: "Somebody decided on a release that you submitted",
        NoticeKind.RELEASE_EXPIRES: "An approval ends soon and wants a new review",
        NoticeKind.EVIDENCE_EXPIRES: "Evidence that you keep current expires soon, or has expired",
        NoticeKind.RISK_DUE: "A risk is to be looked at again, its acceptance ends, or what you do about it is due",
        NoticeKind.WAIVER: "A waiver is asked of you, or one of yours is answered or ends",
        NoticeKind.EMERGENCY: "A release is promoted in an emergency, or should be",
        NoticeKind.POLICY: "A change of a policy waits for you, or yours is published or sent back",
        NoticeKind.DELEGATION: "Somebody delegates reviews to you",
        NoticeKind.COMMENT: "Somebody comments on what you wrote, answers you, or names you",
        NoticeKind.SECTION_ASSIGNED: "Somebody asks you to write a section, or to answer items of a checklist",
        NoticeKind.TIER: "The tier of a model that you have to do with changes, or somebody asks you to confirm one",
        NoticeKind.OTHER: "Everything else",
    }
)
MAIL_OF: Final[Mapping[str, MailState]] = MappingProxyType(
    {
        Channel.BOTH: MailState.WAITING,
        Channel.EMAIL: MailState.WAITING,
        Channel.WEB: MailState.NONE,
        Channel.DIGEST: MailState.DIGEST,
    }
)
USUAL: Final = Channel.BOTH


def notify(*, kind: str, person_ids: Iterable[int], subject: str, text: str, url: str) -> None:
    """Tell people something: one notice each, by the way that each has chosen.

    Args:
        kind: a member of ``NoticeKind``.
        person_ids: whom; repeated ids, and people who may not sign in, are left out.
        subject: what happened, in a line.
        text: what to do about it, in a few sentences.
        url: path of the page that it is about, such as ``/releases/``.

    Raises:
        RuntimeError: outside a transaction, where change and notice could part.
        ValueError: no such kind, or an address of another site.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "A notice is made inside the transaction of the change."
        raise RuntimeError(message)
    if not url.startswith("/") or url.startswith("//"):
        message = "A notice leads to a page of Assay."
        raise ValueError(message)
    kind = NoticeKind(kind)
    ids = sorted(Person.objects.filter(pk__in=set(person_ids), is_active=True).values_list("pk", flat=True))
    if not ids:
        return
    chosen = dict(NoticeChoice.objects.filter(person_id__in=ids, kind=kind).values_list("person_id", "channel"))
    line = " ".join(subject.split())[:SUBJECT_LENGTH]
    told = {"kind": kind, "subject": line, "text": text.strip()[:TEXT_LENGTH], "url": url}
    made = [_notice(person_id, chosen.get(person_id, USUAL), told) for person_id in ids]
    Notice.objects.bulk_create(made)
    if any(notice.mail == MailState.WAITING for notice in made):
        transaction.on_commit(ring)


@transaction.atomic
def mark_read(*, actor: Actor, notice_id: int) -> Notice:
    """Say that the actor has read one notice of theirs.

    Raises:
        Notice.DoesNotExist: it is not theirs.
    """
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice_id, person_id=actor.id)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def mark_all_read(*, actor: Actor, up_to: int) -> int:
    """Say that the actor has read every notice up to one; those that came later stay unread."""
    return Notice.objects.unread(actor.id).filter(pk__lte=up_to).update(read_at=timezone.now())


def choices_of(person_id: int) -> dict[NoticeKind, Channel]:
    """Return how a person wants to be told of each kind."""
    chosen = dict(NoticeChoice.objects.filter(person_id=person_id).values_list("kind", "channel"))
    return {kind: Channel(chosen.get(kind, USUAL)) for kind in NoticeKind}


@transaction.atomic
def choose(*, actor: Actor, channels: Mapping[str, str]) -> None:
    """Keep how the actor wants to be told, by kind.

    Raises:
        DomainError: no such kind, or no such way.
    """
    if unknown := [*(set(channels) - set(NoticeKind)), *(set(channels.values()) - set(Channel.values))]:
        message = f"There is no such choice: {', '.join(sorted(unknown))}."
        raise DomainError(message)
    for kind, channel in channels.items():
        NoticeChoice.objects.update_or_create(person_id=actor.id, kind=kind, defaults={"channel": channel})


def ring() -> None:
    """Ask a worker to send what waits; without a broker the sweep does."""
    try:
        current_app.send_task(BELL, ignore_result=True)
    except (OperationalError, OSError):
        logger.info("No broker answered for %s; the sweep will send what waits.", BELL)


def _notice(person_id: int, channel: str, told: Mapping[str, str]) -> Notice:
    return Notice(person_id=person_id, is_on_web=channel != Channel.EMAIL, mail=MAIL_OF[channel], **told)
