"""What was sent while nobody was signed in is offered again to the same person, and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from registry import unsent
from registry.models import Comment, Document, Person
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long sentence of words"


def person_of(team, name="Olga Owner") -> Person:
    made = factories.person(name, member_of=team)
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def team():
    cache.clear()
    return factories.team()


@pytest.fixture
def owner(team) -> Person:
    return person_of(team)


@pytest.fixture
def made(owner):
    return factories.version(owner.actor())


def text(response) -> str:
    return response.content.decode()


def address(made, section="identity") -> str:
    return reverse("document-edit", args=[*made.url_args, section])


def form_of(client, made) -> dict[str, str]:
    """Return what the page of a section would send."""
    form = client.get(address(made)).context["form"]
    tag = unsent.signed_name(client.get(address(made)).wsgi_request.actor)
    return {"based_on": form["based_on"].value(), "overview": "Typed for an hour.", "note": "Mine", unsent.FIELD: tag}


def sign_in(client, person):
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def sent_in_vain(person, made, **more) -> Client:
    client = Client()
    client.force_login(person)
    data = {**form_of(client, made), **more}
    client.logout()
    answer = client.post(address(made), data)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    return client


def test_the_same_person_finds_it_and_saves_it(owner, made):
    client = sent_in_vain(owner, made)
    assert not Document.objects.get(version=made).content.get("overview")
    sign_in(client, owner)
    page = client.get(address(made))
    assert "was not saved" in text(page)
    assert "Typed for an hour." in text(page)
    assert "data-unsaved" in text(page)
    assert "Typed for an hour." not in text(client.get(address(made, "oversight")))
    assert "Typed for an hour." in text(client.get(address(made)))
    client.post(address(made), {**form_of(client, made), "overview": "Typed for an hour."})
    assert Document.objects.get(version=made).content["overview"] == "Typed for an hour."
    assert "was not saved" not in text(client.get(address(made)))


def test_nobody_else_gets_it_and_then_it_is_gone(owner, made, team):
    client = sent_in_vain(owner, made)
    other = person_of(team, "Otto Other")
    sign_in(client, other)
    assert "Typed for an hour." not in text(client.get(address(made)))
    client.logout()
    sign_in(client, owner)
    assert "Typed for an hour." not in text(client.get(address(made)))


def test_another_browser_does_not_get_it(owner, made):
    sent_in_vain(owner, made)
    client = Client()
    sign_in(client, owner)
    assert "Typed for an hour." not in text(client.get(address(made)))


@pytest.mark.parametrize("change", [{unsent.FIELD: ""}, {unsent.FIELD: "1:forged"}, {"overview": "x" * (unsent.MOST_LETTERS + 1)}])
def test_a_page_that_is_not_ours_or_too_long_leaves_nothing(owner, made, change):
    client = sent_in_vain(owner, made, **change)
    sign_in(client, owner)
    assert "was not saved" not in text(client.get(address(made)))
    assert unsent.SESSION not in client.session


def test_it_stays_for_an_hour_and_can_be_thrown_away(owner, made, monkeypatch):
    client = sent_in_vain(owner, made)
    sign_in(client, owner)
    client.post(address(made), {unsent.FORGET: "1"})
    assert "was not saved" not in text(client.get(address(made)))
    monkeypatch.setattr(unsent, "STAYS", timedelta(0))
    client = sent_in_vain(owner, made)
    sign_in(client, owner)
    assert "was not saved" not in text(client.get(address(made)))


def test_a_token_that_is_out_of_date_is_no_loss_and_saves_nothing_by_itself(owner, made):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    data = form_of(client, made)
    answer = client.post(address(made), {**data, "csrfmiddlewaretoken": "out of date"})
    assert (answer.status_code, answer["Location"]) == (302, address(made))
    assert "Typed for an hour." in text(client.get(address(made)))
    assert not Document.objects.get(version=made).content.get("overview")
    assert client.post(address(made), {"overview": "Forged.", "based_on": "1"}).status_code == 403
    assert client.post(reverse("tokens"), {"name": "x", **data}).status_code == 403


def test_saving_by_itself_ends_it_at_its_own_place_only(owner, made):
    client = sent_in_vain(owner, made)
    sign_in(client, owner)
    for section, is_there in (("oversight", True), ("identity", False)):
        place = reverse("document-autosave", args=[*made.url_args, section])
        assert client.post(place, {"based_on": "1", "session": "a-session-1"}).status_code == 200
        assert ("was not saved" in text(client.get(address(made)))) is is_there


def test_a_comment_and_an_answer_are_kept_too(owner, made):
    client = Client()
    client.force_login(owner)
    place = reverse("comments", args=[*made.url_args, "document/overview"])
    tag = unsent.signed_name(owner.actor())
    client.post(place, {"text": "Why?"})
    thread = Comment.objects.get()
    for data, words in (
        ({"text": "One word more."}, "One word more.</textarea>"),
        ({"do": f"answer-{thread.pk}", f"answer-{thread.pk}": "Because."}, "Because.</textarea>"),
    ):
        client.logout()
        led = client.post(place, {**data, unsent.FIELD: tag}, headers={"HX-Request": "true"})
        assert led["HX-Redirect"].startswith(reverse("account_login"))
        sign_in(client, owner)
        page = text(client.get(place))
        assert words in page
        assert "Your words were not sent" in page
        client.post(place, data)
        assert "Your words were not sent" not in text(client.get(place))
