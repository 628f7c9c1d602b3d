"""Answering the gate's question: may this version run in this environment, now?

The rule: yes only for a release that is promoted, not expired, not
superseded, not revoked, whose snapshot still has the bytes that its digest
names, whose attestation was signed over what is stored, and whose model has
not become prohibited since. Everything else is a no with reasons. A yes takes
one query; a no takes a few more, to say why.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from governance.gate import Requirement, is_open, policy_for, unmet
from governance.models import Environment, Release
from governance.services import gatequery
from governance.services.attestations import fault_of
from governance.services.facts import requirements_of
from governance.services.gatequery import Standing
from governance.workflow import OPEN_STATES
from registry.digest import bare
from registry.errors import DomainError
from registry.memo import Memo
from registry.models import Kind, Snapshot, Version
from registry.policy import Actor

ALTERED: Final = "The stored content no longer has the digest that was approved. Tell your auditor."


@dataclass(frozen=True)
class GateAnswer:
    """What the gate says.

    Attributes:
        allowed: whether the version may run there.
        reasons: why not, as sentences; empty when allowed.
        standing: the release that the answer rests on, if there is one.
        unmet: what the policy still asks of an open release.
    """

    allowed: bool
    reasons: tuple[str, ...]
    standing: Standing | None = None
    unmet: tuple[Requirement, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the API gives it."""
        return {
            "allowed": self.allowed,
            "reasons": list(self.reasons),
            "unmet": [{"requirement": one.key, "title": one.title, "reason": one.reason} for one in self.unmet],
            "release": _release_json(self.standing) if self.standing else None,
        }


def ask_about_version(*, actor: Actor, model: str, version: str, environment: str) -> GateAnswer:
    """Ask about a model's version by name.

    Raises:
        DomainError: no such environment.
        Version.DoesNotExist: no such version, or not visible to the actor.
    """
    found = gatequery.by_version(actor, model, version, environment)
    if not found:
        _check(environment)
        Version.objects.visible_to(actor).get(asset__kind=Kind.MODEL, asset__slug=model, name=version)
    return _answer(found, f"{model} {version}", environment)


def ask_about_artifact(*, actor: Actor, artifact: str, environment: str) -> GateAnswer:
    """Ask about a file by its SHA-256; a release whose snapshot names it answers, a live one first.

    Raises:
        DomainError: no such environment.
    """
    digest = bare(artifact)
    found = gatequery.by_artifact(actor, digest, environment)
    if not found:
        _check(environment)
    named = [standing for standing in found if not standing.is_intact or digest in _artifacts(standing)]
    return _answer(named, f"the artifact {digest[:12]}…", environment)


def _answer(found: Sequence[Standing], what: str, environment: str) -> GateAnswer:
    if not found:
        return GateAnswer(allowed=False, reasons=(f"No release of {what} to {environment} was ever submitted.",))
    now = timezone.now()
    answers = [_judge(standing, now) for standing in found]
    return next((answer for answer in answers if answer.allowed), answers[0])


def _judge(standing: Standing, now: datetime) -> GateAnswer:
    if not standing.is_intact:
        return GateAnswer(allowed=False, reasons=(ALTERED,), standing=standing)
    if forbidden := policy_for(standing.tier, standing.environment).forbidden:
        return GateAnswer(allowed=False, reasons=(forbidden,), standing=standing)
    verdict = is_open(standing.state, standing.promoted_at, standing.expires_at, now)
    if verdict.allowed and (fault := fault_of(standing)):
        return GateAnswer(allowed=False, reasons=(fault,), standing=standing)
    missing = _missing(standing)
    reasons = (*verdict.reasons, *(one.reason for one in missing))
    return GateAnswer(allowed=verdict.allowed, reasons=reasons, standing=standing, unmet=missing)


def _missing(standing: Standing) -> tuple[Requirement, ...]:
    if standing.state not in OPEN_STATES:
        return ()
    return unmet(requirements_of(Release.objects.for_page().get(pk=standing.release_id)))


# The artifacts that intact snapshots name.
_NAMED: Final = Memo[frozenset[str]]()


def _artifacts(standing: Standing) -> frozenset[str]:
    return _NAMED.of(standing.snapshot, lambda: _read_artifacts(standing.release_id))


def _read_artifacts(release_id: int) -> frozenset[str]:
    text = Snapshot.objects.values_list("text", flat=True).get(releases=release_id)
    return frozenset(artifact["sha256"] for artifact in json.loads(text)["version"]["artifacts"])


def _check(environment: str) -> None:
    if environment not in Environment.values:
        text = f"There is no environment “{environment}”. Ask about staging or production."
        raise DomainError(text)


def _release_json(standing: Standing) -> dict[str, Any]:
    return {
        "id": standing.release_id,
        "model": standing.model,
        "version": standing.version,
        "environment": standing.environment,
        "state": standing.state,
        "snapshot": f"sha256:{standing.snapshot}",
        "policy": {
            "key": standing.policy_key,
            "version": standing.policy_version,
            "digest": f"sha256:{standing.policy_digest}",
        },
        "promoted_at": standing.promoted_at.isoformat() if standing.promoted_at else None,
        "expires_at": standing.expires_at.isoformat() if standing.expires_at else None,
        "attestation": f"sha256:{standing.attestation_digest}" if standing.attestation else None,
        "url": reverse("release", args=[Kind.MODEL.value, standing.model, standing.version, standing.release_id]),
    }
