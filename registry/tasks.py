"""Background jobs of the registry."""

from __future__ import annotations

from celery import shared_task

from registry.services.checkpoints import take_checkpoint


@shared_task(name="registry.take_checkpoint")
def checkpoint() -> None:
    """Sign the journal as it is now."""
    take_checkpoint()
