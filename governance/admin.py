"""A read-only window into governance's tables."""

from __future__ import annotations

from django.contrib import admin

from governance.models import (
    Answer,
    Assessment,
    BiasAuditSummary,
    DataContract,
    Decision,
    Dossier,
    Evaluation,
    Evidence,
    Finding,
    Mapping,
    Predictions,
    Release,
)
from registry.admin import Window

TABLES = [
    Answer,
    Assessment,
    BiasAuditSummary,
    DataContract,
    Decision,
    Dossier,
    Evaluation,
    Evidence,
    Finding,
    Mapping,
    Predictions,
    Release,
]
admin.site.register(TABLES, Window)
