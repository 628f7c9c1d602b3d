"""Every permission of the product, on one page.

The rule: a service asks ``require`` before it moves anything; a page asks
``refusal`` to show the reason beside the button that it does not offer. A
check looks at who acts and at what is acted on, and returns a sentence that
says why not, or nothing. Nobody is above the table: there is no superuser and
no skip flag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class Action(StrEnum):
    """Everything that anyone can do; also the words of the journal."""

    ASSET_REGISTER = "asset.register"
    ASSET_EDIT = "asset.edit"
    VERSION_ADD = "version.add"
    VERSION_EDIT = "version.edit"
    DOCUMENT_WRITE = "document.write"
    SNAPSHOT_TAKE = "snapshot.take"
    CHECKLIST_ANSWER = "checklist.answer"
    EVALUATION_REQUEST = "evaluation.request"
    EVALUATION_FINISH = "evaluation.finish"
    EVALUATION_CANCEL = "evaluation.cancel"
    CONTRACT_EDIT = "contract.edit"
    MAPPING_EDIT = "mapping.edit"
    PREDICTIONS_DELETE = "predictions.delete"
    RELEASE_SUBMIT = "release.submit"
    RELEASE_DECIDE = "release.decide"
    RELEASE_PROMOTE = "release.promote"
    RELEASE_WITHDRAW = "release.withdraw"
    RELEASE_REVOKE = "release.revoke"
    RELEASE_SUSPEND = "release.suspend"
    RELEASE_RESUME = "release.resume"
    RELEASE_ROLL_BACK = "release.roll_back"
    DOSSIER_REQUEST = "dossier.request"
    DOSSIER_FINISH = "dossier.finish"
    SUMMARY_REQUEST = "summary.request"
    SUMMARY_FINISH = "summary.finish"
    JOURNAL_READ = "journal.read"
    PEOPLE_MANAGE = "people.manage"
    KEY_MANAGE = "key.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - the name of an action, not a secret


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
        role: the reviewing role in which a decision is taken.
        person_id: whose own thing it is.
    """

    team_id: int | None = None
    authors: frozenset[int] = frozenset()
    role: str | None = None
    person_id: int | None = None


NOTHING: Final = Target()
Check = Callable[[Actor, Target], str | None]


def _person(actor: Actor, _: Target) -> str | None:
    return None if actor.is_person else "Sign in first."


def _system(actor: Actor, _: Target) -> str | None:
    return None if actor.is_system else "Only a background job of Assay does this."


def _in_some_team(actor: Actor, _: Target) -> str | None:
    if any(role is not TeamRole.VIEWER for role in actor.teams.values()):
        return None
    return "You are not a contributor or owner in any team. Ask an administrator to add you to one."


def _contributor(actor: Actor, target: Target) -> str | None:
    if actor.teams.get(target.team_id or 0) in {TeamRole.CONTRIBUTOR, TeamRole.OWNER}:
        return None
    return "Only contributors and owners of the team may do this. Ask an owner of the team for the role."


def _owner(actor: Actor, target: Target) -> str | None:
    if actor.teams.get(target.team_id or 0) is TeamRole.OWNER:
        return None
    return "Only an owner of the team may do this."


def _not_author(actor: Actor, target: Target) -> str | None:
    if actor.person_id not in target.authors:
        return None
    return "Nobody decides on their own work: you wrote, froze or submitted part of this content."


def _holds_role(actor: Actor, target: Target) -> str | None:
    role = REVIEWER_ROLES.get(target.role or "")
    if role is None:
        return f"There is no reviewing role named “{target.role}”."
    return None if role in actor.roles else f"You do not hold the reviewing role “{role_title(target.role or '')}”."


def _owner_or_reviewer(actor: Actor, target: Target) -> str | None:
    if actor.reviewer_roles or _owner(actor, target) is None:
        return None
    return "Only an owner of the team or a reviewer may do this."


def _reviewer(actor: Actor, _: Target) -> str | None:
    return None if actor.reviewer_roles else "Only a reviewer may do this."


def _reads_journal(actor: Actor, _: Target) -> str | None:
    if actor.roles & {Role.AUDITOR, Role.ADMINISTRATOR} or actor.is_system:
        return None
    return "Only auditors and administrators read the whole journal; each model has its own Journal tab."


def _administrator(actor: Actor, _: Target) -> str | None:
    if Role.ADMINISTRATOR in actor.roles or actor.is_system:
        return None
    return "Only an administrator manages people and teams."


def _own(actor: Actor, target: Target) -> str | None:
    return None if actor.person_id == target.person_id else "Only the person to whom it belongs may do this."


RULES: Final[Mapping[Action, tuple[Check, ...]]] = MappingProxyType(
    {
        Action.ASSET_REGISTER: (_person, _in_some_team, _contributor),
        Action.ASSET_EDIT: (_person, _owner),
        Action.VERSION_ADD: (_person, _contributor),
        Action.VERSION_EDIT: (_person, _contributor),
        Action.DOCUMENT_WRITE: (_person, _contributor),
        Action.SNAPSHOT_TAKE: (_person, _contributor),
        Action.CHECKLIST_ANSWER: (_person, _contributor),
        Action.EVALUATION_REQUEST: (_person, _contributor),
        Action.EVALUATION_FINISH: (_system,),
        Action.EVALUATION_CANCEL: (_person, _contributor),
        Action.CONTRACT_EDIT: (_person, _contributor),
        Action.MAPPING_EDIT: (_person, _contributor),
        Action.PREDICTIONS_DELETE: (_system,),
        Action.RELEASE_SUBMIT: (_person, _contributor),
        Action.RELEASE_DECIDE: (_person, _not_author, _holds_role),
        Action.RELEASE_PROMOTE: (_person, _owner),
        Action.RELEASE_WITHDRAW: (_person, _contributor),
        Action.RELEASE_REVOKE: (_person, _owner_or_reviewer),
        Action.RELEASE_SUSPEND: (_person, _owner_or_reviewer),
        Action.RELEASE_RESUME: (_person, _not_author, _reviewer),
        Action.RELEASE_ROLL_BACK: (_person, _owner),
        Action.DOSSIER_REQUEST: (_person,),
        Action.DOSSIER_FINISH: (_system,),
        Action.SUMMARY_REQUEST: (_person, _contributor),
        Action.SUMMARY_FINISH: (_system,),
        Action.JOURNAL_READ: (_reads_journal,),
        Action.PEOPLE_MANAGE: (_administrator,),
        Action.KEY_MANAGE: (_system,),
        Action.TOKEN_MANAGE: (_person, _own),
    }
)


def refusal(actor: Actor, action: Action, target: Target = NOTHING) -> str | None:
    """Return why this actor may not do this, or None when they may."""
    return next((reason for check in RULES[action] if (reason := check(actor, target))), None)


def require(actor: Actor, action: Action, target: Target = NOTHING) -> None:
    """Let the action pass, or stop it.

    Raises:
        ForbiddenError: with the reason, as a sentence for the person.
    """
    if reason := refusal(actor, action, target):
        raise ForbiddenError(reason)
