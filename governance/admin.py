"""A read-only window into governance's tables."""

from __future__ import annotations

from django.contrib import admin

from governance.models import (
    Answer,
    Assessment,
    BiasAuditSummary,
    Bundle,
    DataContract,
    Decision,
    Dossier,
    Environment,
    Evaluation,
    Evidence,
    Finding,
    FrameworkEdition,
    KeyDates,
    Mapping,
    OrganisationAnswer,
    PolicyEdition,
    Predictions,
    Register,
    Release,
    TierOverride,
    Triage,
)
from registry.admin import Window

TABLES = [
    Answer,
    Assessment,
    BiasAuditSummary,
    Bundle,
    DataContract,
    Decision,
    Dossier,
    Environment,
    Evaluation,
    Evidence,
    Finding,
    FrameworkEdition,
    KeyDates,
    Mapping,
    OrganisationAnswer,
    PolicyEdition,
    Predictions,
    Register,
    Release,
    TierOverride,
    Triage,
]
admin.site.register(TABLES, Window)
