"""The pages on which policies are changed: written, tried, and published by a second person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from governance.models import PolicyEdition
from governance.services import policyeditions
from governance.services.policies import policy_for
from governance.services.simulation import Outcome, judge
from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def petra():
    return factories.person("Petra", roles=[Role.POLICY_ADMINISTRATOR])


@pytest.fixture
def paul():
    return factories.person("Paul", roles=[Role.POLICY_ADMINISTRATOR])


@pytest.fixture
def draft(petra):
    return policyeditions.begin(actor=petra.actor(), tier="minimal", environment="staging")


def address(name, edition, *more):
    return reverse(name, args=[edition.key, edition.pk, *more])


def save(client, edition, text, **more):
    words = {"text": text, "reason": "So.", "based_on": edition.revision, **more}
    return client.post(address("edition-edit", edition), words)


def stricter(edition):
    return edition.text.replace("essential_percent: 30", "essential_percent: 100")


def test_a_change_goes_from_the_first_page_to_new_submissions(petra, paul):
    writer, second = signed_in(petra), signed_in(paul)
    writer.post(reverse("edition-begin"), {"tier": "minimal", "environment": "staging"})
    made = PolicyEdition.objects.get(state="draft")
    assert save(writer, made, stricter(made)).status_code == 302
    page = writer.get(made.get_absolute_url()).content.decode()
    assert "essential_percent: 100" in page
    writer.post(address("edition-step", made, "propose"))
    assert "own work" in writer.get(made.get_absolute_url()).content.decode()
    digest = PolicyEdition.objects.get(pk=made.pk).digest
    assert writer.post(address("edition-step", made, "publish"), {"digest": digest}).status_code == 403
    assert second.post(address("edition-step", made, "publish"), {"digest": "0" * 64}).status_code == 409
    assert second.post(address("edition-step", made, "publish"), {"digest": digest}).status_code == 302
    assert policy_for("minimal", "staging").documents[0].essential_percent == 100
    assert "Edition 2" in signed_in(factories.person()).get(made.get_absolute_url()).content.decode()


def test_what_is_no_policy_is_kept_and_told_by_line(petra, draft):
    text = draft.text.replace("essential_percent", "essential_percents") + "approvals: [{role: astrology, quorum: 1}]\n"
    client = signed_in(petra)
    page = client.get(save(client, draft, text)["Location"]).content.decode()
    assert "essential_percents" in page
    for told in ("unknown key essential_percents", "approvals[1].role must be one of ml", 'data-line="9"'):
        assert told in page
    assert client.post(address("edition-step", draft, "propose")).status_code == 422


def test_two_who_write_at_once_lose_nothing(petra, paul, draft):
    save(signed_in(paul), draft, draft.text + "# Paul\n")
    answer = save(signed_in(petra), draft, draft.text + "# Petra\n")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "# Petra" in page
    assert "# Paul" in page
    assert 'name="based_on" value="2"' in page


def test_a_draft_is_sent_back_with_a_reason_that_its_author_reads(petra, paul, draft):
    save(signed_in(petra), draft, stricter(draft))
    signed_in(petra).post(address("edition-step", draft, "propose"))
    assert signed_in(paul).post(address("edition-step", draft, "send-back"), {"reason": ""}).status_code == 422
    signed_in(paul).post(address("edition-step", draft, "send-back"), {"reason": "A hundred is too much."})
    assert "A hundred is too much." in signed_in(petra).get(address("edition-edit", draft)).content.decode()
    signed_in(petra).post(address("edition-step", draft, "discard"))
    assert not PolicyEdition.objects.filter(pk=draft.pk).exists()
    assert signed_in(petra).post(address("edition-step", draft, "discard")).status_code == 404


def test_the_simulator_says_which_releases_it_would_have_stopped_and_why(petra, draft):
    owner = factories.engineer()
    passed = factories.promotion(owner, factories.filled_version(owner))
    still_open = factories.release(owner, factories.version(owner))
    client = signed_in(petra)
    save(client, draft, draft.text + "artifacts: 1\n")
    before = PolicyEdition.objects.count(), passed.state, still_open.state
    page = client.get(address("edition-simulate", draft)).content.decode()
    for told in ("Would have been stopped", "More would be asked", "Artifacts named by digest (new)", "2 releases in all"):
        assert told in page
    passed.refresh_from_db()
    still_open.refresh_from_db()
    assert (PolicyEdition.objects.count(), passed.state, still_open.state) == before


def test_a_past_release_is_judged_as_of_its_promotion():
    owner = factories.engineer()
    release = factories.promotion(owner, factories.filled_version(owner))
    found = judge(policy_for("minimal", "staging"), type(release).objects.for_page().get(pk=release.pk))
    assert (found.outcome, found.moment) == (Outcome.PASSES, release.promoted_at)


def test_many_releases_are_judged_a_page_at_a_time(petra, draft):
    owner = factories.engineer()
    for _ in range(11):
        factories.release(owner, factories.version(owner))
    client = signed_in(petra)
    first = client.get(address("edition-simulate", draft)).content.decode()
    second = client.get(address("edition-simulate", draft), {"page": "2"}).content.decode()
    assert (first.count('data-label="Judged at"'), second.count('data-label="Judged at"')) == (10, 1)


def test_drafts_are_listed_for_policy_administrators_alone(petra, draft):
    assert draft.get_absolute_url() in signed_in(petra).get(reverse("policy-list")).content.decode()
    assert "Being changed" not in signed_in(factories.person()).get(reverse("policy-list")).content.decode()
