"""The tables of what people decide.

The rule is the registry's: columns, constraints and reads. Imports go one
way: job, assessment and evaluation, release, dossier and summary.
"""

from __future__ import annotations

from governance.models.assessment import Answer, Assessment, Evidence, Value
from governance.models.attestation import Attestation
from governance.models.datacontract import DataContract
from governance.models.dossier import Dossier
from governance.models.evaluation import Evaluation, Finding, Predictions
from governance.models.job import Job, JobState
from governance.models.mapping import Mapping
from governance.models.release import Decision, Environment, Release
from governance.models.summary import BiasAuditSummary

__all__ = [
    "Answer",
    "Assessment",
    "Attestation",
    "BiasAuditSummary",
    "DataContract",
    "Decision",
    "Dossier",
    "Environment",
    "Evaluation",
    "Evidence",
    "Finding",
    "Job",
    "JobState",
    "Mapping",
    "Predictions",
    "Release",
    "Value",
]
