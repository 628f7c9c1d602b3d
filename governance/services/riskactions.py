"""What somebody does about a risk or an incident, by a day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from governance.models import Incident, Risk, RiskAction
from governance.services import incidents, risks
from registry import audit
from registry.errors import ConflictError, DomainError
from registry.models import Person
from registry.policy import Action, Actor


@transaction.atomic
def add_action(
    *, actor: Actor, text: str, owner_id: int, due_on: date | None, risk_id: int | None = None, incident_id: int | None = None
) -> RiskAction:
    """Say what is to be done, by whom and when.

    Raises:
        ForbiddenError: the actor may not write there.
        DomainError: no text, or an owner who has no account.
    """
    about = _locked(actor, risk_id, incident_id)
    if not text.strip():
        message = "Say what is to be done."
        raise DomainError(message)
    if not Person.objects.filter(pk=owner_id, is_active=True).exists():
        message = "Choose an owner who has an account."
        raise DomainError(message)
    made = RiskAction.objects.create(
        risk=about if isinstance(about, Risk) else None,
        incident=about if isinstance(about, Incident) else None,
        text=text.strip()[:500],
        owner_id=owner_id,
        due_on=due_on,
    )
    _record(actor, about, {"action": made.pk, "text": made.text, "owner": owner_id, "due_on": due_on.isoformat() if due_on else ""})
    return made


@transaction.atomic
def finish_action(*, actor: Actor, action_id: int) -> RiskAction:
    """Say that it is done.

    Raises:
        ForbiddenError: the actor may not write there.
        ConflictError: it was done already.
    """
    found = RiskAction.objects.get(pk=action_id)
    about = _locked(actor, found.risk_id, found.incident_id)
    row = RiskAction.objects.select_for_update(no_key=True).get(pk=action_id)
    if row.done_on:
        message = "This was done already."
        raise ConflictError(message)
    row.done_on, row.done_by_id = timezone.localdate(), actor.id
    row.save(update_fields=["done_on", "done_by"])
    _record(actor, about, {"action": row.pk, "done": row.done_on.isoformat()})
    return row


def _locked(actor: Actor, risk_id: int | None, incident_id: int | None) -> Risk | Incident:
    if risk_id is not None:
        return risks.locked_risk(actor, risk_id)
    if incident_id is not None:
        return incidents.locked_incident(actor, incident_id)
    message = "An action is about a risk or an incident."
    raise DomainError(message)


def _record(actor: Actor, about: Risk | Incident, detail: dict[str, object]) -> None:
    if isinstance(about, Risk):
        about.writers.add(actor.id)
        audit.record(actor, Action.RISK_WRITE, about.subject, detail)
    else:
        audit.record(actor, Action.INCIDENT_WRITE, about.subject, detail)
