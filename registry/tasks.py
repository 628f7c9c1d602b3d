"""Background jobs of the registry."""

from __future__ import annotations

import logging

from celery import shared_task

from registry import audit
from registry.services import mail
from registry.services.checkpoints import take_checkpoint

logger = logging.getLogger(__name__)


@shared_task(name="registry.take_checkpoint")
def checkpoint() -> None:
    """Verify the journal, and sign it as it is now when it is whole."""
    found = audit.check()
    if found.broken is None:
        take_checkpoint()
    else:
        logger.error("The journal is broken at entry %s. %s The gate is closed.", found.broken, found.reason)


@shared_task(name="registry.send_mail")
def send_mail() -> None:
    """Send the mail of notices that wait for it: after a commit, and as the sweep of lost ones."""
    mail.send_waiting()


@shared_task(name="registry.send_digests")
def send_digests() -> None:
    """Send the daily mail to those who chose it."""
    mail.send_digests()
