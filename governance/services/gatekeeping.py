"""Answering the gate's question: may this version run in this environment, now?

The rule: yes only for a release that is promoted, not expired, not
superseded, not revoked, whose snapshot still has the bytes that its digest
names, whose attestation was signed over what is stored, and whose model has
not risen to a stricter tier since. Everything else is a no with reasons. A yes takes
one query; a no takes a few more, to say why. What a program is then told follows
the environment's mode (``governance.gate.mode``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from governance.gate import OpenState, Requirement, is_open, outgrown, unmet
from governance.gate.mode import STOPPED, Mode, note, told
from governance.models import Release
from governance.services import gatequery
from governance.services.attestations import claims_of, fault_of, told_waiver
from governance.services.environments import known_environment
from governance.services.facts import requirements_of
from governance.services.gatequery import Standing
from governance.workflow import OPEN_STATES
from registry.digest import bare
from registry.memo import Memo
from registry.models import Kind, Snapshot, Tier, Version
from registry.policy import Actor
from registry.services.bearer import Bearer, actor_of

FORBIDDEN: Final = "A model in the tier “prohibited” is not released to any environment."
BROKEN: Final = "The journal was found broken, so that nothing is let through until it is whole. Tell your auditor."
ALTERED: Final = "The stored content no longer has the digest that was approved. Tell your auditor."


# What the answer says of a waiver, and how the attestation calls it.
WAIVED: Final = {"requirement": "requirement", "title": "title", "reason": "reason", "by": "grantedBy", "role": "role", "until": "until"}

EMERGENCY: Final = {
    **{key: key for key in ("reason", "skipped", "role")},
    "asked_by": "askedBy",
    "confirmed_by": "confirmedBy",
    "confirmed_at": "confirmedAt",
    "review_due": "reviewDue",
}


@dataclass(frozen=True)
class GateAnswer:
    """What the gate says.

    Attributes:
        verdict: whether the version has what it needs to run there.
        reasons: why not, as sentences; empty when the verdict is yes.
        environment: where.
        mode: how the environment takes the verdict.
        standing: the release that the answer rests on, if there is one.
        unmet: what the policy still asks of an open release.
        waived: what is set aside, by whom, why and until when.
        emergency: who promoted it in an emergency, why, what was skipped, and by when it is reviewed; None as usual.
        is_stopped: whether the no is one that no mode softens.
    """

    verdict: bool
    reasons: tuple[str, ...]
    environment: str
    mode: Mode = Mode.PREVENT
    standing: Standing | None = None
    unmet: tuple[Requirement, ...] = ()
    waived: tuple[Mapping[str, Any], ...] = ()
    emergency: Mapping[str, Any] | None = None
    is_stopped: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the version may run there; the one thing that a program obeys."""
        return told(self.mode, verdict=self.verdict, is_stopped=self.is_stopped)

    @property
    def note(self) -> str:
        """What the mode did with a no, or nothing."""
        return note(self.mode, self.environment, verdict=self.verdict, is_stopped=self.is_stopped)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the API gives it."""
        return {
            "allowed": self.allowed,
            "verdict": self.verdict,
            "mode": self.mode,
            "note": self.note,
            "reasons": list(self.reasons),
            "unmet": [{"requirement": one.key, "title": one.title, "reason": one.reason} for one in self.unmet],
            "waived": [{told: one[key] for told, key in WAIVED.items()} for one in self.waived],
            "emergency": {told: self.emergency[key] for told, key in EMERGENCY.items()} if self.emergency else None,
            "release": _release_json(self.standing) if self.standing else None,
        }


def ask_about_version(*, asker: Actor | Bearer, model: str, version: str, environment: str) -> GateAnswer:
    """Ask about a model's version by name.

    Raises:
        DomainError: no such environment.
        SignInError: the token is not good.
        Version.DoesNotExist: no such version, or not visible to who asks.
    """
    found = gatequery.by_version(asker, model, version, environment)
    if not found:
        actor = actor_of(asker)
        mode = Mode(known_environment(environment).mode)
        versions = Version.objects.visible_to(actor).select_related("asset")
        tier = versions.get(asset__kind=Kind.MODEL, asset__slug=model, name=version).asset.tier
        return _never(f"{model} {version}", environment, mode, is_prohibited=tier == Tier.PROHIBITED)
    return _answer(found)


def ask_about_artifact(*, asker: Actor | Bearer, artifact: str, environment: str) -> GateAnswer:
    """Ask about a file by its SHA-256; a release whose snapshot names it answers, a live one first.

    Raises:
        DomainError: no such environment.
        SignInError: the token is not good.
    """
    digest = bare(artifact)
    found = gatequery.by_artifact(asker, digest, environment)
    named = [standing for standing in found if not standing.is_intact or digest in _artifacts(standing)]
    if not named:
        actor_of(asker)
        mode = Mode(known_environment(environment).mode)
        is_prohibited = Version.objects.filter(artifacts__sha256=digest, asset__tier=Tier.PROHIBITED).exists()
        return _never(f"the artifact {digest[:12]}…", environment, mode, is_prohibited=is_prohibited)
    return _answer(named)


def _never(what: str, environment: str, mode: Mode, *, is_prohibited: bool) -> GateAnswer:
    reasons = (f"No release of {what} to {environment} was ever submitted.", *((FORBIDDEN,) if is_prohibited else ()))
    return GateAnswer(False, reasons, environment, mode, is_stopped=is_prohibited)


def _answer(found: Sequence[Standing]) -> GateAnswer:
    now = timezone.now()
    answers = [_judge(standing, now) for standing in found]
    return min(answers, key=lambda answer: (not answer.verdict, not answer.is_stopped))


def _judge(standing: Standing, now: datetime) -> GateAnswer:
    if standing.journal_fault:
        return _stopped(standing, BROKEN)
    if not standing.is_intact:
        return _stopped(standing, ALTERED)
    if forbidden := _forbidden(standing):
        return _stopped(standing, forbidden)
    verdict = is_open(standing.state, standing.promoted_at, standing.expires_at, now)
    if verdict.allowed and (fault := fault_of(standing)):
        return _stopped(standing, fault)
    if verdict.allowed and (risen := outgrown(standing.approved_tier, standing.tier)):
        verdict = OpenState(allowed=False, reasons=(risen,))
    answer = GateAnswer(verdict.allowed, verdict.reasons, standing.environment, standing.mode, standing)
    if standing.state in OPEN_STATES:
        return _not_yet(answer, standing)
    claims = claims_of(standing)
    waived, emergency = (claims.waivers, claims.emergency) if claims else ((), None)
    return replace(answer, is_stopped=standing.state in STOPPED, waived=waived, emergency=emergency)


def _not_yet(answer: GateAnswer, standing: Standing) -> GateAnswer:
    found = requirements_of(Release.objects.for_page().get(pk=standing.release_id))
    missing = unmet(found)
    waived = tuple(told_waiver(one.waiver) for one in found if one.waiver is not None)
    return replace(answer, reasons=(*answer.reasons, *(one.reason for one in missing)), unmet=missing, waived=waived)


def _stopped(standing: Standing, reason: str) -> GateAnswer:
    return GateAnswer(False, (reason,), standing.environment, standing.mode, standing, is_stopped=True)


def _forbidden(standing: Standing) -> str:
    """Return why nothing of the model's tier of today runs there, or nothing."""
    return standing.forbidden or (FORBIDDEN if standing.tier == Tier.PROHIBITED else "")


# The artifacts that intact snapshots name.
_NAMED: Final = Memo[frozenset[str]]()


def _artifacts(standing: Standing) -> frozenset[str]:
    return _NAMED.of(standing.snapshot, lambda: _read_artifacts(standing.release_id))


def _read_artifacts(release_id: int) -> frozenset[str]:
    text = Snapshot.objects.values_list("text", flat=True).get(releases=release_id)
    return frozenset(artifact["sha256"] for artifact in json.loads(text)["version"]["artifacts"])


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
        "url": _address(standing.model, standing.version, standing.release_id),
    }


@lru_cache(maxsize=4096)
def _address(model: str, version: str, release_id: int) -> str:
    return reverse("release", args=[Kind.MODEL.value, model, version, release_id])
