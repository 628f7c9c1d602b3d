"""The tables of what people decide.

The rule is the registry's: columns, constraints and reads. Imports go one
way: job, assessment and evaluation, release, assignment and risk, dossier and summary.
"""

from __future__ import annotations

from governance.models.answering import BulkChange, BulkKind, ItemAssignment
from governance.models.assessment import Answer, Assessment, ChosenFramework, Evidence, OrganisationAnswer, Value
from governance.models.assignment import Assignment, Delegation
from governance.models.attestation import Attestation
from governance.models.bundle import Bundle
from governance.models.datacontract import DataContract
from governance.models.dossier import Dossier
from governance.models.emergency import AfterReview, Emergency
from governance.models.environment import Environment
from governance.models.evaluation import Evaluation, Finding, Predictions
from governance.models.frameworkedition import FrameworkEdition
from governance.models.job import Job, JobState
from governance.models.mapping import Mapping
from governance.models.policyedition import PolicyEdition
from governance.models.register import Register
from governance.models.release import Decision, Release
from governance.models.retiredframework import RetiredFramework
from governance.models.risk import Incident, Risk, RiskAction, RiskLink, RiskRating, RiskScale
from governance.models.summary import BiasAuditSummary
from governance.models.triage import KeyDates, TierOverride, Triage
from governance.models.waiver import Waiver

__all__ = [
    "AfterReview",
    "Answer",
    "Assessment",
    "Assignment",
    "Attestation",
    "BiasAuditSummary",
    "BulkChange",
    "BulkKind",
    "Bundle",
    "ChosenFramework",
    "DataContract",
    "Decision",
    "Delegation",
    "Dossier",
    "Emergency",
    "Environment",
    "Evaluation",
    "Evidence",
    "Finding",
    "FrameworkEdition",
    "Incident",
    "ItemAssignment",
    "Job",
    "JobState",
    "KeyDates",
    "Mapping",
    "OrganisationAnswer",
    "PolicyEdition",
    "Predictions",
    "Register",
    "Release",
    "RetiredFramework",
    "Risk",
    "RiskAction",
    "RiskLink",
    "RiskRating",
    "RiskScale",
    "TierOverride",
    "Triage",
    "Value",
    "Waiver",
]
