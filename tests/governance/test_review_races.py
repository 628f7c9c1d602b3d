"""Two beats, two workers or two people at one moment: one reminder, one mail, one assignment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.core import mail as outbox
from django.utils import timezone

from governance.models import Assignment, Release
from governance.services import assignments, reminders
from registry import audit
from registry.models import MailState, Notice
from registry.policy import SYSTEM, Action
from registry.services import mail
from registry.services.notices import NoticeKind
from tests import factories
from tests.races import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


@pytest.fixture
def owner():
    return factories.engineer()


def test_two_beats_at_one_moment_remind_once(owner):
    ml = factories.reviewer("ml")
    for number in range(1, ROUNDS + 1):
        release = factories.release(owner, factories.version(owner, tier="limited"))
        assignments.assign(actor=owner, release_id=release.pk, role="ml", person_id=ml.id, due_on=timezone.localdate())
        results = at_once(*(partial(reminders.remind, actor=SYSTEM) for _ in range(3)))
        assert sum(results) == 1
        assert Notice.objects.filter(person_id=ml.id, kind=NoticeKind.REVIEW_DUE).count() == number


def test_two_beats_at_one_moment_ask_for_one_re_review(owner):
    release = factories.promotion(owner, factories.filled_version(owner))
    Release.objects.filter(pk=release.pk).update(expires_at=timezone.now() + timedelta(days=5))
    results = at_once(*(partial(reminders.schedule_rereviews, actor=SYSTEM) for _ in range(3)))
    assert sum(results) == 1
    assert audit.history(release.subject, action=Action.REREVIEW_SCHEDULE).count() == 1


def test_two_workers_at_one_moment_send_each_mail_once(owner):
    for number in range(1, ROUNDS + 1):
        factories.notice(owner, f"Number {number}")
        results = at_once(*(mail.send_waiting for _ in range(3)))
        assert sum(results) == 1
    assert len(outbox.outbox) == ROUNDS
    assert set(Notice.objects.values_list("mail", flat=True)) == {MailState.SENT}


def test_two_people_assign_the_same_reviewer_once(owner):
    ml = factories.reviewer("ml")
    release = factories.release(owner, factories.version(owner, tier="limited"))
    deed = partial(assignments.assign, actor=owner, release_id=release.pk, role="ml", person_id=ml.id)
    assert len(refusals(at_once(deed, deed, deed))) == 2
    assert Assignment.objects.active().filter(release=release).count() == 1
