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
EVERYBODY = (OWNER, CONTRIBUTOR, VIEWER, STRANGER, LEGAL, AUDITOR, ADMIN, SYSTEM, ANONYMOUS)
WRITERS = (OWNER, CONTRIBUTOR)
ALLOWED = {
    Action.ASSET_REGISTER: WRITERS,
    Action.ASSET_EDIT: (OWNER,),
    Action.VERSION_ADD: WRITERS,
    Action.VERSION_EDIT: WRITERS,
    Action.DOCUMENT_WRITE: WRITERS,
    Action.SNAPSHOT_TAKE: WRITERS,
    Action.CHECKLIST_ANSWER: WRITERS,
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
    Action.DOSSIER_REQUEST: (OWNER, CONTRIBUTOR, VIEWER, STRANGER, LEGAL, AUDITOR, ADMIN),
    Action.DOSSIER_FINISH: (SYSTEM,),
    Action.SUMMARY_REQUEST: WRITERS,
    Action.SUMMARY_FINISH: (SYSTEM,),
    Action.JOURNAL_READ: (AUDITOR, ADMIN, SYSTEM),
    Action.PEOPLE_MANAGE: (ADMIN, SYSTEM),
    Action.KEY_MANAGE: (SYSTEM,),
    Action.TOKEN_MANAGE: (LEGAL,),
}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("actor", EVERYBODY, ids=lambda actor: actor.name)
def test_who_may_do_what(action, actor):
    target = Target(team_id=TEAM, authors=frozenset({1, 2}), role="legal", person_id=5)
    may = refusal(actor, action, target) is None
    assert may == (actor.name in {one.name for one in ALLOWED[action]})


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
