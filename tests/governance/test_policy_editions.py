"""Editions of policies: written by one, published by another, and never changed afterwards."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from governance.gate.editions import MOVES, EditionState, EditionStep, after
from governance.gate.shipped import policies, sources
from governance.models import PolicyEdition
from governance.services import environments, policyeditions, releases
from governance.services.facts import requirements_of
from governance.services.gatekeeping import ask_about_version
from governance.services.policies import in_force, policy_for
from governance.services.shipped import install_shipped
from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.policy import SYSTEM, Role
from tests import factories

pytestmark = pytest.mark.django_db
FIXED = [EditionState.PUBLISHED, EditionState.RETIRED]


@pytest.fixture
def author():
    return factories.person("Petra", roles=[Role.POLICY_ADMINISTRATOR]).actor()


@pytest.fixture
def second():
    return factories.person("Paul", roles=[Role.POLICY_ADMINISTRATOR]).actor()


@pytest.fixture
def owner():
    return factories.engineer()


def written(author, change=lambda text: text.replace("essential_percent: 30", "essential_percent: 50"), place=("minimal", "staging")):
    made = policyeditions.begin(actor=author, tier=place[0], environment=place[1])
    return policyeditions.write(actor=author, edition_id=made.pk, text=change(made.text), reason="So.", based_on=made.revision)


def proposed(author, *args, **words):
    return policyeditions.propose(actor=author, edition_id=written(author, *args, **words).pk)


def published(author, second, *args, **words):
    made = proposed(author, *args, **words)
    return policyeditions.publish(actor=second, edition_id=made.pk, digest=made.digest)


def test_the_shipped_policies_are_in_force_from_the_start():
    assert {key: one.digest for key, one in in_force().items()} == {key: one.digest for key, one in policies().items()}
    assert {one.key: one.text for one in PolicyEdition.objects.all()} == dict(sources())
    assert install_shipped(actor=SYSTEM) == []


def test_a_change_is_written_by_one_and_published_by_another(author, second, owner):
    made = published(author, second)
    assert policy_for("minimal", "staging").documents[0].essential_percent == 50
    assert (made.version, made.published_by_id) == ("2", second.person_id)
    assert list(PolicyEdition.objects.filter(key="minimal-staging").order_by("pk").values_list("state", flat=True)) == [
        "retired",
        "published",
    ]
    entry = audit.history().order_by("-pk")[0]
    assert (entry.action, entry.subject) == ("policy.publish", f"policy/minimal-staging/{made.pk}")
    release = factories.release(owner, factories.version(owner))
    assert (release.policy_version, release.policy_digest) == ("2", made.digest)


def test_a_release_keeps_the_edition_it_was_submitted_under(author, second, owner):
    release = factories.release(owner, factories.version(owner))
    before = [one.reason for one in requirements_of(release)]
    published(author, second)
    assert release.policy_version == "1"
    assert [one.reason for one in requirements_of(release)] == before


def test_nobody_publishes_what_they_wrote_any_of(author, second):
    made = written(author)
    made = policyeditions.write(actor=second, edition_id=made.pk, text=made.text + "# Checked.\n", reason="So.", based_on=made.revision)
    made = policyeditions.propose(actor=author, edition_id=made.pk)
    for writer in (author, second):
        with pytest.raises(ForbiddenError, match="own work"):
            policyeditions.publish(actor=writer, edition_id=made.pk, digest=made.digest)
        with pytest.raises(ForbiddenError, match="own work"):
            policyeditions.send_back(actor=writer, edition_id=made.pk, reason="So.")
    assert policy_for("minimal", "staging").version == "1"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.POLICY_ADMINISTRATOR])
def test_only_policy_administrators_write_and_publish(author, role):
    actor = factories.person(roles=[role]).actor()
    made = proposed(author)
    with pytest.raises(ForbiddenError, match="policy administrator"):
        policyeditions.begin(actor=actor, tier="minimal", environment="staging")
    with pytest.raises(ForbiddenError, match="policy administrator"):
        policyeditions.publish(actor=actor, edition_id=made.pk, digest=made.digest)


def test_whatever_is_typed_is_kept_and_what_is_wrong_is_told_by_line(author):
    made = written(author, lambda text: text.replace("quorum", "quorums") + "artefacts: 2\nvalidity_days: [", ("minimal", "production"))
    assert made.text.endswith("validity_days: [")
    assert made.digest == ""
    faults = policyeditions.reading_of(made).faults
    assert "YAML" in faults[0].text
    with pytest.raises(DomainError, match="no policy yet"):
        policyeditions.propose(actor=author, edition_id=made.pk)


def test_two_writers_never_overwrite_each_other(author, second):
    made = written(author)
    policyeditions.write(actor=second, edition_id=made.pk, text="mine", reason="", based_on=made.revision)
    with pytest.raises(ConflictError, match="Somebody else saved"):
        policyeditions.write(actor=author, edition_id=made.pk, text="also mine", reason="", based_on=made.revision)
    assert PolicyEdition.objects.get(pk=made.pk).text == "mine"


def test_a_proposal_says_why_changes_something_and_has_a_version_of_its_own(author, second):
    made = policyeditions.begin(actor=author, tier="minimal", environment="staging")
    with pytest.raises(DomainError, match="Say why"):
        policyeditions.propose(actor=author, edition_id=made.pk)
    same = written(author, lambda text: text.replace('version: "2"', 'version: "1"'))
    with pytest.raises(DomainError, match="nothing would change"):
        policyeditions.propose(actor=author, edition_id=same.pk)
    taken = written(author, lambda text: text.replace('version: "2"', 'version: "1"').replace("30", "31"))
    with pytest.raises(ConflictError, match="edition 1 of this policy already"):
        policyeditions.propose(actor=author, edition_id=taken.pk)


def test_a_draft_stays_with_its_tier_and_environment(author):
    made = written(author, lambda text: text.replace("minimal", "limited"))
    assert [(fault.line, fault.place) for fault in policyeditions.reading_of(made).faults] == [(1, "key")]


def test_what_is_published_is_what_was_read(author, second):
    made = proposed(author)
    policyeditions.take_back(actor=author, edition_id=made.pk)
    again = policyeditions.write(actor=author, edition_id=made.pk, text=made.text.replace("50", "51"), reason="So.", based_on=made.revision)
    policyeditions.propose(actor=author, edition_id=again.pk)
    with pytest.raises(ConflictError, match="changed while you were reading"):
        policyeditions.publish(actor=second, edition_id=made.pk, digest=made.digest)


def test_a_proposal_goes_back_with_a_reason_and_can_be_proposed_again(author, second):
    made = proposed(author)
    with pytest.raises(DomainError, match="Say why"):
        policyeditions.send_back(actor=second, edition_id=made.pk, reason=" ")
    back = policyeditions.send_back(actor=second, edition_id=made.pk, reason="Fifty is too little.")
    assert (back.state, back.remark) == ("draft", "Fifty is too little.")
    assert policyeditions.propose(actor=author, edition_id=made.pk).remark == ""


def test_a_new_environment_gets_a_policy_of_its_own(author, second, owner):
    environments.add_environment(actor=author, key="canary", title="Canary")
    published(author, second, lambda text: text, place=("minimal", "canary"))
    release = releases.submit(actor=owner, version_id=factories.version(owner).pk, environment="canary")
    assert release.policy_key == "minimal-canary"


@pytest.mark.parametrize("step", list(EditionStep))
@pytest.mark.parametrize("state", list(EditionState))
def test_every_move_that_is_not_in_the_table_is_refused(state, step):
    if (state, step) in MOVES:
        assert after(state, step) is MOVES[state, step]
    else:
        with pytest.raises(ConflictError, match="cannot be"):
            after(state, step)


def test_a_draft_is_discarded_and_a_published_edition_is_not(author):
    made = written(author)
    policyeditions.discard(actor=author, edition_id=made.pk)
    assert not PolicyEdition.objects.filter(pk=made.pk).exists()
    present = PolicyEdition.objects.in_force().first()
    with pytest.raises(ConflictError):
        policyeditions.discard(actor=author, edition_id=present.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "other"},
        {"content": "{}"},
        {"digest": "0" * 64},
        {"version": "9"},
        {"forbidden": "No."},
        {"state": "draft"},
        {"published_at": None},
        {"published_by_id": None, "title": "x"},
    ],
)
@pytest.mark.parametrize("state", FIXED)
def test_the_database_refuses_to_change_what_was_published(author, second, change, state):
    made = published(author, second)
    edition = PolicyEdition.objects.filter(key="minimal-staging", state=state)
    assert edition.exists()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        edition.update(**change)
    assert PolicyEdition.objects.get(pk=made.pk).digest == made.digest


def test_a_retired_edition_does_not_come_back(author, second):
    published(author, second)
    retired = PolicyEdition.objects.filter(key="minimal-staging", state="retired")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        retired.update(state="published")


def test_one_policy_is_in_force_for_each_place(author):
    made = written(author)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyEdition.objects.filter(pk=made.pk).update(state="published", published_at=made.begun_at)


def test_a_newer_shipped_policy_is_proposed_and_not_in_force(second, monkeypatch):
    shipped = dict(policies())
    newer = type(shipped["high-staging"]).from_json({**shipped["high-staging"].to_json(), "version": "77", "artifacts": 2})
    monkeypatch.setattr("governance.services.shipped.policies", lambda: {**shipped, "high-staging": newer})
    (made,) = install_shipped(actor=SYSTEM)
    assert (made.state, made.digest, policy_for("high", "staging").digest) == ("proposed", newer.digest, shipped["high-staging"].digest)
    assert install_shipped(actor=SYSTEM) == []


def test_a_policy_that_turns_to_forbid_closes_the_gate_at_once(author, second, owner):
    release = factories.promotion(owner, factories.filled_version(owner))
    words = {"asker": SYSTEM, "model": release.version.asset.slug, "version": release.version.name, "environment": "staging"}
    assert ask_about_version(**words).allowed
    published(author, second, lambda text: text + "forbidden: Nothing runs here until the audit is over.\n")
    answer = ask_about_version(**words)
    assert (answer.allowed, answer.reasons) == (False, ("Nothing runs here until the audit is over.",))
