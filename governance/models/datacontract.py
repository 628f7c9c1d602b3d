"""What a model's files of predictions must look like."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from registry.models import Asset


class DataContract(models.Model):
    """The data contract of a model: one for all its versions, so that a file that changes its shape is noticed."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="data_contract")
    columns = models.JSONField(help_text="What each column must hold, as governance.contract.Expected describes it.")
    is_blocking = models.BooleanField(default=True, help_text="A file that breaks it is not measured.")
    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Data contract of {self.asset}"
