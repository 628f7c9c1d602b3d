"""Keeping the risks of a model: writing, accepting, closing, and what is done about them.

The rule: an acceptance is of the rating that stood. Whoever rates a risk
higher ends it, and whoever wrote a risk does not accept it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from governance.models import Risk, RiskLink, RiskRating
from governance.risk import Rating, RiskState, Treatment, present
from governance.services.riskparts import day_or_nothing
from governance.services.riskscale import scale
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Asset, Person, Version
from registry.policy import Action, Actor

TEXTS: Final = ("title", "cause", "event", "harm", "harmed", "plan")


@dataclass(frozen=True)
class RiskDraft:
    """What a person says of a risk.

    Attributes:
        title: in one line.
        cause: why it may happen.
        event: what may happen.
        harm: what it does to people or the organisation.
        harmed: who is harmed.
        inherent: the rating before any treatment.
        residual: the rating that the treatment leaves; None when nobody has rated it.
        treatment: what is done about it.
        plan: how.
        owner_id: the person who answers for it; None is whoever writes.
        review_on: when it is looked at again.
    """

    title: str
    inherent: Rating
    cause: str = ""
    event: str = ""
    harm: str = ""
    harmed: str = ""
    residual: Rating | None = None
    treatment: Treatment = Treatment.REDUCE
    plan: str = ""
    owner_id: int | None = None
    review_on: date | None = None

    def values(self) -> dict[str, Any]:
        """Return the columns that hold it."""
        counts = present(self.inherent, self.residual)
        return {
            **{name: getattr(self, name).replace("\r\n", "\n").strip() for name in TEXTS},
            "inherent_likelihood": self.inherent.likelihood,
            "inherent_impact": self.inherent.impact,
            "residual_likelihood": self.residual.likelihood if self.residual else None,
            "residual_impact": self.residual.impact if self.residual else None,
            "present_likelihood": counts.likelihood,
            "present_impact": counts.impact,
            "treatment": self.treatment.value,
            "owner_id": self.owner_id,
            "review_on": self.review_on,
        }


@dataclass(frozen=True)
class Origin:
    """Where a risk came to light: a place in a version, and how a page calls it."""

    version_id: int
    anchor: str
    title: str


@transaction.atomic
def add_risk(*, actor: Actor, asset_id: int, draft: RiskDraft, origin: Origin | None = None) -> Risk:
    """Enter a risk into the register of a model.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: a dataset, no title, or an owner who has no account.
    """
    asset = locked_model(actor, asset_id)
    draft = _checked(replace(draft, owner_id=draft.owner_id or actor.id))
    risk = Risk.objects.create(asset=asset, **draft.values())
    risk.writers.add(actor.id)
    if origin is not None:
        _link(risk, origin)
    _remember(risk)
    audit.record(actor, Action.RISK_WRITE, risk.subject, {"added": _told(risk), "from": origin.anchor if origin else ""})
    return risk


@transaction.atomic
def edit_risk(*, actor: Actor, risk_id: int, draft: RiskDraft, based_on: str = "") -> Risk:
    """Change what the register says of a risk; a higher rating ends its acceptance.

    Args:
        actor: who writes.
        risk_id: the risk.
        draft: the whole of it.
        based_on: ``stamp`` of the risk that the writer saw; empty replaces whatever stands.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: somebody changed it meanwhile.
        DomainError: no title, or an owner who has no account.
    """
    risk = locked_risk(actor, risk_id)
    if based_on and based_on != stamp(risk):
        text = "Somebody changed this risk after you opened it. What you typed is still here; look at what stands now, then save again."
        raise ConflictError(text)
    draft = _checked(replace(draft, owner_id=draft.owner_id or risk.owner_id))
    before, grave = _told(risk), risk.present.score
    if draft.review_on != risk.review_on:
        risk.review_reminded = ""
    for name, value in draft.values().items():
        setattr(risk, name, value)
    if risk.accepted_until and risk.present.score > grave:
        _end_acceptance(risk)
    after = _told(risk)
    if after == before:
        return risk
    risk.save()
    risk.writers.add(actor.id)
    _remember(risk)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    audit.record(actor, Action.RISK_WRITE, risk.subject, {"changed": changed})
    return risk


@transaction.atomic
def accept_risk(*, actor: Actor, risk_id: int, reason: str, until: date) -> Risk:
    """Accept a risk above the appetite, in the role that the scale names, until a day.

    Raises:
        ForbiddenError: somebody who wrote it, or without the role.
        ConflictError: it is closed, or lies within the appetite.
        DomainError: no reason, or a day that is past or too far.
    """
    risk = Risk.objects.select_for_update(of=("self",), no_key=True).select_related("asset").get(pk=risk_id)
    rule = scale()
    policy.require(actor, Action.RISK_ACCEPT, risk.target(rule.role))
    if not risk.is_above(rule):
        text = "Only an open risk above the appetite needs to be accepted."
        raise ConflictError(text)
    today = timezone.localdate()
    if not today < until <= today + timedelta(days=rule.longest_days):
        text = f"An acceptance ends after today and within {rule.longest_days} days."
        raise DomainError(text)
    risk.accepted_reason = _reason(reason)
    risk.accepted_by_id, risk.accepted_until = actor.id, until
    risk.acceptance_reminded = ""
    risk.save(update_fields=["accepted_reason", "accepted_by", "accepted_until", "acceptance_reminded", "changed_at"])
    detail = {"until": until.isoformat(), "rating": risk.present.to_json(), "reason": risk.accepted_reason, "role": rule.role}
    audit.record(actor, Action.RISK_ACCEPT, risk.subject, detail)
    return risk


@transaction.atomic
def close_risk(*, actor: Actor, risk_id: int, reason: str) -> Risk:
    """Say that a risk is no longer there.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it is closed already.
        DomainError: no reason.
    """
    return _set_state(actor, risk_id, RiskState.CLOSED, reason)


@transaction.atomic
def reopen_risk(*, actor: Actor, risk_id: int, reason: str) -> Risk:
    """Say that a closed risk is there again; an earlier acceptance does not come back.

    Raises:
        ForbiddenError: the actor does not write in the team.
        ConflictError: it is open.
        DomainError: no reason.
    """
    return _set_state(actor, risk_id, RiskState.OPEN, reason)


def locked_model(actor: Actor, asset_id: int) -> Asset:
    """Lock a model whose register is to be written.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: a dataset.
    """
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    policy.require(actor, Action.RISK_WRITE, asset.target)
    if not asset.is_model:
        text = "Only models have a risk register; say in the datasheet what a dataset may do."
        raise DomainError(text)
    return asset


def locked_risk(actor: Actor, risk_id: int) -> Risk:
    """Lock a risk for writing.

    Raises:
        ForbiddenError: the actor does not write in the team.
    """
    risk = Risk.objects.select_for_update(of=("self",), no_key=True).select_related("asset").get(pk=risk_id)
    policy.require(actor, Action.RISK_WRITE, risk.asset.target)
    return risk


def stamp(risk: Risk) -> str:
    """Return which state of a risk this is, for whoever wants to replace the one that they saw."""
    return risk.changed_at.isoformat()


def _set_state(actor: Actor, risk_id: int, state: RiskState, reason: str) -> Risk:
    risk = locked_risk(actor, risk_id)
    if risk.state == state:
        text = f"This risk is {state} already."
        raise ConflictError(text)
    risk.state, risk.closed_reason = state, _reason(reason) if state is RiskState.CLOSED else ""
    _end_acceptance(risk)
    risk.save()
    risk.writers.add(actor.id)
    _remember(risk)
    audit.record(actor, Action.RISK_WRITE, risk.subject, {"state": state, "reason": _reason(reason)})
    return risk


def _end_acceptance(risk: Risk) -> None:
    risk.accepted_by, risk.accepted_until, risk.accepted_reason = None, None, ""


def _link(risk: Risk, origin: Origin) -> None:
    version = Version.objects.filter(asset_id=risk.asset_id, pk=origin.version_id).first()
    if version is None:
        text = "A risk comes from a version of its own model."
        raise DomainError(text)
    RiskLink.objects.get_or_create(risk=risk, version=version, anchor=origin.anchor, defaults={"title": origin.title[:300]})


def _remember(risk: Risk) -> None:
    RiskRating.objects.create(risk=risk, score=risk.present.score, state=risk.state)


def _checked(draft: RiskDraft) -> RiskDraft:
    if not draft.title.strip():
        text = "Give the risk a title: what may happen, in one line."
        raise DomainError(text)
    if draft.owner_id is None or not Person.objects.filter(pk=draft.owner_id, is_active=True).exists():
        text = "Choose an owner who has an account."
        raise DomainError(text)
    return draft


def _told(risk: Risk) -> Mapping[str, Any]:
    """Return what the journal says of a risk."""
    return {
        **{name: getattr(risk, name) for name in TEXTS},
        "inherent": risk.inherent.to_json(),
        "residual": risk.residual.to_json() if risk.residual else None,
        "treatment": str(risk.treatment),
        "owner": risk.owner_id,
        "review_on": day_or_nothing(risk.review_on),
        "accepted_until": day_or_nothing(risk.accepted_until),
    }


def _reason(reason: str) -> str:
    if not reason.strip():
        text = "Give the reason; it goes into the journal."
        raise DomainError(text)
    return reason.strip()
