"""What a policy asks outside the papers, on stored releases: a period in staging, the contract's report, and the team."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.gate import Policy, requirements
from governance.models import Attestation, Release
from governance.services import promotions
from governance.services.facts import facts_of, requirements_of
from governance.services.lives import live_facts
from registry.errors import ForbiddenError
from registry.policy import Role
from registry.services import versions
from tests import factories
from tests.tampering import unguard

pytestmark = pytest.mark.django_db
DIGEST = "12" * 32


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def made(owner):
    version = factories.filled_version(owner)
    versions.add_artifact(actor=owner, version_id=version.pk, name="model.bin", sha256=DIGEST, size=1)
    return version


def since(release, days):
    """Let a promotion have begun days ago."""
    unguard("governance_attestation")
    Attestation.objects.filter(release=release).update(made_at=timezone.now() - timedelta(days=days))


def days(made):
    found = live_facts(made.asset_id, frozenset({DIGEST}))
    return [(one.environment, (timezone.now() - one.since).days, one.until is None) for one in found]


def asked(release, **keys):
    """The state of each requirement of the release's policy with other keys."""
    policy = Policy.from_json({**release.policy_content, **keys})
    return {one.key: one for one in requirements(policy, facts_of(Release.objects.for_page().get(pk=release.pk)))}


def test_a_period_is_counted_from_the_attested_promotion_of_the_same_artifacts(owner, made):
    since(factories.promotion(owner, made), 9)
    assert days(made) == [("staging", 9, True)]
    assert live_facts(made.asset_id, frozenset({DIGEST, "34" * 32})) == ()
    assert live_facts(made.asset_id, frozenset()) == ()


def test_production_may_require_a_period_in_staging(owner, made):
    staged = factories.promotion(owner, made)
    wanted = factories.release(owner, made, "production")
    rule = {"environment": "staging", "days": 7}
    assert asked(wanted, preceding=rule)["preceding"].state == "unmet"
    since(staged, 8)
    assert asked(wanted, preceding=rule)["preceding"].state == "met"
    versions.add_artifact(actor=owner, version_id=made.pk, name="more.bin", sha256="34" * 32, size=1)
    other = factories.release(owner, versions.add_version(actor=owner, asset_id=made.asset_id, name="2", carry_from=made.pk), "production")
    assert asked(other, preceding=rule)["preceding"].state == "unmet"


def test_what_was_revoked_or_is_suspended_has_shown_nothing(owner, made):
    release = factories.promotion(owner, made)
    since(release, 9)
    promotions.suspend(actor=owner, release_id=release.pk, reason="So.")
    assert days(made) == []
    promotions.resume(actor=factories.reviewer(), release_id=release.pk, reason="So.")
    assert [one.until is None for one in live_facts(made.asset_id, frozenset({DIGEST}))] == [False, True]
    promotions.revoke(actor=owner, release_id=release.pk, reason="So.")
    assert days(made) == []


def test_a_period_ends_with_the_approval(owner, made):
    release = factories.promotion(owner, made)
    since(release, 9)
    Release.objects.filter(pk=release.pk).update(expires_at=timezone.now() - timedelta(days=4))
    (found,) = live_facts(made.asset_id, frozenset({DIGEST}))
    assert found.until is not None
    assert (found.until - found.since).days == 5


def test_the_report_about_the_contract_is_in_the_snapshot(owner):
    version = factories.ready_version(owner)
    release = factories.release(owner, version)
    assert "without a data contract" in asked(release, data_contract=True)["contract"].reason


def test_nobody_of_the_team_reviews_where_the_policy_excludes_them():
    team = factories.team()
    owner = factories.engineer(team)
    inside = factories.person(roles=[Role.REVIEWER_ML], member_of=team).actor()
    submitted = factories.release(owner, factories.version(owner, tier="limited"))
    release = Release.objects.for_page().get(pk=submitted.pk)
    content = {**release.policy_content, "exclude": ["team"]}
    release.policy_content = content
    assert inside.person_id in release.target("ml").excluded
    assert "excludes the people" in refusal_of(inside, release)
    assert refusal_of(factories.reviewer(), release) == ""


def refusal_of(actor, release):
    from registry.policy import Action, require

    try:
        require(actor, Action.RELEASE_DECIDE, release.target("ml"))
    except ForbiddenError as error:
        return error.message
    return ""


def test_one_file_named_twice_is_one_artifact(owner, made):
    release = factories.release(owner, made)
    assert facts_of(release).artifacts == 1
    assert all(one.key for one in requirements_of(release))
