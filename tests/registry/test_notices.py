"""Notices and their mail: who is told, how, and exactly once."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from registry.errors import DomainError
from registry.models import Channel, MailState, Notice
from registry.policy import ANONYMOUS, SYSTEM, ForbiddenError
from registry.services import mail, notices, people
from registry.services.notices import TITLES, NoticeKind
from registry.tasks import send_digests, send_mail
from tests import factories

pytestmark = pytest.mark.django_db


def tell(*actors, subject="Something happened", kind=NoticeKind.OTHER, text="Look at it.", url="/releases/"):
    with transaction.atomic():
        notices.notify(kind=kind, person_ids=[actor.id for actor in actors], subject=subject, text=text, url=url)


@pytest.fixture
def someone():
    return factories.engineer()


def test_each_person_is_told_once_and_closed_accounts_are_not(someone):
    other, closed = factories.engineer(), factories.engineer()
    people.set_active(actor=SYSTEM, person_id=closed.id, is_active=False)
    tell(someone, other, someone, closed)
    assert sorted(Notice.objects.values_list("person_id", flat=True)) == sorted([someone.id, other.id])


def test_nobody_to_tell_is_no_error():
    tell()
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_notice_outside_a_transaction_is_refused(someone):
    with pytest.raises(RuntimeError, match="transaction"):
        notices.notify(kind="other", person_ids=[someone.id], subject="x", text="", url="/")


@pytest.mark.parametrize("url", ["https://example.org/", "//example.org/", "javascript:x", ""])
def test_a_notice_leads_to_a_page_of_assay_only(someone, url):
    with pytest.raises(ValueError, match="page of Assay"):
        tell(someone, url=url)


def test_every_kind_has_a_title_and_no_other_kind_is_taken(someone):
    assert set(TITLES) == set(NoticeKind)
    with pytest.raises(ValueError, match="not a valid"):
        tell(someone, kind="gossip")


def test_what_is_rolled_back_tells_nobody(someone, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells, transaction.atomic():
        tell(someone)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert bells == []


def test_the_bell_rings_after_the_commit_and_a_broker_that_is_away_harms_nobody(someone, django_capture_on_commit_callbacks, monkeypatch):
    rung = []

    def away(name, **_):
        rung.append(name)
        raise OperationalError

    monkeypatch.setattr("registry.services.notices.current_app.send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        tell(someone)
        assert rung == []
    assert rung == [send_mail.name]
    assert Notice.objects.get().mail == MailState.WAITING


def test_who_wants_no_mail_rings_no_bell(someone, django_capture_on_commit_callbacks):
    notices.choose(actor=someone, channels={"other": "web"})
    with django_capture_on_commit_callbacks() as bells:
        tell(someone)
    assert bells == []


def test_a_mail_says_what_happened_and_leads_there(someone, settings):
    settings.ASSAY_URL = "https://assay.example"
    tell(someone, subject="Loan 1.0 wants\r\nBcc: everybody@example.org", text="Decide <soon> & well.", url="/releases/")
    assert mail.send_waiting() == 1
    sent = outbox.outbox[0]
    assert sent.subject == "[Assay] Loan 1.0 wants Bcc: everybody@example.org"
    assert "Decide <soon> & well." in sent.body
    assert "https://assay.example/releases/" in sent.body
    assert "https://assay.example/notices/choices/" in sent.body
    assert sent.extra_headers["Message-ID"].endswith("@assay.example>")
    notice = Notice.objects.get()
    assert (notice.mail, notice.mail_tries) == (MailState.SENT, 1)


def test_a_mail_is_sent_once_however_often_the_sweep_runs(someone):
    tell(someone)
    send_mail()
    send_mail()
    assert len(outbox.outbox) == 1


def test_two_workers_take_a_mail_once(someone):
    tell(someone)
    pk = Notice.objects.get().pk
    assert [mail._take(pk), mail._take(pk)] == [True, False]


@pytest.mark.parametrize(
    ("channel", "mails", "is_on_web"),
    [(Channel.BOTH, 1, True), (Channel.WEB, 0, True), (Channel.EMAIL, 1, False), (Channel.DIGEST, 0, True)],
)
def test_a_person_is_told_in_the_way_they_chose(someone, channel, mails, is_on_web):
    notices.choose(actor=someone, channels={"other": channel})
    tell(someone)
    mail.send_waiting()
    assert len(outbox.outbox) == mails
    assert Notice.objects.for_page(someone.id).exists() is is_on_web
    assert Notice.objects.unread(someone.id).exists() is is_on_web


def test_one_mail_a_day_holds_everything_that_waits_for_it(someone):
    other = factories.engineer()
    for actor in (someone, other):
        notices.choose(actor=actor, channels={"other": "digest"})
    tell(someone, other, subject="First")
    tell(someone, subject="Second")
    send_digests()
    send_digests()
    assert sorted(one.subject for one in outbox.outbox) == ["[Assay] 2 notices from Assay", "[Assay] First"]
    both = next(one for one in outbox.outbox if "2 notices" in one.subject)
    assert both.body.index("First") < both.body.index("Second")
    assert set(Notice.objects.values_list("mail", flat=True)) == {MailState.SENT}


class Refusing:
    """A mail server that refuses."""

    def __init__(self, *_, **__):
        pass

    def send_messages(self, _):
        raise smtplib.SMTPServerDisconnected("The server hung up.")


def later(**delta):
    for notice in Notice.objects.all():
        Notice.objects.filter(pk=notice.pk).update(mail_moved_at=notice.mail_moved_at - timedelta(**delta))


def test_a_mail_that_the_server_refuses_is_tried_again_and_then_says_why_it_failed(someone, monkeypatch):
    monkeypatch.setattr("django.core.mail.get_connection", Refusing)
    monkeypatch.setattr("django.core.mail.message.get_connection", Refusing, raising=False)
    tell(someone)
    for number in range(1, mail.MOST_TRIES + 1):
        assert mail.send_waiting() == 0
        assert mail.send_waiting() == 0  # not again at once
        notice = Notice.objects.get()
        assert notice.mail_tries == number
        later(minutes=3)
    assert (notice.mail, notice.mail_error) == (MailState.FAILED, "The server hung up.")
    assert mail.send_waiting() == 0


def test_a_digest_that_the_server_refuses_stays_a_digest(someone, monkeypatch):
    monkeypatch.setattr("django.core.mail.get_connection", Refusing)
    notices.choose(actor=someone, channels={"other": "digest"})
    tell(someone)
    assert mail.send_digests() == 0
    assert Notice.objects.get().mail == MailState.DIGEST


def test_the_mail_of_a_lost_worker_is_sent_by_the_sweep(someone):
    tell(someone)
    assert mail._take(Notice.objects.get().pk)
    assert mail.send_waiting() == 0
    later(minutes=11)
    assert mail.send_waiting() == 1
    assert Notice.objects.get().mail_tries == 2


def test_no_mail_goes_to_an_account_that_was_closed_meanwhile(someone):
    tell(someone)
    people.set_active(actor=SYSTEM, person_id=someone.id, is_active=False)
    assert mail.send_waiting() == 0
    assert Notice.objects.get().mail_error == mail.CLOSED


def test_reading_is_for_the_person_alone(someone):
    tell(someone)
    notice = Notice.objects.get()
    with pytest.raises(Notice.DoesNotExist):
        notices.mark_read(actor=factories.engineer(), notice_id=notice.pk)
    with pytest.raises(ForbiddenError):
        notices.mark_read(actor=ANONYMOUS, notice_id=notice.pk)
    first = notices.mark_read(actor=someone, notice_id=notice.pk).read_at
    assert notices.mark_read(actor=someone, notice_id=notice.pk).read_at == first


def test_all_read_leaves_what_came_after_the_page_was_shown(someone):
    tell(someone, subject="Seen")
    seen = Notice.objects.get()
    tell(someone, subject="Not seen")
    assert notices.mark_all_read(actor=someone, up_to=seen.pk) == 1
    assert [one.subject for one in Notice.objects.unread(someone.id)] == ["Not seen"]


def test_unread_comes_first(someone):
    for subject in ("A", "B", "C"):
        tell(someone, subject=subject)
    notices.mark_read(actor=someone, notice_id=Notice.objects.get(subject="C").pk)
    notices.mark_read(actor=someone, notice_id=Notice.objects.get(subject="A").pk)
    assert [one.subject for one in Notice.objects.for_page(someone.id)] == ["B", "C", "A"]


@pytest.mark.parametrize("channels", [{"other": "loud"}, {"gossip": "web"}])
def test_only_kinds_and_ways_that_exist_are_chosen(someone, channels):
    with pytest.raises(DomainError, match="no such choice"):
        notices.choose(actor=someone, channels=channels)


def test_a_choice_holds_until_the_next(someone):
    notices.choose(actor=someone, channels={"other": "web"})
    notices.choose(actor=someone, channels={"other": "email"})
    assert notices.choices_of(someone.id)[NoticeKind.OTHER] == Channel.EMAIL
    assert notices.choices_of(someone.id)[NoticeKind.REVIEW_DUE] == Channel.BOTH


def test_times_are_kept(someone):
    before = timezone.now()
    tell(someone)
    assert Notice.objects.get().made_at >= before
