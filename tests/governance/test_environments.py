"""Environments are data: kept by policy administrators, and each tells how it takes the gate's verdict."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from governance.gate.mode import Mode, note, told
from governance.models import Environment
from governance.services import environments, promotions, releases
from governance.services.gatekeeping import ask_about_artifact, ask_about_version
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import Snapshot
from registry.policy import SYSTEM, Role
from registry.services import assets, versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()


@pytest.fixture
def owner():
    return factories.engineer()


def keys():
    return list(Environment.objects.values_list("key", flat=True))


def ask(release):
    version = release.version
    return ask_about_version(asker=SYSTEM, model=version.asset.slug, version=version.name, environment="staging")


def test_an_environment_is_added_last_renamed_and_moved_each_with_an_entry(keeper):
    environments.add_environment(actor=keeper, key="canary", title="Canary")
    environments.move_environment(actor=keeper, key="canary", towards="earlier")
    environments.edit_environment(actor=keeper, key="canary", title="Canary users", mode=Mode.WARN)
    assert keys() == ["staging", "canary", "production"]
    found = Environment.objects.get(key="canary")
    assert (found.title, found.mode) == ("Canary users", "warn")
    assert [entry.subject for entry in audit.history().order_by("pk")][-3:] == ["environment/canary"] * 3


def test_an_environment_prevents_until_somebody_says_otherwise(keeper):
    assert environments.add_environment(actor=keeper, key="canary", title="Canary").mode == Mode.PREVENT
    assert set(Environment.objects.values_list("mode", flat=True)) == {"prevent"}


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ({"key": "staging", "title": "Other"}, ConflictError, "already an environment with the key"),
        ({"key": "other", "title": " STAGING "}, ConflictError, "already an environment named"),
        ({"key": "Two words", "title": "Other"}, DomainError, "small letters"),
        ({"key": "other", "title": " "}, DomainError, "blank"),
        ({"key": "other", "title": "Other", "mode": "shout"}, DomainError, "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(keeper, words, error, says):
    with pytest.raises(error, match=says):
        environments.add_environment(actor=keeper, **words)
    assert keys() == ["staging", "production"]


def test_only_a_policy_administrator_keeps_environments(owner):
    administrator = factories.person(roles=[Role.ADMINISTRATOR]).actor()
    for actor in (owner, administrator, SYSTEM):
        with pytest.raises(ForbiddenError):
            environments.add_environment(actor=actor, key="canary", title="Canary")
        with pytest.raises(ForbiddenError):
            environments.edit_environment(actor=actor, key="staging", title="Staging", mode=Mode.OBSERVE)
        with pytest.raises(ForbiddenError):
            environments.move_environment(actor=actor, key="staging", towards="later")


def test_a_move_beyond_the_ends_and_a_change_of_nothing_are_refused(keeper):
    with pytest.raises(ConflictError, match="first environment already"):
        environments.move_environment(actor=keeper, key="staging", towards="earlier")
    with pytest.raises(ConflictError, match="Nothing was changed"):
        environments.edit_environment(actor=keeper, key="staging", title="Staging", mode=Mode.PREVENT)


def test_the_database_knows_the_modes_too():
    with pytest.raises(IntegrityError), transaction.atomic():
        Environment.objects.filter(key="staging").update(mode="shout")


def test_nothing_is_submitted_to_an_environment_without_a_policy(owner, keeper):
    environments.add_environment(actor=keeper, key="canary", title="Canary")
    made = factories.filled_version(owner)
    with pytest.raises(DomainError, match="no policy for the tier “minimal” and the environment “canary”"):
        releases.submit(actor=owner, version_id=made.pk, environment="canary")
    with pytest.raises(DomainError, match="Choose from staging, production, canary"):
        releases.submit(actor=owner, version_id=made.pk, environment="moon")


@pytest.mark.parametrize("mode", [Mode.WARN, Mode.OBSERVE])
def test_a_softer_mode_tells_yes_with_a_note_and_changes_nothing_for_people(owner, keeper, mode):
    environments.edit_environment(actor=keeper, key="staging", title="Staging", mode=mode)
    release = factories.release(owner, factories.version(owner))
    answer = ask(release)
    assert (answer.allowed, answer.verdict, answer.mode) == (True, False, mode)
    assert answer.reasons
    assert "says no" in answer.note
    with pytest.raises(ConflictError, match="not yet"):
        promotions.promote(actor=owner, release_id=release.pk)


def test_what_was_never_submitted_is_let_through_where_the_gate_only_warns(owner, keeper):
    environments.edit_environment(actor=keeper, key="staging", title="Staging", mode=Mode.WARN)
    assert ask_about_artifact(asker=SYSTEM, artifact="ab" * 32, environment="staging").allowed
    assert not ask_about_artifact(asker=SYSTEM, artifact="ab" * 32, environment="production").allowed
    made = factories.version(owner, tier="prohibited")
    versions.add_artifact(actor=owner, version_id=made.pk, name="m", sha256="cd" * 32, size=1)
    for answer in (
        ask_about_artifact(asker=SYSTEM, artifact="cd" * 32, environment="staging"),
        ask_about_version(asker=SYSTEM, model=made.asset.slug, version=made.name, environment="staging"),
    ):
        assert not answer.allowed


@pytest.mark.parametrize("harm", ["revoked", "suspended", "prohibited", "altered"])
def test_what_is_stopped_forbidden_or_altered_is_refused_in_every_mode(owner, keeper, harm):
    environments.edit_environment(actor=keeper, key="staging", title="Staging", mode=Mode.OBSERVE)
    release = factories.promotion(owner, factories.filled_version(owner))
    assert ask(release).verdict
    if harm == "revoked":
        promotions.revoke(actor=owner, release_id=release.pk, reason="So.")
    elif harm == "suspended":
        promotions.suspend(actor=owner, release_id=release.pk, reason="So.")
    elif harm == "prohibited":
        assets.set_tier(actor=owner, asset_id=release.version.asset_id, tier="prohibited", reason="So.")
    else:
        Snapshot.objects.filter(pk=release.snapshot_id).update(text=release.snapshot.text.replace("1.0.0", "1.0.1"))
    answer = ask(release)
    assert (answer.allowed, answer.verdict) == (False, False)
    assert "every mode" in answer.note


def test_the_command_exits_0_and_prints_the_note_where_the_gate_only_warns(owner, keeper):
    environments.edit_environment(actor=keeper, key="staging", title="Staging", mode=Mode.WARN)
    made = factories.version(owner)
    out, err = io.StringIO(), io.StringIO()
    call_command("gate", made.asset.slug, made.name, "--environment", "staging", stdout=out, stderr=err)
    assert "The gate is closed." in out.getvalue()
    assert "WARNING" in err.getvalue()
    with pytest.raises(CommandError, match="Choose from staging, production"):
        call_command("gate", made.asset.slug, made.name, "--environment", "moon")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("verdict", [True, False])
@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_mode_never_makes_a_yes_a_no_nor_softens_a_stop(mode, verdict, is_stopped):
    allowed = told(mode, verdict=verdict, is_stopped=is_stopped)
    assert allowed or not verdict
    assert not (is_stopped and allowed and not verdict)
    assert bool(note(mode, "staging", verdict=verdict, is_stopped=is_stopped)) is (mode is not Mode.PREVENT and not verdict)


def test_what_was_rolled_back_to_and_then_revoked_is_stopped_and_not_called_superseded(owner, keeper):
    environments.edit_environment(actor=keeper, key="staging", title="Staging", mode=Mode.OBSERVE)
    made = factories.filled_version(owner)
    first, second = factories.promotion(owner, made), factories.promotion(owner, made)
    assert second.pk > first.pk
    promotions.roll_back(actor=owner, release_id=first.pk, reason="The new one is slow.")
    promotions.revoke(actor=factories.reviewer(), release_id=first.pk, reason="A leak was found.")
    answer = ask(first)
    assert (answer.allowed, answer.is_stopped, answer.standing.release_id) == (False, True, first.pk)
    assert "revoked" in answer.reasons[0]
