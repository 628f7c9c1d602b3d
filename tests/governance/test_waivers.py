"""Waivers: one requirement of one snapshot, for a time, by the role that the policy names."""

from __future__ import annotations

import base64
import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.attestation import check
from governance.gate import Requirement
from governance.models import Release, Waiver
from governance.services import promotions, records, releases, waivers
from governance.services.facts import requirements_of
from governance.services.gatekeeping import GateAnswer, ask_about_version
from governance.workflow import State
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Person
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import people, versions
from registry.services.keys import public_keys
from tests import factories

pytestmark = pytest.mark.django_db
CARD, TREE = "document:model_card", "framework:oecd_ai_principles"


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


@pytest.fixture
def release(owner) -> Release:
    """A limited release to staging that lacks answers and is approved."""
    asked = factories.release(owner, factories.filled_version(owner, tier="limited"))
    factories.decide(factories.reviewer(), asked)
    return asked


def line(release: Release, key: str = TREE) -> Requirement:
    fresh = Release.objects.select_related("version__asset", "snapshot").get(pk=release.pk)
    return next(one for one in requirements_of(fresh) if one.key == key)


def ask(release: Release) -> GateAnswer:
    version = release.version
    return ask_about_version(asker=SYSTEM, model=version.asset.slug, version=version.name, environment=release.environment)


def clock(monkeypatch: pytest.MonkeyPatch, **ahead: int) -> None:
    later = timezone.now() + timedelta(**ahead)
    monkeypatch.setattr(timezone, "now", lambda: later)


def test_a_waived_requirement_says_by_whom_why_and_until_when(owner, release):
    granter = factories.reviewer()
    with pytest.raises(ConflictError, match="not yet"):
        promotions.promote(actor=owner, release_id=release.pk)
    waiver = factories.waiver(owner, release, TREE, granted_by=granter)
    found = line(release)
    assert found.state == "waived"
    for word in (granter.name, "The pilot ends first.", f"{waiver.until:%-d %B %Y}", "items are answered"):
        assert word in found.reason
    assert [one["by"] for one in ask(release).to_json()["waived"]] == [granter.name]


def test_a_promotion_ends_at_the_latest_with_the_waiver_that_it_rests_on(owner, release, monkeypatch):
    waiver = factories.waiver(owner, release, TREE, granted_by=factories.reviewer(), days=3)
    promoted = promotions.promote(actor=owner, release_id=release.pk)
    assert promoted.expires_at == waiver.until
    assert (ask(release).allowed, len(ask(release).waived)) == (True, 1)
    clock(monkeypatch, days=3)
    assert not ask(release).allowed


def test_an_attestation_tells_what_was_waived(owner, release):
    waiver = factories.waiver(owner, release, TREE, granted_by=factories.reviewer())
    promotions.promote(actor=owner, release_id=release.pk)
    text = release.attestations.get().text
    (told,) = json.loads(base64.b64decode(json.loads(text)["payload"]))["predicate"]["waivers"]
    assert (told["requirement"], told["reason"], told["digest"]) == (TREE, waiver.reason, waiver.fingerprint)
    lines = check(text, public_keys(), now=timezone.now())
    assert [one.is_good for one in lines if one.title == "Waiver"] == [True]
    assert all(one.is_good for one in lines)
    assert not all(one.is_good for one in check(text, public_keys(), now=waiver.until))


def test_the_command_tells_what_is_waived(owner, release):
    factories.waiver(owner, release, TREE, granted_by=factories.reviewer())
    promotions.promote(actor=owner, release_id=release.pk)
    out = io.StringIO()
    call_command("gate", release.version.asset.slug, "1.0.0", "--environment", "staging", stdout=out)
    assert "Waived: OECD AI Principles answered" in out.getvalue()


