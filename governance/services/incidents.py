"""What happened in use: reporting it, linking its risks, suspending a promotion, and closing it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from governance.models import Incident, Release, Risk
from governance.risk import STEPS, RiskState
from governance.services import promotions
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset
from registry.policy import Action, Actor


@transaction.atomic
def report_incident(
    *,
    actor: Actor,
    asset_id: int,
    title: str,
    happened_on: date,
    what: str,
    impact: int,
    harm: str = "",
    version_id: int | None = None,
    risk_ids: Iterable[int] = (),
    suspend_release_id: int | None = None,
) -> Incident:
    """Write down what happened, and suspend a promotion when asked to.

    Args:
        actor: who reports it.
        asset_id: the model.
        title: in one line.
        happened_on: the day; not in the future.
        what: what happened.
        impact: how grave it was, 1 to 5.
        harm: what it did, to whom.
        version_id: the version in use, when it is known.
        risk_ids: risks of the model that came true.
        suspend_release_id: a promoted release of the model that is suspended in the same step.

    Raises:
        ForbiddenError: neither a writer of the team nor a reviewer; or the actor may not suspend.
        ConflictError: the release is not promoted.
        DomainError: something is missing or does not fit.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.INCIDENT_WRITE, asset.target)
    _check(asset, title, happened_on, what, impact)
    incident = Incident.objects.create(
        asset=asset,
        version=asset.versions.get(pk=version_id) if version_id else None,
        title=title.strip()[:200],
        happened_on=happened_on,
        what=what.replace("\r\n", "\n").strip(),
        harm=harm.replace("\r\n", "\n").strip(),
        impact=impact,
        reported_by_id=actor.id,
    )
    linked = list(Risk.objects.filter(asset=asset, pk__in=list(risk_ids)))
    incident.risks.set(linked)
    detail = {"reported": incident.title, "impact": impact, "risks": [risk.pk for risk in linked]}
    audit.record(actor, Action.INCIDENT_WRITE, incident.subject, detail)
    if suspend_release_id is not None:
        _suspend(actor, incident, suspend_release_id)
    return incident


@transaction.atomic
def close_incident(*, actor: Actor, incident_id: int, outcome: str) -> Incident:
    """Say what came of it; a suspended promotion stays suspended until a reviewer resumes it.

    Raises:
        ForbiddenError: neither a writer of the team nor a reviewer.
        ConflictError: it is closed already, or actions are still to be done.
        DomainError: no outcome.
    """
    incident = locked_incident(actor, incident_id)
    if not incident.is_open:
        text = "This incident is closed already."
        raise ConflictError(text)
    if incident.actions.filter(done_on=None).exists():
        text = "Some actions are still to be done. Finish them first; then close the incident."
        raise ConflictError(text)
    if not outcome.strip():
        text = "Say what came of it and what was changed."
        raise DomainError(text)
    incident.state, incident.outcome = RiskState.CLOSED, outcome.strip()
    incident.save(update_fields=["state", "outcome"])
    audit.record(actor, Action.INCIDENT_WRITE, incident.subject, {"closed": incident.outcome})
    return incident


def locked_incident(actor: Actor, incident_id: int) -> Incident:
    """Lock an incident for writing.

    Raises:
        ForbiddenError: neither a writer of the team nor a reviewer.
    """
    incident = Incident.objects.select_for_update(of=("self",), no_key=True).select_related("asset").get(pk=incident_id)
    policy.require(actor, Action.INCIDENT_WRITE, incident.asset.target)
    return incident


def _suspend(actor: Actor, incident: Incident, release_id: int) -> None:
    if not Release.objects.filter(pk=release_id, version__asset_id=incident.asset_id).exists():
        text = "Choose a promoted release of this model."
        raise DomainError(text)
    incident.suspended = promotions.suspend(actor=actor, release_id=release_id, reason=f"Incident: {incident.title}")
    incident.save(update_fields=["suspended"])


def _check(asset: Asset, title: str, happened_on: date, what: str, impact: int) -> None:
    if not asset.is_model:
        text = "An incident is about a model in use."
        raise DomainError(text)
    if not title.strip() or not what.strip():
        text = "Say what happened, in one line and then in full."
        raise DomainError(text)
    if happened_on > timezone.localdate():
        text = "The day on which it happened lies in the future."
        raise DomainError(text)
    if impact not in STEPS:
        text = "Rate how grave it was from 1 to 5."
        raise DomainError(text)
