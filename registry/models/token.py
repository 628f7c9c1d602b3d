"""Access tokens for programs: kept as a SHA-256, shown once."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class TokenQuerySet(models.QuerySet["AccessToken"]):
    """Reads of tokens."""

    def usable(self) -> TokenQuerySet:
        """Tokens that are neither revoked nor expired, of people who may sign in."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), person__is_active=True)


class AccessToken(models.Model):
    """A secret with which a program reads as one person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name
