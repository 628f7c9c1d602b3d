"""Whoever answers for a risk is told before a day of it comes, and once when it has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.models import Risk, RiskAction
from governance.services import riskactions, riskreminders, risks
from governance.services.risks import RiskDraft
from registry.errors import ForbiddenError
from registry.models import Notice, Person, Version
from registry.policy import SYSTEM, Actor
from registry.services.notices import NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def told(person: Actor) -> list[str]:
    return list(Notice.objects.filter(person_id=person.id, kind=NoticeKind.RISK_DUE).order_by("pk").values_list("subject", flat=True))


def remind() -> int:
    return riskreminders.remind_of_risks(actor=SYSTEM)


def pass_to(row: Risk | RiskAction, **fields: object) -> None:
    type(row).objects.filter(pk=row.pk).update(**fields)


def accepted(engineer: Actor, version: Version, legal: Actor) -> Risk:
    risk = factories.risk(engineer, version)
    return risks.accept_risk(actor=legal, risk_id=risk.pk, reason="Worth it.", until=days(30))


def test_its_owner_is_told_of_a_review_once_a_stage(engineer, version):
    risk = factories.risk(engineer, version, review_on=days(30))
    assert remind() == 0
    for number, count in ((7, 1), (3, 0), (0, 0), (-1, 1), (-9, 0)):
        pass_to(risk, review_on=days(number))
        assert remind() == count
        assert remind() == 0
    name = version.asset.name
    assert told(engineer) == [
        f"Due soon: look again at the risk “It may go wrong”, {name}",
        f"Overdue: look again at the risk “It may go wrong”, {name}",
    ]
    assert Notice.objects.latest("pk").url == risk.get_absolute_url()


def test_another_day_for_the_review_begins_anew_and_nothing_else_of_the_risk_does(engineer, version):
    risk = factories.risk(engineer, version, review_on=days(2))
    assert remind() == 1
    draft = RiskDraft(title="It may go wrong", inherent=risk.inherent, review_on=days(2), plan="Look.")
    risks.edit_risk(actor=engineer, risk_id=risk.pk, draft=draft)
    assert remind() == 0
    risks.edit_risk(actor=engineer, risk_id=risk.pk, draft=replace(draft, review_on=days(5)))
    assert remind() == 1


def test_a_reminder_is_no_change_of_the_risk(engineer, version):
    risk = factories.risk(engineer, version, review_on=days(2))
    before = risks.stamp(risk)
    remind()
    risk.refresh_from_db()
    assert risks.stamp(risk) == before


def test_the_owner_and_who_accepted_are_told_that_an_acceptance_ends(engineer, version):
    legal = factories.reviewer("legal")
    risk = accepted(engineer, version, legal)
    assert remind() == 0
    for number in (14, -1):
        pass_to(risk, accepted_until=days(number))
        assert remind() == 1
        assert remind() == 0
    name = version.asset.name
    expected = [f"Acceptance ends soon: the risk “It may go wrong”, {name}", f"Accepted no longer: the risk “It may go wrong”, {name}"]
    assert told(engineer) == told(legal) == expected
    risks.accept_risk(actor=legal, risk_id=risk.pk, reason="Again.", until=days(3))
    assert remind() == 1


def test_an_acceptance_that_nobody_needs_any_more_is_not_spoken_of(engineer, version):
    risk = accepted(engineer, version, factories.reviewer("legal"))
    pass_to(risk, accepted_until=days(3), present_likelihood=1, residual_likelihood=1, residual_impact=4)
    assert remind() == 0


def test_who_does_something_about_a_risk_is_told_when_it_is_due(engineer, version):
    doer = factories.engineer(version.asset.team)
    risk = factories.risk(engineer, version)
    action = riskactions.add_action(actor=engineer, risk_id=risk.pk, text="Ask the users.", owner_id=doer.id, due_on=days(2))
    assert [remind(), remind()] == [1, 0]
    pass_to(action, due_on=days(-1))
    assert [remind(), remind()] == [1, 0]
    name = version.asset.name
    assert told(doer) == [f"Due soon: “Ask the users.”, {name}", f"Overdue: “Ask the users.”, {name}"]
    assert told(engineer) == []


def test_what_is_closed_or_done_is_not_spoken_of(engineer, version):
    risk = factories.risk(engineer, version, review_on=days(1))
    riskactions.add_action(actor=engineer, risk_id=risk.pk, text="Ask.", owner_id=engineer.id, due_on=days(1))
    other = factories.risk(engineer, version)
    done = riskactions.add_action(actor=engineer, risk_id=other.pk, text="Tell.", owner_id=engineer.id, due_on=days(1))
    riskactions.finish_action(actor=engineer, action_id=done.pk)
    risks.close_risk(actor=engineer, risk_id=risk.pk, reason="Gone.")
    assert remind() == 0


def test_the_owners_of_the_model_are_told_where_the_owner_of_the_risk_has_gone(engineer, version):
    risk = factories.risk(engineer, version, review_on=days(1))
    gone = factories.person()
    pass_to(risk, owner=gone)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    assert remind() == 1
    assert len(told(engineer)) == 1


def test_only_the_house_reminds(engineer):
    with pytest.raises(ForbiddenError):
        riskreminders.remind_of_risks(actor=engineer)
