"""The living document of a version, and every state in which it was saved.

The design calls it a card; a datasheet is the same thing with another
template, so the table carries the common word.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from registry.models.asset import Version


class Document(models.Model):
    """The answers to a template about a version: a model card or a datasheet."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="document")
    template_key = models.CharField(max_length=60)
    template_version = models.CharField(max_length=40)
    template_digest = models.CharField(max_length=64)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0, help_text="Number of the newest revision.")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.template_key} of {self.version_id}"


class Revision(models.Model):
    """The whole content as one person saved it."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    changed = models.JSONField(default=list, help_text="Ids of the fields that this save changed.")
    note = models.CharField(max_length=200, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="one_revision_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} r{self.number}"
