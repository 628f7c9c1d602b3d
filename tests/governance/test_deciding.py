"""Deciding: the text that is agreed to, the proof of who decides, and conflicts of interest."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from governance.gate import Policy, policy_for
from governance.models import Decision, Release
from governance.reports.pages import context_of
from governance.services import decisions, releases
from governance.services.dossiers import _source
from governance.services.facts import requirements_of
from governance.workflow import State, Step
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.policy import Action, Actor, Role
from registry.services import versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


@pytest.fixture
def release(owner: Actor) -> Release:
    return factories.release(owner, factories.version(owner, tier="limited"))


def policy_with(**changes: Any) -> Policy:
    return Policy.from_json(policy_for("limited", "staging").to_json() | changes)


def under(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let releases be submitted under another policy."""
    monkeypatch.setattr(releases, "policy_for", lambda *_: policy_with(**changes))


def test_the_text_is_stored_exactly_as_it_was_shown_and_the_fingerprint_is_over_it(release):
    decision = factories.decide(factories.reviewer(), release)
    shown = decisions.consent_for(release, role="ml", step=Step.APPROVE)
    assert decision.consent == shown
    before = decision.fingerprint
    decision.consent = f"{shown} And more."
    assert decision.fingerprint != before
    assert audit.detail_of(audit.history(release.subject, action=Action.RELEASE_DECIDE).first())["fingerprint"] == before


@pytest.mark.parametrize("consent", ["", "I agree.", "@other role", "@other step"])
def test_another_text_than_the_one_that_belongs_to_the_decision_is_refused(release, consent):
    others = {
        "@other role": decisions.consent_for(release, role="legal", step=Step.APPROVE),
        "@other step": decisions.consent_for(release, role="ml", step=Step.REJECT),
    }
    with pytest.raises(ConflictError, match="not the one that belongs"):
        factories.decide(factories.reviewer(), release, consent=others.get(consent, consent))
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("asked", "proof", "is_enough"),
    [
        ("password", "", False),
        ("password", "password", True),
        ("password", "second-factor", True),
        ("second-factor", "", False),
        ("second-factor", "password", False),
        ("second-factor", "second-factor", True),
    ],
)
def test_where_the_policy_asks_nobody_decides_without_showing_again_who_they_are(owner, monkeypatch, asked, proof, is_enough):
    under(monkeypatch, reauthenticate=asked)
    release = factories.release(owner, factories.version(owner, tier="limited"))
    if is_enough:
        assert "at the moment of this decision" in factories.decide(factories.reviewer(), release, proof=proof).consent
    else:
        with pytest.raises(ForbiddenError, match="show again who you are"):
            factories.decide(factories.reviewer(), release, proof=proof)


def test_an_abstention_names_a_conflict_and_nothing_else_does(release):
    reviewer = factories.reviewer()
    with pytest.raises(DomainError, match="Name the conflict"):
        decisions.check(
            actor=reviewer, release=release, role="ml", step=Step.ABSTAIN, digest=release.snapshot.digest, comment="So.", conflict="none"
        )
    with pytest.raises(DomainError, match="Abstain, or leave it out"):
        factories.decide(reviewer, release, conflict="gain")
    decision = factories.decide(reviewer, release, step=Step.ABSTAIN)
    release.refresh_from_db()
    assert (decision.conflict, release.state) == ("team", State.IN_REVIEW)


def test_who_abstained_approves_in_no_other_role_until_they_decide_again(owner, monkeypatch):
    under(monkeypatch, approvals=[{"role": "ml", "quorum": 1}, {"role": "legal", "quorum": 1}])
    release = factories.release(owner, factories.version(owner, tier="limited"))
    both = factories.person(roles=[Role.REVIEWER_ML, Role.REVIEWER_LEGAL]).actor()
    factories.decide(both, release, step=Step.ABSTAIN)
    with pytest.raises(ConflictError, match="Decide again in that role"):
        factories.decide(both, release, "legal")
    factories.decide(both, release)
    factories.decide(both, release, "legal")
    assert Decision.objects.count() == 3


def test_an_approval_with_a_scope_stands_for_the_next_snapshot_and_not_when_the_stored_bytes_were_changed(owner, monkeypatch):
    under(monkeypatch, approvals=[{"role": "ml", "quorum": 1, "scope": ["document"]}])
    made = factories.version(owner, tier="limited")
    release = factories.release(owner, made)
    factories.decide(factories.reviewer(), release)
    first = release.snapshot
    versions.describe_version(actor=owner, version_id=made.pk, commit="abcdef1", notes="")
    again = releases.resubmit(actor=owner, release_id=release.pk)
    assert again.snapshot != first
    assert state(again) == "met"
    assert [row["stale"] for row in context_of(_source(Release.objects.for_page().get(pk=again.pk), timezone.now()))["decisions"]] == [
        False
    ]
    first.text = first.text.replace("0123abc", "0123abd")
    first.save(update_fields=["text"])
    assert state(again) == "unmet"


def test_an_approval_with_a_scope_is_stale_once_the_scope_has_changed(owner, monkeypatch):
    under(monkeypatch, approvals=[{"role": "ml", "quorum": 1, "scope": ["version"]}])
    made = factories.version(owner, tier="limited")
    release = factories.release(owner, made)
    factories.decide(factories.reviewer(), release)
    versions.describe_version(actor=owner, version_id=made.pk, commit="abcdef1", notes="")
    assert state(releases.resubmit(actor=owner, release_id=release.pk)) == "unmet"


def state(release: Release) -> str:
    fresh = Release.objects.select_related("version__asset", "snapshot").get(pk=release.pk)
    return next(one.state for one in requirements_of(fresh) if one.key == "approval:ml")
