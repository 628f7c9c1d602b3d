"""Signed statements about promotions; written once, with the step that they are about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from governance.models.release import Release


class Attestation(models.Model):
    """A DSSE envelope over an in-toto statement, as it was handed out."""

    class Kind(models.TextChoices):
        """What it says of the release."""

        PROMOTION = "promotion", "Promotion"
        END = "end", "Later statement"

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="attestations")
    kind = models.CharField(max_length=20, choices=Kind)
    step = models.CharField(max_length=30, help_text="The step of the release that it states.")
    entry = models.BigIntegerField(help_text="The journal's entry of that step.")
    text = models.TextField(help_text="The envelope, JSON.")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "entry"], name="one_attestation_per_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of release {self.release_id}"