def test_neither_an_author_nor_who_asked_grants_it(release, owner):
    team = next(iter(owner.teams))
    asker = factories.person(roles=[Role.REVIEWER_ML])
    people.set_membership(actor=SYSTEM, team_id=team, person_id=asker.pk, role=TeamRole.CONTRIBUTOR)
    asker = Person.objects.get(pk=asker.pk).actor()
    waiver = factories.waiver(asker, release, TREE)
    people.set_roles(actor=SYSTEM, person_id=owner.id, roles=[Role.REVIEWER_ML])
    author = Person.objects.get(pk=owner.id).actor()
    for actor in (asker, author):
        with pytest.raises(ForbiddenError, match="own work"):
            waivers.answer_waiver(actor=actor, waiver_id=waiver.pk, is_granted=True, comment="So.")


def test_only_the_role_of_the_policy_answers_and_only_the_team_asks(owner, release):
    with pytest.raises(ForbiddenError, match="contributors"):
        factories.waiver(factories.reviewer(), release, TREE)
    waiver = factories.waiver(owner, release, TREE)
    for actor in (factories.reviewer("legal"), factories.person(roles=[Role.ADMINISTRATOR]).actor()):
        with pytest.raises(ForbiddenError, match="reviewing role"):
            waivers.answer_waiver(actor=actor, waiver_id=waiver.pk, is_granted=True, comment="So.")


@pytest.mark.parametrize("key", ["approval:ml", "objections", "tier", "forbidden", "nothing:at_all"])
def test_approvals_objections_and_the_tier_are_never_waived(owner, release, key):
    with pytest.raises(DomainError, match="does not let anybody"):
        factories.waiver(owner, release, key)


def test_what_is_met_needs_no_waiver_and_a_closed_release_takes_none(owner, release):
    with pytest.raises(ConflictError, match="is met already"):
        factories.waiver(owner, release, CARD)
    releases.withdraw(actor=owner, release_id=release.pk, reason="Later.")
    with pytest.raises(ConflictError, match="closed"):
        factories.waiver(owner, release, TREE)


def test_a_policy_without_waivers_allows_none(owner):
    release = factories.release(owner, factories.version(owner, tier="minimal"))
    with pytest.raises(DomainError, match="lets nobody"):
        factories.waiver(owner, release, CARD)


def test_reason_comment_and_days_are_asked_for(owner, release):
    words = {"actor": owner, "release_id": release.pk, "requirement": TREE}
    with pytest.raises(DomainError, match="cannot wait"):
        waivers.request_waiver(**words, reason=" ", days=3)
    for days in (0, 91):
        with pytest.raises(DomainError, match="1 to 90 days"):
            waivers.request_waiver(**words, reason="So.", days=days)
    waiver = factories.waiver(owner, release, TREE)
    with pytest.raises(DomainError, match="your answer rests on"):
        waivers.answer_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, is_granted=True, comment="")
    with pytest.raises(ConflictError, match="waits for an answer"):
        factories.waiver(owner, release, TREE)


def test_the_answer_may_be_shorter_than_what_was_asked_for_or_no(owner, release):
    waiver = factories.waiver(owner, release, TREE, days=30)
    granted = waivers.answer_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, is_granted=True, comment="A week.", days=7)
    assert granted.until - granted.decided_at == timedelta(days=7)
    with pytest.raises(ConflictError, match="answered already"):
        waivers.answer_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, is_granted=False, comment="No.")
    waivers.revoke_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, reason="No longer.")
    again = factories.waiver(owner, release, TREE)
    waivers.answer_waiver(actor=factories.reviewer(), waiver_id=again.pk, is_granted=False, comment="No.")
    assert line(release).state == "unmet"
    taken = factories.waiver(owner, release, TREE)
    waivers.withdraw_waiver(actor=owner, waiver_id=taken.pk)
    assert set(Waiver.objects.values_list("state", flat=True)) == {"revoked", "refused", "withdrawn"}
    assert list(records.faults()) == []


