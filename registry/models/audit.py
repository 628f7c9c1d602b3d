"""The journal's tables. Only ``registry.audit`` imports this module.

An entry names what happened in text, so that it can be read after the thing
it names is gone. Each entry's digest covers the digest before it; the head is
one row that says where the chain ends. Over the digests grows a Merkle tree,
whose perfect subtrees are kept, and checkpoints sign its root.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse


class AuditEntry(models.Model):
    """Something that happened."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120, db_index=True)
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

    def get_absolute_url(self) -> str:
        """Return the page of the entry."""
        return reverse("journal-entry", args=[self.number])


class JournalHead(models.Model):
    """The one row on which writers queue: where the chain ends, what its tree is made of, and whether it was found broken."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    peaks = models.TextField(default="", help_text="Roots of the tree's perfect subtrees in hex, the largest first.")
    broken = models.BigIntegerField(
        null=True, help_text="The first entry that verification found broken; the gate is closed while there is one."
    )

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class JournalNode(models.Model):
    """A perfect subtree of two or more entries, written when its last entry is."""

    number = models.BigIntegerField(help_text="The last entry below it.")
    level = models.PositiveSmallIntegerField(help_text="It covers 2 to this power entries.")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number", "level"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "level"], name="one_node_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.level} {self.digest[:12]}"


class Checkpoint(models.Model):
    """A signature over the journal as it was after an entry."""

    number = models.BigIntegerField(primary_key=True, help_text="Entries that it covers.")
    at = models.DateTimeField()
    root = models.CharField(max_length=64)
    envelope = models.TextField(help_text="DSSE, as JSON.")

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.root[:12]}"
