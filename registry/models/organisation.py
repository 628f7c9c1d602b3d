"""What the organisation says of itself on what it hands out."""

from __future__ import annotations

from django.db import models


class Organisation(models.Model):
    """One row at most: without it, Assay speaks for itself."""

    name = models.CharField(max_length=120, blank=True)
    address = models.TextField(max_length=500, blank=True)
    colour = models.CharField(max_length=7, blank=True, help_text="As #rrggbb.")
    logo = models.TextField(blank=True, help_text="A checked image as a data address.")
    language = models.CharField(max_length=5, default="en", help_text="Of the frame of what is printed.")
    writing = models.CharField(max_length=5, default="en", help_text="In which people write.")

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_organisation"),)

    def __str__(self) -> str:
        return self.name or "Assay"