def test_another_snapshot_needs_another_waiver(owner, release):
    granted = factories.waiver(owner, release, TREE, granted_by=factories.reviewer())
    pending = factories.waiver(owner, factories.release(owner, factories.filled_version(owner, tier="limited")), TREE)
    for one in (granted, pending):
        versions.describe_version(actor=owner, version_id=one.release.version_id, commit="abcdef1", notes="")
        releases.resubmit(actor=owner, release_id=one.release_id)
    assert line(release).state == "unmet"
    assert "is about an earlier snapshot" in line(release).reason
    with pytest.raises(ConflictError, match="submitted again"):
        waivers.answer_waiver(actor=factories.reviewer(), waiver_id=pending.pk, is_granted=True, comment="So.")


def test_a_waiver_that_ended_sets_nothing_aside(owner, release, monkeypatch):
    factories.waiver(owner, release, TREE, granted_by=factories.reviewer(), days=2)
    clock(monkeypatch, days=2, seconds=1)
    assert line(release).state == "unmet"
    assert "ended on" in line(release).reason
    with pytest.raises(ConflictError, match="not yet"):
        promotions.promote(actor=owner, release_id=release.pk)


def test_revoking_a_waiver_closes_the_gate_of_what_rests_on_it(owner, release):
    waiver = factories.waiver(owner, release, TREE, granted_by=factories.reviewer())
    promotions.promote(actor=owner, release_id=release.pk)
    with pytest.raises(DomainError, match="reason"):
        waivers.revoke_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, reason=" ")
    with pytest.raises(ForbiddenError):
        waivers.revoke_waiver(actor=owner, waiver_id=waiver.pk, reason="So.")
    waivers.revoke_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, reason="The pilot grew.")
    assert Release.objects.get(pk=release.pk).state == State.SUSPENDED
    assert not ask(release).allowed
    assert release.attestations.latest("pk").step == "suspend"
    with pytest.raises(ConflictError, match="was revoked"):
        promotions.resume(actor=factories.reviewer(), release_id=release.pk, reason="So.")
    assert list(records.faults()) == []


def test_a_waiver_that_nothing_rests_on_is_revoked_alone(owner, release):
    waiver = factories.waiver(owner, release, TREE, granted_by=factories.reviewer())
    factories.answer_everything(owner, release.version)
    again = releases.resubmit(actor=owner, release_id=release.pk)
    factories.decide(factories.reviewer(), again)
    promotions.promote(actor=owner, release_id=release.pk)
    waivers.revoke_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, reason="Not needed.")
    assert ask(release).allowed


def test_each_step_is_in_the_journal_with_its_fingerprint(owner, release):
    waiver = factories.waiver(owner, release, TREE, granted_by=factories.reviewer())
    waiver = waivers.revoke_waiver(actor=factories.reviewer(), waiver_id=waiver.pk, reason="So.")
    told = [(one.action, audit.detail_of(one)) for one in audit.history(release.subject) if one.action.startswith("waiver.")]
    assert [action for action, _ in told] == ["waiver.revoke", "waiver.decide", "waiver.request"]
    assert told[0][1]["fingerprint"] == waiver.fingerprint
    assert len({detail["fingerprint"] for _, detail in told}) == 3


def test_the_database_refuses_a_waiver_without_person_or_comment(owner, release):
    waiver = factories.waiver(owner, release, TREE)
    rows = Waiver.objects.filter(pk=waiver.pk)
    for bent in ({"state": "granted"}, {"decided_by": owner.id}, {"reason": ""}, {"days": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**bent)


def test_what_waits_for_whom(owner, release):
    waiver = factories.waiver(owner, release, TREE)
    assert list(Waiver.objects.waiting_for(factories.reviewer())) == [waiver]
    assert not Waiver.objects.waiting_for(factories.reviewer("legal")).exists()
    assert [one.key for one in waivers.waivable(release, release.waivers.all())] == []
    waivers.withdraw_waiver(actor=owner, waiver_id=waiver.pk)
    assert [one.key for one in waivers.waivable(release, release.waivers.all())] == [TREE]
