"""Who acts, and what is acted on, as far as permission needs to know either.

The rule: one value for whoever acts, made once for a request; nothing below a
view asks who is signed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.errors import ForbiddenError


class Role(StrEnum):
    """What a person is in the organisation."""

    REVIEWER_ML = "reviewer-ml"
    REVIEWER_PRIVACY = "reviewer-privacy"
    REVIEWER_LEGAL = "reviewer-legal"
    REVIEWER_SECURITY = "reviewer-security"
    POLICY_ADMINISTRATOR = "policy-administrator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class TeamRole(StrEnum):
    """What a person is in a team, weakest first."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    OWNER = "owner"


REVIEWER_ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {
        "ml": Role.REVIEWER_ML,
        "privacy": Role.REVIEWER_PRIVACY,
        "legal": Role.REVIEWER_LEGAL,
        "security": Role.REVIEWER_SECURITY,
    }
)


def role_title(role: str) -> str:
    """Return a reviewing role as a person writes it: ML, privacy, legal, security."""
    return "ML" if role == "ml" else role


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in person, nobody, or the system itself."""

    name: str
    person_id: int | None = None
    roles: frozenset[Role] = frozenset()
    teams: Mapping[int, TeamRole] = field(default_factory=dict)
    is_system: bool = False

    @property
    def is_person(self) -> bool:
        """Whether a signed-in person acts."""
        return self.person_id is not None

    @property
    def id(self) -> int:
        """The id of the signed-in person who acts.

        Raises:
            ForbiddenError: nobody is signed in.
        """
        if self.person_id is None:
            message = "Sign in first."
            raise ForbiddenError(message)
        return self.person_id

    @property
    def sees_everything(self) -> bool:
        """Whether an organisation role opens every record for reading."""
        return bool(self.roles) or self.is_system

    @property
    def reviewer_roles(self) -> tuple[str, ...]:
        """The policy's names of the reviewing roles that this person holds."""
        return tuple(name for name, role in REVIEWER_ROLES.items() if role in self.roles)


SYSTEM: Final = Actor(name="Assay", is_system=True)
ANONYMOUS: Final = Actor(name="Nobody")


@dataclass(frozen=True)
class Target:
    """What is acted on, as far as permission needs to know it.

    Attributes:
        team_id: the team that owns it.
        authors: people who wrote, froze or submitted the content.
        excluded: people whom the policy lets judge nothing here, besides the authors.
        role: the reviewing role in which a decision is taken.
        person_id: whose own thing it is.
        is_rereview: whether the decision is a re-review, which those who own the model do not take.
        owners: people who answer for the release that is reviewed again.
    """

    team_id: int | None = None
    authors: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    role: str | None = None
    person_id: int | None = None
    is_rereview: bool = False
    owners: frozenset[int] = frozenset()


NOTHING: Final = Target()
