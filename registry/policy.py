"""Every permission of the product, on one page.

The rule: a service asks ``require`` before it moves anything; a page asks
``refusal`` to show the reason beside the button that it does not offer. A
check looks at who acts and at what is acted on, and returns a sentence that
says why not, or nothing. Nobody is above the table: there is no superuser and
no skip flag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from registry.actions import Action
from registry.actor import ANONYMOUS, NOTHING, REVIEWER_ROLES, SYSTEM, Actor, Role, Target, TeamRole, role_title
from registry.errors import ForbiddenError

__all__ = [
    "ANONYMOUS",
    "NOTHING",
    "REVIEWER_ROLES",
    "RULES",
    "SYSTEM",
    "Action",
    "Actor",
    "Role",
    "Target",
    "TeamRole",
    "refusal",
    "require",
    "role_title",
]

Check = Callable[[Actor, Target], str | None]


def _person(actor: Actor, _: Target) -> str | None:
    return None if actor.is_person else "Sign in first."


def _person_or_system(actor: Actor, _: Target) -> str | None:
    return None if actor.is_person or actor.is_system else "Sign in first."


def _sees_everything(actor: Actor, _: Target) -> str | None:
    if actor.sees_everything:
        return None
    return "The register shows every model of the house. Ask a reviewer, an auditor or an administrator for it."


def _system(actor: Actor, _: Target) -> str | None:
    return None if actor.is_system else "Only a background job of Assay does this."


def _in_some_team(actor: Actor, _: Target) -> str | None:
    if any(role is not TeamRole.VIEWER for role in actor.teams.values()):
        return None
    return "You are not a contributor or owner in any team. Ask an administrator to add you to one."


def _sees(actor: Actor, target: Target) -> str | None:
    if actor.sees_everything or target.team_id in actor.teams:
        return None
    return "Only members of the team and people with an organisation role may do this."


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


def _not_owner_again(actor: Actor, target: Target) -> str | None:
    if not target.is_rereview:
        return None
    if actor.teams.get(target.team_id or 0) is TeamRole.OWNER or actor.person_id in target.owners:
        return "This is a re-review, and somebody other than those who own the model or the release does it."
    return None


def _not_excluded(actor: Actor, target: Target) -> str | None:
    if actor.person_id not in target.excluded:
        return None
    return "The policy excludes the people of the model's own team from its review."


def _holds_role(actor: Actor, target: Target) -> str | None:
    role = REVIEWER_ROLES.get(target.role or "")
    if role is None:
        return f"There is no reviewing role named “{target.role}”."
    return None if role in actor.roles else f"You do not hold the reviewing role “{role_title(target.role or '')}”."


def _owner_or_reviewer(actor: Actor, target: Target) -> str | None:
    if actor.reviewer_roles or _owner(actor, target) is None:
        return None
    return "Only an owner of the team or a reviewer may do this."


def _not_risk_writer(actor: Actor, target: Target) -> str | None:
    if actor.person_id not in target.authors:
        return None
    return "Nobody accepts a risk that they wrote. Ask another holder of the role."


def _contributor_or_reviewer(actor: Actor, target: Target) -> str | None:
    if actor.reviewer_roles or _contributor(actor, target) is None:
        return None
    return "Only contributors and owners of the team, and reviewers, may do this."


def _reviewer(actor: Actor, _: Target) -> str | None:
    return None if actor.reviewer_roles else "Only a reviewer may do this."


def _own_or_contributor(actor: Actor, target: Target) -> str | None:
    return None if actor.person_id == target.person_id else _contributor(actor, target)


def _own_or_other_reviewer(actor: Actor, target: Target) -> str | None:
    if actor.person_id == target.person_id:
        return None
    if not actor.reviewer_roles:
        return "This comment blocks approval: only who wrote it, or another reviewer, may resolve it."
    return _not_author(actor, target)


def _reads_journal(actor: Actor, _: Target) -> str | None:
    if actor.roles & {Role.AUDITOR, Role.ADMINISTRATOR} or actor.is_system:
        return None
    return "Only auditors and administrators read the whole journal; each model has its own Journal tab."


def _administrator(actor: Actor, _: Target) -> str | None:
    if Role.ADMINISTRATOR in actor.roles or actor.is_system:
        return None
    return "Only an administrator manages people and teams."


def _policy_administrator(actor: Actor, _: Target) -> str | None:
    return None if Role.POLICY_ADMINISTRATOR in actor.roles else "Only a policy administrator does this."


def _own(actor: Actor, target: Target) -> str | None:
    return None if actor.person_id == target.person_id else "Only the person to whom it belongs may do this."


RULES: Final[Mapping[Action, tuple[Check, ...]]] = MappingProxyType(
    {
        Action.ASSET_REGISTER: (_person, _in_some_team, _contributor),
        Action.ASSET_EDIT: (_person, _owner),
        Action.TRIAGE_ANSWER: (_person, _owner),
        Action.TIER_PROPOSE: (_person, _owner),
        Action.TIER_DECIDE: (_person, _not_author, _holds_role),
        Action.TIER_WITHDRAW: (_person, _owner),
        Action.KEY_DATES_EDIT: (_person, _policy_administrator),
        Action.VERSION_ADD: (_person, _contributor),
        Action.VERSION_EDIT: (_person, _contributor),
        Action.DOCUMENT_WRITE: (_person, _contributor),
        Action.COMMENT_WRITE: (_person, _sees),
        Action.COMMENT_BLOCK: (_person, _reviewer),
        Action.COMMENT_RESOLVE: (_person, _sees, _own_or_contributor),
        Action.COMMENT_UNBLOCK: (_person, _own_or_other_reviewer),
        Action.SECTION_ASSIGN: (_person, _contributor),
        Action.SECTION_FINISH: (_person, _own_or_contributor),
        Action.TEMPLATE_EDIT: (_person, _policy_administrator),
        Action.FRAMEWORK_EDIT: (_person, _policy_administrator),
        Action.FRAMEWORK_RETIRE: (_person, _policy_administrator),
        Action.SNAPSHOT_TAKE: (_person, _contributor),
        Action.CHECKLIST_ANSWER: (_person, _contributor),
        Action.CHECKLIST_UNDO: (_person, _contributor, _own),
        Action.ITEM_ASSIGN: (_person, _contributor),
        Action.ITEM_FINISH: (_person, _own_or_contributor),
        Action.EVALUATION_REQUEST: (_person, _contributor),
        Action.EVALUATION_FINISH: (_system,),
        Action.EVALUATION_CANCEL: (_person, _contributor),
        Action.CONTRACT_EDIT: (_person, _contributor),
        Action.MAPPING_EDIT: (_person, _contributor),
        Action.PREDICTIONS_DELETE: (_system,),
        Action.RELEASE_SUBMIT: (_person, _contributor),
        Action.RELEASE_DECIDE: (_person, _not_author, _not_excluded, _not_owner_again, _holds_role),
        Action.RELEASE_PROMOTE: (_person, _owner),
        Action.RELEASE_WITHDRAW: (_person, _contributor),
        Action.RELEASE_REVOKE: (_person, _owner_or_reviewer),
        Action.RELEASE_SUSPEND: (_person, _owner_or_reviewer),
        Action.RELEASE_RESUME: (_person, _not_author, _reviewer),
        Action.RELEASE_ROLL_BACK: (_person, _owner),
        Action.ENVIRONMENT_MANAGE: (_policy_administrator,),
        Action.POLICY_WRITE: (_policy_administrator,),
        Action.POLICY_PUBLISH: (_policy_administrator, _not_author),
        Action.POLICY_INSTALL: (_system,),
        Action.RISK_WRITE: (_person, _contributor),
        Action.RISK_ACCEPT: (_person, _not_risk_writer, _holds_role),
        Action.RISK_SCALE: (_person, _policy_administrator),
        Action.INCIDENT_WRITE: (_person, _contributor_or_reviewer),
        Action.EMERGENCY_ASK: (_person, _owner),
        Action.EMERGENCY_ANSWER: (_person, _not_author, _holds_role),
        Action.EMERGENCY_WITHDRAW: (_person, _owner),
        Action.EMERGENCY_REVIEW: (_person, _not_author, _holds_role),
        Action.WAIVER_REQUEST: (_person, _contributor),
        Action.WAIVER_DECIDE: (_person, _not_author, _holds_role),
        Action.WAIVER_WITHDRAW: (_person, _contributor),
        Action.WAIVER_REVOKE: (_person, _holds_role),
        Action.REVIEW_ASSIGN: (_person, _contributor_or_reviewer),
        Action.REVIEW_REMIND: (_system,),
        Action.EVIDENCE_REMIND: (_system,),
        Action.RISK_REMIND: (_system,),
        Action.REREVIEW_SCHEDULE: (_system,),
        Action.DELEGATION_MAKE: (_person, _own, _holds_role),
        Action.DELEGATION_END: (_person, _own),
        Action.DOSSIER_REQUEST: (_person_or_system,),
        Action.DOSSIER_FINISH: (_system,),
        Action.BUNDLE_REQUEST: (_person,),
        Action.BUNDLE_FINISH: (_system,),
        Action.REGISTER_REQUEST: (_sees_everything,),
        Action.REGISTER_FINISH: (_system,),
        Action.SUMMARY_REQUEST: (_person, _contributor),
        Action.SUMMARY_FINISH: (_system,),
        Action.JOURNAL_READ: (_reads_journal,),
        Action.PEOPLE_MANAGE: (_administrator,),
        Action.ORGANISATION_ANSWER: (_person, _policy_administrator),
        Action.ORGANISATION_EDIT: (_administrator,),
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
