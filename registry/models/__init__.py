"""The tables of what exists.

The rule: a model holds columns, constraints and reads; it never writes
another table and never decides. Imports inside go one way:
people, asset, document, comment and snapshot, in this order; the journal stands alone.
"""

from __future__ import annotations

from registry.models import audit as _journal_tables  # noqa: F401 - Django must know them
from registry.models.asset import Artifact, Asset, Kind, Lineage, Relation, Tier, Version
from registry.models.comment import Comment, SectionAssignment
from registry.models.document import Document, Presence, Revision
from registry.models.notice import Channel, MailState, Notice, NoticeChoice
from registry.models.organisation import Organisation
from registry.models.people import Membership, Person, RoleGrant, Team
from registry.models.snapshot import Snapshot
from registry.models.template import TemplateEdition
from registry.models.token import AccessToken

__all__ = [
    "AccessToken",
    "Artifact",
    "Asset",
    "Channel",
    "Comment",
    "Document",
    "Kind",
    "Lineage",
    "MailState",
    "Membership",
    "Notice",
    "NoticeChoice",
    "Organisation",
    "Person",
    "Presence",
    "Relation",
    "Revision",
    "RoleGrant",
    "SectionAssignment",
    "Snapshot",
    "Team",
    "TemplateEdition",
    "Tier",
    "Version",
]
