"""The gate for programs: what it answers, in how many queries, and how long an answer may be kept."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.models import Release
from governance.services import gatequery, promotions
from registry.models import AccessToken, Person, Snapshot
from registry.policy import Role, TeamRole
from registry.services import tokens, versions
from registry.services.bearer import Bearer
from tests import factories

pytestmark = pytest.mark.django_db
DIGEST = "12" * 32


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def promoted(owner):
    made = factories.filled_version(owner, name="1.0.0")
    versions.add_artifact(actor=owner, version_id=made.pk, name="model.bin", sha256=DIGEST, size=1)
    return factories.promotion(owner, made)


@pytest.fixture
def ask(owner):
    _, secret = tokens.create_token(actor=owner, name="pipeline", days=1)

    def _ask(headers=None, **words):
        question = {"environment": "staging", **words}
        return Client().get(reverse("api-gate"), question, headers={"Authorization": f"Bearer {secret}", **(headers or {})})

    return _ask


def questions(release):
    return [{"model": release.version.asset.slug, "version": "1.0.0"}, {"artifact": f"sha256:{DIGEST}"}]


def test_a_yes_takes_one_query_that_of_the_token_included(ask, promoted):
    for question in questions(promoted):
        ask(**question)
        with CaptureQueriesContext(connection) as queries:
            answer = ask(**question)
        assert answer.json()["allowed"] is True
        told = [query["sql"] for query in queries if "SELECT" in query["sql"]]
        assert [("registry_accesstoken" in sql, "governance_release" in sql) for sql in told] == [(True, True)]


@pytest.mark.parametrize("spoil", ["unknown", "revoked", "expired", "left"])
def test_a_bad_token_is_refused_whatever_is_asked(owner, promoted, spoil):
    made, secret = tokens.create_token(actor=owner, name="pipeline", days=1)
    if spoil == "unknown":
        secret = "assay_of_nobody"
    elif spoil == "revoked":
        tokens.revoke_token(actor=owner, token_id=made.pk)
    elif spoil == "expired":
        AccessToken.objects.filter(pk=made.pk).update(expires_at=timezone.now())
    else:
        Person.objects.filter(pk=owner.id).update(is_active=False)
    unknown = {"model": "nothing", "version": "0"}
    for question in (*questions(promoted), unknown, {"artifact": "34" * 32}):
        answer = Client().get(reverse("api-gate"), {"environment": "staging", **question}, headers={"Authorization": f"Bearer {secret}"})
        assert (answer.status_code, "token" in answer.json()["error"]) == (401, True)


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("team_role", [None, *TeamRole])
def test_the_holder_of_a_token_is_answered_as_the_person_would_be(owner, promoted, role, team_role):
    team = promoted.version.asset.team if team_role else None
    actor = factories.person(roles=[role] if role else [], member_of=team, team_role=team_role or TeamRole.VIEWER).actor()
    _, secret = tokens.create_token(actor=actor, name="pipeline", days=1)
    words = (promoted.version.asset.slug, "1.0.0", "staging")
    by_token, by_person = (gatequery.by_version(asker, *words) for asker in (Bearer(secret), actor))
    assert by_token == by_person
    assert bool(by_token) == bool(role or team_role)
    assert gatequery.by_artifact(Bearer(secret), DIGEST, "staging") == gatequery.by_artifact(actor, DIGEST, "staging")


def test_an_answer_names_the_release_its_policy_and_its_end(ask, promoted):
    told = ask(**questions(promoted)[0]).json()
    release = Release.objects.select_related("snapshot").get(pk=promoted.pk)
    assert told["reasons"] == told["unmet"] == []
    assert told["release"]["snapshot"] == f"sha256:{release.snapshot.digest}"
    assert told["release"]["policy"]["digest"] == f"sha256:{release.policy_digest}"
    assert told["release"]["expires_at"] == release.expires_at.isoformat()
    assert told["release"]["url"] == release.get_absolute_url()


def test_a_kept_answer_is_asked_again_and_a_revocation_beats_it(ask, promoted):
    for question in questions(promoted):
        first = ask(**question)
        assert first["Cache-Control"] == "private, no-cache"
        assert "Authorization" in first["Vary"]
        again = ask(headers={"If-None-Match": first["ETag"]}, **question)
        assert (again.status_code, again.content) == (304, b"")
    kept = first["ETag"]
    promotions.revoke(actor=factories.reviewer(), release_id=promoted.pk, reason="A fault was found.")
    for question in questions(promoted):
        after = ask(headers={"If-None-Match": kept}, **question)
        assert (after.status_code, after.json()["allowed"]) == (200, False)


def test_an_open_release_tells_each_requirement_that_is_not_met(ask, owner):
    made = factories.version(owner, tier="limited", name="1.0.0")
    release = factories.release(owner, made)
    told = ask(model=made.asset.slug, version="1.0.0").json()
    missing = {one["requirement"]: one["reason"] for one in told["unmet"]}
    assert told["allowed"] is False
    assert "approval:ml" in missing
    assert all(reason in told["reasons"] for reason in missing.values())
    assert told["release"]["id"] == release.pk


def test_a_release_that_is_promoted_answers_before_a_later_one_in_review(ask, owner, promoted):
    second = factories.release(owner, promoted.version)
    assert second.pk > promoted.pk
    for question in questions(promoted):
        told = ask(**question).json()
        assert (told["allowed"], told["release"]["id"]) == (True, promoted.pk)


@pytest.mark.parametrize("by", [0, 1])
def test_changed_bytes_close_the_gate_though_they_were_let_through_before(ask, promoted, by):
    question = questions(promoted)[by]
    assert ask(**question).json()["allowed"] is True
    kept = Snapshot.objects.get(pk=promoted.snapshot_id)
    Snapshot.objects.filter(pk=kept.pk).update(text=kept.text.replace("1.0.0", "1.0.1"))
    told = ask(**question).json()
    assert (told["allowed"], "digest" in told["reasons"][0]) == (False, True)


def test_a_stranger_is_told_nothing_of_a_release(promoted):
    stranger = factories.engineer()
    _, secret = tokens.create_token(actor=stranger, name="pipeline", days=1)
    header = {"Authorization": f"Bearer {secret}"}
    by_version, by_artifact = questions(promoted)
    words = {"environment": "staging"}
    assert Client().get(reverse("api-gate"), {**by_version, **words}, headers=header).status_code == 404
    told = Client().get(reverse("api-gate"), {**by_artifact, **words}, headers=header).json()
    assert (told["allowed"], told["release"]) == (False, None)


def test_an_unknown_environment_is_refused_with_a_sentence(ask, promoted):
    for question in questions(promoted):
        refused = ask(**{**question, "environment": "elsewhere"})
        assert (refused.status_code, "no environment" in refused.json()["error"]) == (422, True)


def test_the_list_of_releases_tells_waivers_and_emergencies(owner):
    waived = factories.release(owner, factories.filled_version(owner, tier="limited"))
    made = factories.waiver(owner, waived, "framework:oecd_ai_principles", granted_by=factories.reviewer())
    urgent = factories.emergency_of(owner)
    client = Client()
    client.force_login(Person.objects.get(pk=owner.id))
    found = {one["id"]: one for one in client.get(reverse("api-releases")).json()["results"]}
    told = found[waived.pk]["waivers"][0]
    assert (told["requirement"], told["state"], told["requested_by"]) == (made.requirement, "granted", owner.name)
    assert (told["snapshot"], told["decided_by"]) == (waived.snapshot.digest, made.decided_by.name)
    assert [one["state"] for one in found[urgent.pk]["emergencies"]] == ["confirmed"]
    assert found[urgent.pk]["waivers"] == []
