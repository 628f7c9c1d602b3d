"""Reminding of the days of a risk register: a review, an acceptance that ends, an action that is due.

The rule: only of what is still there. A closed risk, an acceptance that
nobody needs any more and a finished action are not spoken of. Each row is
locked, looked at again and moved in one transaction with its notice, so that
nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django.db import models, transaction
from django.utils import timezone

from governance.models import Risk, RiskAction
from governance.reviewing import Stage
from governance.risk import RiskState, Scale
from governance.services.dueness import advance, still_here
from governance.services.riskscale import scale
from registry import policy
from registry.models import Asset, Person
from registry.policy import Action, Actor, role_title
from registry.services.notices import NoticeKind, notify
from registry.services.people import owners_of

REVIEW_DAYS: Final = 7
# Another person accepts, and may want the risk treated first.
ACCEPTANCE_DAYS: Final = 14
ACTION_DAYS: Final = 2
LATEST: Final = max(REVIEW_DAYS, ACCEPTANCE_DAYS)


def remind_of_risks(*, actor: Actor) -> int:
    """Remind of every day of the risk registers that comes near or has passed, once a stage; return of how many."""
    policy.require(actor, Action.RISK_REMIND)
    near = timezone.localdate() + timedelta(days=LATEST)
    rule = scale()
    reviews = _ids(Risk.objects.open().filter(review_on__lte=near).exclude(review_reminded=Stage.OVERDUE))
    ending = _ids(Risk.objects.open().filter(accepted_until__lte=near).exclude(acceptance_reminded=Stage.OVERDUE))
    is_there = models.Q(risk__state=RiskState.OPEN) | models.Q(incident__state=RiskState.OPEN)
    due = RiskAction.objects.filter(is_there, done_on=None, due_on__lte=near)
    actions = _ids(due.exclude(reminded=Stage.OVERDUE))
    told = [_of_review(pk) for pk in reviews] + [_of_acceptance(pk, rule) for pk in ending] + [_of_action(pk) for pk in actions]
    return sum(told)


def _ids(rows: models.QuerySet[Risk] | models.QuerySet[RiskAction]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _of_review(pk: int) -> bool:
    risk = _locked(pk)
    if risk is None or risk.review_on is None:
        return False
    stage = advance(risk, risk.review_on, soon_days=REVIEW_DAYS, mark="review_reminded")
    if stage is None:
        return False
    is_late = stage is Stage.OVERDUE
    title = f"{'Overdue' if is_late else 'Due soon'}: look again at the risk “{risk.title}”, {risk.asset.name}"
    text = f"Its review {'was' if is_late else 'is'} due on {_told(risk.review_on)}. Rate it as it stands now, and name the next day."
    _tell(_keepers(risk.owner, risk.asset), title, text, risk.get_absolute_url())
    return True


@transaction.atomic
def _of_acceptance(pk: int, rule: Scale) -> bool:
    risk = _locked(pk)
    if risk is None or risk.accepted_until is None or not risk.is_above(rule):
        return False
    stage = advance(risk, risk.accepted_until, soon_days=ACCEPTANCE_DAYS, mark="acceptance_reminded")
    if stage is None:
        return False
    is_over = stage is Stage.OVERDUE
    title = f"{'Accepted no longer' if is_over else 'Acceptance ends soon'}: the risk “{risk.title}”, {risk.asset.name}"
    told = _keepers(risk.owner, risk.asset)
    if risk.accepted_by_id is not None:
        told.add(risk.accepted_by_id)
    what = f"The acceptance {'ended' if is_over else 'holds until'} {_told(risk.accepted_until)}."
    text = f"{what} Bring the risk within the appetite, or let somebody in the role {role_title(rule.role)} look at it and accept it again."
    _tell(told, title, text, risk.get_absolute_url())
    return True


@transaction.atomic
def _of_action(pk: int) -> bool:
    related = ("owner", "risk__asset", "incident__asset")
    action = RiskAction.objects.select_for_update(of=("self",), no_key=True).select_related(*related).filter(pk=pk, done_on=None).first()
    about = (action.risk or action.incident) if action else None
    if action is None or about is None or action.due_on is None or not about.is_open:
        return False
    stage = advance(action, action.due_on, soon_days=ACTION_DAYS)
    if stage is None:
        return False
    is_late = stage is Stage.OVERDUE
    title = f"{'Overdue' if is_late else 'Due soon'}: “{action.text}”, {about.asset.name}"
    text = f"It {'was' if is_late else 'is'} due on {_told(action.due_on)}, because of “{about.title}”. Do it and mark it as done there."
    _tell(_keepers(action.owner, about.asset), title, text, about.get_absolute_url())
    return True


def _locked(pk: int) -> Risk | None:
    rows = Risk.objects.select_for_update(of=("self",), no_key=True).select_related("asset", "owner")
    return rows.filter(pk=pk, state=RiskState.OPEN).first()


def _told(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _keepers(owner: Person, asset: Asset) -> set[int]:
    """Return who is told: the owner, or the owners of the model where that person has gone."""
    return still_here(owner) or owners_of(asset.team_id)


def _tell(person_ids: Iterable[int], title: str, text: str, url: str) -> None:
    notify(kind=NoticeKind.RISK_DUE, person_ids=person_ids, subject=title, text=text, url=url)
