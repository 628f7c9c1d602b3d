"""Permissions, by table."""

from __future__ import annotations

import pytest

from registry.errors import ForbiddenError
from registry.policy import (
    ANONYMOUS,
    RULES,
    SYSTEM,
    Action,
    Actor,
    Role,
    Target,
    TeamRole,
    refusal,
    require,
)

TEAM = 7
OWNER = Actor("Olga", 1, teams={TEAM: TeamRole.OWNER})
CONTRIBUTOR = Actor("Carl", 2, teams={TEAM: TeamRole.CONTRIBUTOR})
VIEWER = Actor("Vera", 3, teams={TEAM: TeamRole.VIEWER})
STRANGER = Actor("Sven", 4, teams={8: TeamRole.OWNER})
LEGAL = Actor("Lena", 5, roles=frozenset({Role.REVIEWER_LEGAL}))
AUDITOR = Actor("Aino", 6, roles=frozenset({Role.AUDITOR}))
ADMIN = Actor("Adam", 7, roles=frozenset({Role.ADMINISTRATOR}))
POLICY = Actor("Petra", 8, roles=frozenset({Role.POLICY_ADMINISTRATOR}))
EVERYBODY = (POLICY, OWNER, CONTRIBUTOR, VIEWER, STRANGER, LEGAL, AUDITOR, ADMIN, SYSTEM, ANONYMOUS)
WRITERS = (OWNER, CONTRIBUTOR)
ALLOWED = {
    Action.ASSET_REGISTER: WRITERS,
    Action.ASSET_EDIT: (OWNER,),
    Action.TRIAGE_ANSWER: (OWNER,),
    Action.TIER_PROPOSE: (OWNER,),
    Action.TIER_DECIDE: (LEGAL,),
    Action.TIER_WITHDRAW: (OWNER,),
    Action.KEY_DATES_EDIT: (POLICY,),
    Action.VERSION_ADD: WRITERS,
    Action.VERSION_EDIT: WRITERS,
    Action.DOCUMENT_WRITE: WRITERS,
    Action.COMMENT_WRITE: (POLICY, OWNER, CONTRIBUTOR, VIEWER, LEGAL, AUDITOR, ADMIN),
    Action.COMMENT_BLOCK: (LEGAL,),
    Action.COMMENT_RESOLVE: (*WRITERS, LEGAL),
    Action.COMMENT_UNBLOCK: (LEGAL,),
    Action.SECTION_ASSIGN: WRITERS,
    Action.SECTION_FINISH: (*WRITERS, LEGAL),
    Action.TEMPLATE_EDIT: (POLICY,),
    Action.FRAMEWORK_EDIT: (POLICY,),
    Action.FRAMEWORK_RETIRE: (POLICY,),
    Action.SNAPSHOT_TAKE: WRITERS,
    Action.CHECKLIST_ANSWER: WRITERS,
    Action.CHECKLIST_UNDO: (),
    Action.ITEM_ASSIGN: WRITERS,
    Action.ITEM_FINISH: (*WRITERS, LEGAL),
    Action.EVALUATION_REQUEST: WRITERS,
    Action.EVALUATION_FINISH: (SYSTEM,),
    Action.EVALUATION_CANCEL: WRITERS,
    Action.MAPPING_EDIT: WRITERS,
    Action.CONTRACT_EDIT: WRITERS,
    Action.PREDICTIONS_DELETE: (SYSTEM,),
    Action.RELEASE_SUBMIT: WRITERS,
    Action.RELEASE_DECIDE: (LEGAL,),
    Action.RELEASE_PROMOTE: (OWNER,),
    Action.RELEASE_WITHDRAW: WRITERS,
    Action.RELEASE_REVOKE: (OWNER, LEGAL),
    Action.RELEASE_SUSPEND: (OWNER, LEGAL),
    Action.RELEASE_RESUME: (LEGAL,),
    Action.RELEASE_ROLL_BACK: (OWNER,),
    Action.ENVIRONMENT_MANAGE: (POLICY,),
    Action.POLICY_WRITE: (POLICY,),
    Action.POLICY_PUBLISH: (POLICY,),
    Action.POLICY_INSTALL: (SYSTEM,),
    Action.RISK_WRITE: WRITERS,
    Action.RISK_ACCEPT: (LEGAL,),
    Action.RISK_SCALE: (POLICY,),
    Action.INCIDENT_WRITE: (*WRITERS, LEGAL),
    Action.DOSSIER_REQUEST: (POLICY, OWNER, CONTRIBUTOR, VIEWER, STRANGER, LEGAL, AUDITOR, ADMIN, SYSTEM),
    Action.EMERGENCY_ASK: (OWNER,),
    Action.EMERGENCY_ANSWER: (LEGAL,),
    Action.EMERGENCY_WITHDRAW: (OWNER,),
    Action.EMERGENCY_REVIEW: (LEGAL,),
    Action.WAIVER_REQUEST: WRITERS,
    Action.WAIVER_DECIDE: (LEGAL,),
    Action.WAIVER_WITHDRAW: WRITERS,
    Action.WAIVER_REVOKE: (LEGAL,),
    Action.DOSSIER_FINISH: (SYSTEM,),
    Action.BUNDLE_REQUEST: (OWNER, CONTRIBUTOR, VIEWER, STRANGER, LEGAL, AUDITOR, ADMIN, POLICY),
    Action.BUNDLE_FINISH: (SYSTEM,),
    Action.REGISTER_REQUEST: (LEGAL, AUDITOR, ADMIN, POLICY, SYSTEM),
    Action.REGISTER_FINISH: (SYSTEM,),
    Action.SUMMARY_REQUEST: WRITERS,
    Action.SUMMARY_FINISH: (SYSTEM,),
    Action.REVIEW_ASSIGN: (*WRITERS, LEGAL),
    Action.REVIEW_REMIND: (SYSTEM,),
    Action.EVIDENCE_REMIND: (SYSTEM,),
    Action.RISK_REMIND: (SYSTEM,),
    Action.REREVIEW_SCHEDULE: (SYSTEM,),
    Action.DELEGATION_MAKE: (LEGAL,),
    Action.DELEGATION_END: (LEGAL,),
    Action.JOURNAL_READ: (AUDITOR, ADMIN, SYSTEM),
    Action.PEOPLE_MANAGE: (ADMIN, SYSTEM),
    Action.ORGANISATION_ANSWER: (POLICY,),
    Action.ORGANISATION_EDIT: (ADMIN, SYSTEM),
    Action.KEY_MANAGE: (SYSTEM,),
    Action.TOKEN_MANAGE: (LEGAL,),
}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("actor", EVERYBODY, ids=lambda actor: actor.name)
def test_who_may_do_what(action, actor):
    target = Target(team_id=TEAM, authors=frozenset({1, 2}), role="legal", person_id=5)
    may = refusal(actor, action, target) is None
    assert may == (actor.name in {one.name for one in ALLOWED[action]})


