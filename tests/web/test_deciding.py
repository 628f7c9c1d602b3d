"""Deciding in the browser: the text first, then the proof; and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from governance.gate import Policy, policy_for
from governance.models import Decision, Release
from governance.services import decisions, releases
from governance.workflow import Step
from registry.models import Person
from registry.policy import Actor, Role
from registry.services import tokens, versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    cache.clear()
    return factories.engineer()


@pytest.fixture
def reviewer() -> Person:
    return factories.person(roles=[Role.REVIEWER_ML])


def submitted(owner: Actor, monkeypatch: pytest.MonkeyPatch, **policy: Any) -> Release:
    body = Policy.from_json(policy_for("limited", "staging").to_json() | policy)
    monkeypatch.setattr(releases, "policy_for", lambda *_: body)
    return factories.release(owner, factories.version(owner, tier="limited"))


def words(release: Release, **more: Any) -> dict[str, Any]:
    return {"role": "ml", "comment": "First line.\r\nSecond line.", "digest": release.snapshot.digest, **more}


def agreed(release: Release, **more: Any) -> dict[str, Any]:
    consent = decisions.consent_for(release, role="ml", step=Step.APPROVE)
    return words(release, consent=consent.replace("\n", "\r\n"), **more)


def step(release: Release, name: Step = Step.APPROVE) -> str:
    return reverse("release-step", args=[*release.version.url_args, release.pk, name])


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_text_is_shown_before_anything_is_recorded(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    page = signed_in(reviewer).post(step(release), words(release)).content.decode()
    for line in decisions.consent_for(release, role="ml", step=Step.APPROVE).splitlines():
        assert line in page
    assert "First line." in page
    assert not Decision.objects.exists()


def test_what_came_back_is_recorded_as_it_was_shown(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    client = signed_in(reviewer)
    assert client.post(step(release), agreed(release)).status_code == 302
    decision = Decision.objects.get()
    assert decision.consent == decisions.consent_for(release, role="ml", step=Step.APPROVE)
    assert decision.comment == "First line.\nSecond line."
    page = client.get(release.get_absolute_url()).content.decode()
    assert f"The text that {reviewer.name} agreed to" in page


def test_a_text_that_was_bent_is_refused_and_the_comment_is_kept(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    page = signed_in(reviewer).post(step(release), agreed(release) | {"consent": "I agree to nothing."})
    assert (page.status_code, "First line." in page.content.decode()) == (409, True)
    assert not Decision.objects.exists()


def test_content_that_was_submitted_again_meanwhile_is_told_and_the_comment_is_kept(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    seen = agreed(release)
    versions.describe_version(actor=owner, version_id=release.version_id, commit="abcdef1", notes="")
    releases.resubmit(actor=owner, release_id=release.pk)
    page = signed_in(reviewer).post(step(release), seen)
    assert page.status_code == 409
    assert "submitted again while you were reading" in page.content.decode()
    assert "First line." in page.content.decode()


def test_the_draft_is_there_again_until_it_is_recorded(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    client = signed_in(reviewer)
    client.post(step(release), words(release))
    assert "First line." in client.get(release.get_absolute_url()).content.decode()
    client.post(step(release), agreed(release, comment="Other words."))
    assert "First line." not in client.get(release.get_absolute_url()).content.decode()


def test_the_password_is_asked_for_at_the_moment_of_decision(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch, reauthenticate="password")
    client = signed_in(reviewer)
    assert "Your password, once more" in client.post(step(release), words(release)).content.decode()
    assert client.post(step(release), agreed(release)).status_code == 422
    wrong = client.post(step(release), agreed(release, secret="not my password"))
    assert (wrong.status_code, "This is not your password" in wrong.content.decode()) == (422, True)
    assert not Decision.objects.exists()
    assert client.post(step(release), agreed(release, secret=factories.PASSWORD)).status_code == 302
    assert "I showed my password at the moment" in Decision.objects.get().consent


def test_a_second_factor_is_asked_for_and_a_code_counts_once(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch, reauthenticate="second-factor")
    client = signed_in(reviewer)
    without = client.post(step(release), words(release)).content.decode()
    assert "Set up a second factor" in without
    secret = generate_totp_secret()
    TOTP.activate(reviewer, secret)
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(step(release), agreed(release, secret=factories.PASSWORD)).status_code == 422
    cache.clear()
    assert client.post(step(release), agreed(release, secret=code)).status_code == 302
    again = client.post(step(release), agreed(release, secret=code))
    assert (again.status_code, "was used already" in again.content.decode()) == (422, True)
    assert Decision.objects.count() == 1


def test_guessing_is_limited(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch, reauthenticate="password")
    client = signed_in(reviewer)
    for number in range(12):
        client.post(step(release), agreed(release, secret=f"guess {number}"))
    assert client.post(step(release), agreed(release, secret=factories.PASSWORD)).status_code == 422
    assert not Decision.objects.exists()


def test_a_token_decides_nothing(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    _, secret = tokens.create_token(actor=reviewer.actor(), name="t", days=1)
    answer = Client().post(step(release), agreed(release), headers={"Authorization": f"Bearer {secret}"})
    assert answer["Location"].startswith(reverse("account_login"))
    assert not Decision.objects.exists()


def test_an_abstention_is_shown_with_its_conflict(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    client = signed_in(reviewer)
    assert client.post(step(release, Step.ABSTAIN), words(release)).status_code == 422
    page = client.post(step(release, Step.ABSTAIN), words(release, conflict="gain")).content.decode()
    assert "I abstain because of a conflict of interest" in page
    consent = decisions.consent_for(release, role="ml", step=Step.ABSTAIN, conflict="gain")
    client.post(step(release, Step.ABSTAIN), words(release, conflict="gain", consent=consent))
    assert "gain from its release" in client.get(release.get_absolute_url()).content.decode()


def test_a_new_snapshot_says_whose_approvals_it_made_stale(owner, reviewer, monkeypatch):
    release = submitted(owner, monkeypatch)
    factories.decide(reviewer.actor(), release)
    versions.describe_version(actor=owner, version_id=release.version_id, commit="abcdef1", notes="")
    client = signed_in(Person.objects.get(pk=owner.person_id))
    page = client.post(reverse("release-resubmit", args=[*release.version.url_args, release.pk]), {"reason": "x"}, follow=True)
    assert f"The approval by {reviewer.name} is about the earlier snapshot and no longer counts." in page.content.decode()
    assert "Stale: about an earlier snapshot" in page.content.decode()
