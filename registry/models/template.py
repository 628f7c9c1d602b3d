"""Editions of templates: what documents ask, in every version that was ever used here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse


class EditionQuerySet(models.QuerySet["TemplateEdition"]):
    """Reads of editions."""

    def of(self, key: str) -> EditionQuerySet:
        """Editions of one template, the newest first."""
        return self.filter(key=key).order_by("-pk")

    def published(self) -> EditionQuerySet:
        """Editions that documents can answer."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> EditionQuerySet:
        """Editions that are still being changed."""
        return self.filter(published_at=None)


class TemplateEdition(models.Model):
    """One edition of a template; a published one never changes."""

    key = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    text = models.TextField(help_text="Canonical JSON (RFC 8785), as it was hashed.")
    note = models.CharField(max_length=300, blank=True)
    is_shipped = models.BooleanField(default=False, help_text="It came with Assay.")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="one_edition_per_version"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(published_at=None), name="one_draft_per_template"),
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="edition_by_digest")]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"

    def get_absolute_url(self) -> str:
        """Return the page of the edition."""
        return reverse("template-edition", args=[self.key, self.version])
