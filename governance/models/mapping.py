"""What the columns of a model's files mean, under a name, to be chosen again."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from registry.models import Asset


class Mapping(models.Model):
    """A named choice of columns; a way to fill in a form, never evidence: an evaluation keeps its own columns."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="mappings")
    name = models.CharField(max_length=80)
    columns = models.JSONField(help_text="Which column means what, as an evaluation keeps it.")
    saved_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "name"], name="one_mapping_name_per_asset"),
            models.CheckConstraint(condition=~models.Q(name=""), name="a_mapping_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
