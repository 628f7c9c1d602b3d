"""What asks for somebody's answer on Home, and who is told of a change of a policy."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.models import Emergency
from governance.services import emergencies, policyeditions
from governance.services.asks import asks_of
from governance.workflow import Step
from registry.models import Notice, Person
from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def author():
    return factories.person("Petra", roles=[Role.POLICY_ADMINISTRATOR]).actor()


@pytest.fixture
def second():
    return factories.person("Paul", roles=[Role.POLICY_ADMINISTRATOR]).actor()


def labels(actor):
    return [ask.label for ask in asks_of(actor)]


def proposed(author):
    made = policyeditions.begin(actor=author, tier="minimal", environment="staging")
    text = made.text.replace("essential_percent: 30", "essential_percent: 50")
    policyeditions.write(actor=author, edition_id=made.pk, text=text, reason="It was too little.", based_on=made.revision)
    return policyeditions.propose(actor=author, edition_id=made.pk)


def told(actor):
    return [notice.subject for notice in Notice.objects.filter(person_id=actor.id).order_by("pk")]


def test_a_waiver_waits_for_those_who_may_answer_it(owner):
    release = factories.release(owner, factories.filled_version(owner, tier="limited"))
    made = factories.waiver(owner, release, "framework:oecd_ai_principles")
    found = asks_of(factories.reviewer())
    assert [(ask.label, ask.url) for ask in found] == [("Waiver", f"{release.get_absolute_url()}#waivers")]
    assert made.reason in found[0].text
    assert labels(owner) == labels(factories.reviewer("legal")) == []


def test_an_emergency_waits_for_an_answer_and_then_for_its_review(owner):
    release = factories.emergency_of(owner, "asked")
    asked, reviewer = release.emergencies.get(), factories.reviewer(release.emergencies.get().role)
    assert labels(reviewer) == ["Emergency"]
    emergencies.confirm_emergency(actor=reviewer, emergency_id=asked.pk, comment="I called the team.")
    other = factories.reviewer(release.roles[0])
    assert labels(other) == ["Review owed"]
    Emergency.objects.update(review_due=timezone.now())
    assert labels(other) == ["Overdue"]
    assert labels(owner) == []
    emergencies.review_afterwards(actor=other, emergency_id=asked.pk, role=release.roles[0], step=Step.APPROVE, comment="So.")
    assert labels(other) == []


def test_a_proposal_waits_for_a_second_person_who_is_told(author, second):
    edition = proposed(author)
    assert [(ask.title, ask.url) for ask in asks_of(second)] == [(edition.title, edition.get_absolute_url())]
    assert asks_of(author) == []
    assert told(second) == [f"Policy proposed: {edition.title}"]
    assert told(author) == []


def test_its_authors_are_told_what_became_of_it(author, second):
    edition = proposed(author)
    policyeditions.send_back(actor=second, edition_id=edition.pk, reason="Too much at once.")
    assert told(author) == [f"Policy sent back: {edition.title}"]
    policyeditions.propose(actor=author, edition_id=edition.pk)
    policyeditions.publish(actor=second, edition_id=edition.pk, digest=edition.digest)
    assert told(author)[1:] == [f"Policy published: {edition.title}"]


def test_an_auditor_reads_a_proposal_and_no_draft(author):
    client = Client()
    client.force_login(factories.person(roles=[Role.AUDITOR]))
    edition = proposed(author)
    assert client.get(edition.get_absolute_url()).status_code == 200
    assert edition.get_absolute_url() in client.get("/policies/").content.decode()
    policyeditions.take_back(actor=author, edition_id=edition.pk)
    assert client.get(edition.get_absolute_url()).status_code == 404
    assert edition.get_absolute_url() not in client.get("/policies/").content.decode()


def test_home_shows_what_waits_and_does_not_call_a_policy_administrator_idle(author, second):
    client = Client()
    client.force_login(Person.objects.get(pk=second.id))
    assert "Nothing waits for your answer" in client.get("/").content.decode()
    edition = proposed(author)
    page = client.get("/").content.decode()
    assert edition.get_absolute_url() in page
    assert "You read along" not in page
    assert "Nothing waits for your answer" not in page


def test_it_costs_the_same_however_much_waits(owner):
    reviewer = factories.reviewer()

    def cost():
        for _ in range(2):
            release = factories.release(owner, factories.filled_version(owner, tier="limited"))
            factories.waiver(owner, release, "framework:oecd_ai_principles")
            factories.emergency_of(owner)
        with CaptureQueriesContext(connection) as counted:
            found = asks_of(reviewer)
        return len(counted), len(found)

    (queries, number), (later, more) = cost(), cost()
    assert more > number
    assert later == queries
