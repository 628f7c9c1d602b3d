"""The journal's two tables. Only ``registry.audit`` imports this module.

An entry names what happened in text, so that it can be read after the thing
it names is gone. Each entry's digest covers the digest before it; the head is
one row that says where the chain ends.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditEntry(models.Model):
    """Something that happened."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    action = models.CharField(max_length=40, db_index=True)
    subject = models.CharField(max_length=300, db_index=True)
    detail = models.TextField(help_text="Canonical JSON (RFC 8785).")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-number"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"


class JournalHead(models.Model):
    """The one row on which writers queue: where the chain ends."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"
