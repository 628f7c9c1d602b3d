"""The panel of reviewers, the page of delegations, Home and the calendar, as people see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.services import assignments
from registry.models import Person
from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return factories.person("Olga Owner", member_of=factories.team())


@pytest.fixture
def ml():
    return factories.person("Mia Lehmann", roles=[Role.REVIEWER_ML])


@pytest.fixture
def release(owner):
    return factories.release(owner.actor(), factories.version(owner.actor(), tier="limited"))


def read(client, person, url):
    client.force_login(person)
    return client.get(url).content.decode()


def test_an_owner_chooses_among_those_who_may_and_sees_what_each_has_open(client, owner, ml, release):
    busy = factories.release(owner.actor(), factories.version(owner.actor(), tier="limited"))
    assignments.assign(actor=owner.actor(), release_id=busy.pk, role="ml", person_id=ml.pk)
    factories.person("Idle Ida", roles=[Role.REVIEWER_ML])
    text = read(client, owner, release.get_absolute_url())
    assert "Mia Lehmann (1 open)" in text
    assert "Idle Ida (nothing open)" in text
    assert "Unassigned" in text
    assert "Olga Owner (" not in text


def test_a_reader_sees_who_reviews_and_cannot_change_it(client, owner, ml, release):
    assignments.assign(actor=owner.actor(), release_id=release.pk, role="ml", person_id=ml.pk)
    text = read(client, factories.person(roles=[Role.AUDITOR]), release.get_absolute_url())
    assert "Mia Lehmann" in text
    assert "Take it from them" not in text
    assert "Pass on" not in text


def test_a_reviewer_takes_a_review_from_home(client, ml, release):
    text = read(client, ml, reverse("home"))
    assert "Reviews that nobody has taken" in text
    address = reverse("release-assign", args=[*release.version.url_args, release.pk])
    client.post(address, {"role": "ml", "person_id": ml.pk})
    text = read(client, ml, reverse("home"))
    assert "Reviews that nobody has taken" not in text
    assert "ML review" in text
    assert "Due " in text


def test_an_overdue_review_says_so(client, ml, release):
    made = assignments.assign(actor=ml.actor(), release_id=release.pk, role="ml", person_id=ml.pk)
    made.due_on = timezone.localdate() - timedelta(days=1)
    made.save()
    assert "Overdue" in read(client, ml, reverse("home"))
    assert "Overdue" in read(client, ml, release.get_absolute_url())
    assert "Past" in read(client, ml, reverse("calendar"))


def test_a_wrong_choice_is_answered_with_what_to_do(client, owner, release):
    client.force_login(owner)
    address = reverse("release-assign", args=[*release.version.url_args, release.pk])
    response = client.post(address, {"role": "ml", "person_id": "", "due_on": ""}, follow=True)
    assert "Choose somebody from the list" in response.content.decode()
    response = client.post(address, {"role": "ml", "person_id": owner.pk})
    assert response.status_code == 422
    assert "nobody decides on their own work" in response.content.decode()


def test_a_delegation_keeps_what_was_typed_when_it_is_refused(client, ml):
    other = factories.person("Otto Other", roles=[Role.REVIEWER_ML])
    client.force_login(ml)
    values = {"role": "ml", "delegate_id": other.pk, "starts_on": "2100-02-03", "ends_on": "2100-02-01"}
    response = client.post(reverse("delegations"), values)
    text = response.content.decode()
    assert response.status_code == 422
    assert "The last day lies before the first." in text
    assert 'value="2100-02-01"' in text
    response = client.post(reverse("delegations"), values | {"ends_on": "2100-02-05"}, follow=True)
    assert "Otto Other does your reviews in these days." in response.content.decode()


def test_the_calendar_is_handed_out_as_a_file(client, owner, release, ml):
    made = assignments.assign(actor=owner.actor(), release_id=release.pk, role="ml", person_id=ml.pk)
    client.force_login(ml)
    response = client.get(reverse("calendar-file"), {"kind": "review"})
    assert response["Content-Type"].startswith("text/calendar")
    assert f"DTSTART;VALUE=DATE:{made.due_on:%Y%m%d}" in response.content.decode()
    assert "BEGIN:VEVENT" not in client.get(reverse("calendar-file"), {"kind": "approval"}).content.decode()


@pytest.mark.parametrize("query", [{"whose": "nobody"}, {"kind": "x"}, {"model": "none"}, {"by": "year"}])
def test_a_wild_filter_breaks_nothing(client, owner, query):
    client.force_login(owner)
    assert client.get(reverse("calendar"), query).status_code == 200


def test_the_menu_offers_delegation_to_reviewers_only(client, owner, ml):
    assert reverse("delegations") in read(client, Person.objects.get(pk=ml.pk), reverse("home"))
    assert reverse("delegations") not in read(client, owner, reverse("home"))