def test_only_who_changed_many_answers_at_once_undoes_it():
    assert refusal(OWNER, Action.CHECKLIST_UNDO, Target(team_id=TEAM, person_id=1)) is None
    assert refusal(CONTRIBUTOR, Action.CHECKLIST_UNDO, Target(team_id=TEAM, person_id=1))


def test_every_action_has_a_rule():
    assert set(RULES) == set(Action) == set(ALLOWED)


def test_nobody_decides_on_their_own_work_not_even_with_every_role():
    everything = Actor("Root", 1, roles=frozenset(Role), teams={TEAM: TeamRole.OWNER})
    target = Target(team_id=TEAM, authors=frozenset({1}), role="legal")
    assert "own work" in (refusal(everything, Action.RELEASE_DECIDE, target) or "")


def test_the_system_cannot_decide():
    with pytest.raises(ForbiddenError):
        require(SYSTEM, Action.RELEASE_DECIDE, Target(role="legal"))


def test_a_role_that_does_not_exist_is_refused():
    assert "no reviewing role" in (refusal(LEGAL, Action.RELEASE_DECIDE, Target(role="astrology")) or "")


def test_a_re_review_is_for_somebody_other_than_the_owner():
    both = Actor("Both", 9, roles=frozenset({Role.REVIEWER_LEGAL}), teams={TEAM: TeamRole.OWNER})
    first = Target(team_id=TEAM, role="legal")
    again = Target(team_id=TEAM, role="legal", is_rereview=True, owners=frozenset({5}))
    assert refusal(both, Action.RELEASE_DECIDE, first) is None
    assert "re-review" in (refusal(both, Action.RELEASE_DECIDE, again) or "")
    assert "re-review" in (refusal(LEGAL, Action.RELEASE_DECIDE, again) or "")
    assert refusal(Actor("Lea", 10, roles=LEGAL.roles), Action.RELEASE_DECIDE, again) is None
