"""Every address with every relation to the release.

The permission table knows roles. Here everybody holds every reviewing role, so
that what differs is what they have to do with the release: who wrote and
submitted it and owns the team, a colleague of the team who wrote nothing, the
reviewer to whom it is assigned, another reviewer, and somebody of another team
without any role. No role makes up for a relation.
"""

from __future__ import annotations

import pytest
from django.db import transaction

from governance.models import Release
from governance.services import assignments
from registry.models import Person
from registry.policy import SYSTEM, Role, TeamRole
from registry.services import people
from tests import factories
from tests.web.test_permissions import LOGIN, TABLE, Call, World, no_broker, world  # noqa: F401 - fixtures

RELATIONS = ("author", "colleague", "assigned", "other", "stranger")
REVIEWING = (Role.REVIEWER_ML, Role.REVIEWER_PRIVACY, Role.REVIEWER_LEGAL, Role.REVIEWER_SECURITY)

#                                   author colleague assigned other stranger
EXPECTED: dict[tuple[str, ...], tuple[int, ...]] = {
    ("release", "release"): (200, 200, 200, 200, 404),
    ("release-snapshot", "release"): (200, 200, 200, 200, 404),
    ("release-resubmit", "release"): (302, 302, 403, 403, 404),
    ("release-step", "withdraw"): (302, 302, 403, 403, 404),
    ("release-step", "promote"): (409, 403, 403, 403, 404),
    ("release-step", "revoke"): (409, 409, 409, 409, 404),
    ("release-step", "suspend"): (302, 302, 302, 302, 404),
    ("release-step", "resume"): (403, 302, 302, 302, 404),
    ("release-step", "roll-back"): (302, 403, 403, 403, 404),
    ("waiver-request", "release"): (302, 302, 403, 403, 404),
    ("waiver-answer", "waiver"): (403, 302, 302, 302, 404),
    ("waiver-withdraw", "waiver"): (302, 302, 403, 403, 404),
    ("waiver-revoke", "granted"): (302, 302, 302, 302, 404),
    ("emergency-ask", "lacking"): (302, 403, 403, 403, 404),
    ("emergency-answer", "asked"): (403, 302, 302, 302, 404),
    ("emergency-withdraw", "asked"): (302, 403, 403, 403, 404),
    ("emergency-review", "owed"): (403, 302, 302, 302, 404),
    # A step without its consent shows what is consented to; with it, it is taken.
    ("release-step", "approve"): (403, 200, 200, 200, 404),
    ("release-step", "approve", "consent"): (403, 302, 302, 302, 404),
    # A delegation is its person's alone.
    ("delegation-take-back", "delegation"): (404, 404, 404, 404, 404),
    ("tier-answer", "override"): (403, 302, 302, 302, 404),
    ("risk-accept", "risk"): (403, 302, 302, 302, 404),
    ("api-gate", ""): (200, 200, 200, 200, 404),
    ("api-attestation", "promoted"): (200, 200, 200, 200, 404),
}


@pytest.fixture
def related(world: World) -> World:  # noqa: F811
    """The people of the table by their relation, each with every reviewing role but the stranger."""
    team = world.words["@team"]
    world.people["author"] = world.people["owner"]
    world.people["colleague"] = factories.person()
    people.set_membership(actor=SYSTEM, team_id=team, person_id=world.people["colleague"].pk, role=TeamRole.CONTRIBUTOR)
    world.people["assigned"], world.people["other"] = factories.person(), factories.person()
    for name in RELATIONS[:-1]:
        person = world.people[name]
        people.set_roles(actor=SYSTEM, person_id=person.pk, roles=list(REVIEWING))
        world.people[name] = Person.objects.get(pk=person.pk)
    release = Release.objects.get(pk=world.args["release"][-1])
    assign(world, release)
    return world


def assign(at: World, release: Release) -> None:
    owner = Person.objects.get(pk=at.people["author"].pk).actor()
    assignments.assign(actor=owner, release_id=release.pk, role="ml", person_id=at.people["assigned"].pk)


# What everybody's roles amount to where the relation makes no difference: columns of the big table, the stronger first.
ROLES_OF = {
    "author": ("owner", "reviewer"),
    "colleague": ("contributor", "reviewer"),
    "assigned": ("reviewer",),
    "other": ("reviewer",),
    "stranger": ("stranger",),
}


def expected(name: str, call: Call) -> dict[str, int]:
    """Return the status for each relation: as the table here says, otherwise what the roles amount to."""
    key = (name, call.args, *(["consent"] if "consent" in (call.post or {}) else []))
    if key in EXPECTED and not lacks_something(call):
        return dict(zip(RELATIONS, EXPECTED[key], strict=True))
    return {relation: strongest([call.statuses[role] for role in roles]) for relation, roles in ROLES_OF.items()}


def lacks_something(call: Call) -> bool:
    """Whether it is a form that says to everybody who sees it what it lacks."""
    return set(call.statuses.values()) - {LOGIN, 401, 404} == {422}


def strongest(statuses: list[int]) -> int:
    """Return what somebody gets who has several roles: what the one gets that is let through."""
    return next((status for status in statuses if status < 400), next((one for one in statuses if one not in {403, 404}), statuses[0]))


def test_every_relation_gets_what_the_table_says(related):
    wrong = []
    for name, call in ((name, call) for name, listed in TABLE.items() for call in listed):
        for relation, status in expected(name, call).items():
            with transaction.atomic():
                got = related.call(relation, name, call)
                transaction.set_rollback(True)
            if got != status:
                wrong.append(f"{name} {call.args} {call.post} as {relation}: {got}, not {status}")
    assert wrong == [], "\n".join(wrong)


def test_every_step_of_a_release_has_a_relation():
    """A new address below a release joins the table of relations."""
    ours = {name for name in TABLE if name.startswith(("waiver-", "emergency-", "release-step"))}
    assert ours <= {key[0] for key in EXPECTED}
