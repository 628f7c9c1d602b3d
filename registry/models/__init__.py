"""The tables of what exists.

The rule: a model holds columns, constraints and reads; it never writes
another table and never decides. Imports inside go one way:
people, asset, document and snapshot, in this order; the journal stands alone.
"""

from __future__ import annotations

from registry.models import audit as _journal_tables  # noqa: F401 - Django must know them
from registry.models.asset import Artifact, Asset, Kind, Lineage, Relation, Tier, Version
from registry.models.document import Document, Revision
from registry.models.people import Membership, Person, RoleGrant, Team
from registry.models.snapshot import Snapshot
from registry.models.token import AccessToken

__all__ = [
    "AccessToken",
    "Artifact",
    "Asset",
    "Document",
    "Kind",
    "Lineage",
    "Membership",
    "Person",
    "Relation",
    "Revision",
    "RoleGrant",
    "Snapshot",
    "Team",
    "Tier",
    "Version",
]
