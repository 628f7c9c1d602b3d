"""Frozen content, named by its SHA-256.

A snapshot is written once. What it holds is the text of its canonical JSON,
kept as it was hashed, so that nobody has to trust a database's JSON type.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from registry.digest import sha256
from registry.models.asset import SHA256, Version


class Snapshot(models.Model):
    """What the reviewers judge: the content of a version at one moment."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="snapshots")
    digest = models.CharField(max_length=64, validators=[SHA256])
    text = models.TextField(help_text="Canonical JSON (RFC 8785).")
    authors: models.ManyToManyField[models.Model, models.Model] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="authored_snapshots"
    )
    taken_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "digest"], name="one_snapshot_per_digest"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The content, read from the stored text."""
        value: dict[str, Any] = json.loads(self.text)
        return value

    @property
    def is_intact(self) -> bool:
        """Whether the stored text still has the digest that names it."""
        return sha256(self.text.encode()) == self.digest

    @property
    def author_ids(self) -> frozenset[int]:
        """The people who wrote, froze or submitted the content, as the content says."""
        return frozenset(author["id"] for author in self.content["authors"])
