"""Uploaded frameworks that are no longer asked of what is new."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class RetiredFramework(models.Model):
    """That a framework is retired, since when and why; the row goes when it is brought back, the journal keeps both."""

    key = models.CharField(max_length=60, unique=True)
    reason = models.TextField(max_length=2_000)
    retired_at = models.DateTimeField(auto_now_add=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.key}, retired"

    @property
    def subject(self) -> str:
        """The framework's name in the journal."""
        return f"framework/{self.key}"
