"""Editions of frameworks: those that an organisation uploaded, and ours with items hidden or added."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse


class FrameworkEditionQuerySet(models.QuerySet["FrameworkEdition"]):
    """Reads of editions."""

    def of(self, key: str) -> FrameworkEditionQuerySet:
        """Editions of one framework, the newest first."""
        return self.filter(key=key).order_by("-pk")

    def published(self) -> FrameworkEditionQuerySet:
        """Editions that models can be asked."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> FrameworkEditionQuerySet:
        """Editions that are still being changed."""
        return self.filter(published_at=None)


class FrameworkEdition(models.Model):
    """One edition of a framework; a published one never changes."""

    key = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    text = models.TextField(help_text="Canonical JSON (RFC 8785), as it was hashed.")
    is_shipped = models.BooleanField(default=False, help_text="It came with Assay.")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = FrameworkEditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "version"], condition=models.Q(published_at__isnull=False), name="one_framework_edition_per_version"
            ),
            models.UniqueConstraint(fields=["key"], condition=models.Q(published_at=None), name="one_draft_per_framework"),
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="framework_edition_by_digest")]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"

    def get_absolute_url(self) -> str:
        """Return the page of the framework."""
        return reverse("framework", args=[self.key])

    @property
    def subject(self) -> str:
        """The edition's name in the journal."""
        return f"framework/{self.key}/{self.version}"
