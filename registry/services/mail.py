"""Sending the mail of notices, each once.

The rule: a worker takes a mail by moving its row, sends it outside any
transaction, and writes down what became of it. A mail whose worker died is
taken again after a while, under the same message id, so that a mailbox that
got it already can tell. After a few tries the row says that it failed, and
why.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from smtplib import SMTPException
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from registry.models import MailState, Notice

logger = logging.getLogger(__name__)

MOST_TRIES: Final = 5
LOST_AFTER: Final = timedelta(minutes=10)
WAIT_LONGER: Final = timedelta(minutes=2)
MOST_AT_ONCE: Final = 500
ERROR_LENGTH: Final = 300
CLOSED: Final = "The account is closed."


def send_waiting() -> int:
    """Send each mail that waits, or whose worker was lost; return how many were sent."""
    now = timezone.now()
    waiting = models.Q(mail=MailState.WAITING, mail_tries=0) | models.Q(mail=MailState.WAITING, mail_moved_at__lt=now - WAIT_LONGER)
    return sum(_send_one(pk) for pk in _due(now, waiting))


def send_digests() -> int:
    """Send each person one mail about everything that waits for the daily mail; return how many were sent."""
    now = timezone.now()
    ids = [pk for pk in _due(now, models.Q(mail=MailState.DIGEST)) if _take(pk)]
    taken = Notice.objects.filter(pk__in=ids).select_related("person").order_by("person_id", "pk")
    return sum(_send(list(notices), again=MailState.DIGEST) for _, notices in groupby(taken, key=lambda notice: notice.person_id))


def _due(now: datetime, waiting: models.Q) -> list[int]:
    lost = models.Q(mail=MailState.SENDING, mail_moved_at__lt=now - LOST_AFTER)
    return list(Notice.objects.filter(waiting | lost).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def _send_one(pk: int) -> bool:
    return _take(pk) and _send([Notice.objects.select_related("person").get(pk=pk)])


def _take(pk: int) -> bool:
    """Move the row to this worker; False when another was faster."""
    now = timezone.now()
    open_states = models.Q(mail__in=[MailState.WAITING, MailState.DIGEST])
    lost = models.Q(mail=MailState.SENDING, mail_moved_at__lt=now - LOST_AFTER)
    mine = Notice.objects.filter(open_states | lost, pk=pk)
    return bool(mine.update(mail=MailState.SENDING, mail_tries=models.F("mail_tries") + 1, mail_moved_at=now))


def _send(notices: Sequence[Notice], again: MailState = MailState.WAITING) -> bool:
    """Send one mail about one person's notices, and write down what became of it; ``again``: where a failure puts them."""
    if not notices[0].person.is_active:
        _settle(notices, MailState.FAILED, CLOSED)
        return False
    try:
        _message(notices).send()
    except (SMTPException, OSError, ValueError) as error:
        logger.warning("Mail about notice %s was not sent: %s", notices[0].pk, error)
        is_over = notices[0].mail_tries >= MOST_TRIES
        _settle(notices, MailState.FAILED if is_over else again, str(error) or type(error).__name__)
        return False
    _settle(notices, MailState.SENT)
    return True


def _settle(notices: Sequence[Notice], state: MailState, error: str = "") -> None:
    ids = [notice.pk for notice in notices]
    Notice.objects.filter(pk__in=ids).update(mail=state, mail_error=error[:ERROR_LENGTH], mail_moved_at=timezone.now())


def _message(notices: Sequence[Notice]) -> EmailMessage:
    first, base = notices[0], settings.ASSAY_URL
    subject = first.subject if len(notices) == 1 else f"{len(notices)} notices from Assay"
    context = {
        "name": first.person.name,
        "notices": [{"subject": one.subject, "text": one.text, "url": f"{base}{one.url}"} for one in notices],
        "choices_url": f"{base}{reverse('notice-choices')}",
    }
    host = urlsplit(base).hostname or "localhost"
    return EmailMessage(
        subject=f"[Assay] {subject}",
        body=render_to_string("registry/notice_mail.txt", context),
        to=[first.person.email],
        headers={"Message-ID": f"<notice-{first.pk}-{len(notices)}@{host}>", "Auto-Submitted": "auto-generated"},
    )
