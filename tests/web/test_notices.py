"""The pages of notices."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import Channel, Notice
from registry.services import notices
from registry.services.notices import NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return factories.person(member_of=factories.team())


@pytest.fixture
def page(client, person):
    client.force_login(person)
    return client


def test_without_a_notice_the_page_says_what_will_come(page):
    response = page.get(reverse("notices"))
    assert "No notice yet" in response.content.decode()


def test_the_head_of_every_page_counts_what_is_unread(page, person):
    factories.notice(person.actor())
    factories.notice(person.actor())
    text = page.get(reverse("home")).content.decode()
    assert '<span class="notice-count-number">2</span>' in text


def test_opening_a_notice_marks_it_and_leads_there(page, person):
    notice = factories.notice(person.actor(), url="/releases/")
    response = page.post(reverse("notice-open", args=[notice.pk]))
    assert response["Location"] == "/releases/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_a_notice_of_somebody_else_is_not_there(page):
    notice = factories.notice(factories.engineer())
    for name in ("notice-open", "notice-read"):
        assert page.post(reverse(name, args=[notice.pk])).status_code == 404
    assert notice.subject not in page.get(reverse("notices")).content.decode()


def test_all_are_read_at_once(page, person):
    for _ in range(3):
        newest = factories.notice(person.actor())
    response = page.post(reverse("notices-read"), {"up_to": newest.pk}, follow=True)
    assert "3 notices are marked as read." in response.content.decode()
    assert not Notice.objects.unread(person.pk).exists()


@pytest.mark.parametrize("given", ["", "-1", "many", "9" * 40])
def test_a_wild_number_marks_nothing(page, person, given):
    factories.notice(person.actor())
    page.post(reverse("notices-read"), {"up_to": given})
    assert Notice.objects.unread(person.pk).count() == 1


def test_many_notices_are_paged(page, person):
    for number in range(26):
        factories.notice(person.actor(), f"Number {number}")
    assert "Page 1 of 2" in page.get(reverse("notices")).content.decode()


def test_what_a_person_typed_is_text_and_no_markup(page, person):
    factories.notice(person.actor(), "<b>bold</b>", text="<script>x</script>")
    text = page.get(reverse("notices")).content.decode()
    assert "&lt;b&gt;bold" in text
    assert "<script>x" not in text


def test_a_choice_is_kept_and_shown_again(page, person):
    channels = {kind.value: Channel.BOTH.value for kind in NoticeKind} | {"review.due": Channel.WEB.value}
    assert page.post(reverse("notice-choices"), channels).status_code == 302
    assert notices.choices_of(person.pk)[NoticeKind.REVIEW_DUE] == Channel.WEB
    assert '<option value="web" selected>' in page.get(reverse("notice-choices")).content.decode()
