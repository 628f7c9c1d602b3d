"""Answering the gate's question: may this version run in this environment, now?

The rule: yes only for a release that is promoted, not expired, not
superseded, not revoked, whose snapshot still has the bytes that its digest
names, and whose model has not become prohibited since. Everything else is a no with reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from governance.gate import is_open, policy_for, unmet
from governance.models import Environment, Release
from governance.services.facts import requirements_of
from governance.workflow import State
from registry.errors import DomainError
from registry.models import Kind, Version
from registry.policy import Actor


@dataclass(frozen=True)
class GateAnswer:
    """What the gate says.

    Attributes:
        allowed: whether the version may run there.
        reasons: why not, as sentences; empty when allowed.
        release: the release that the answer rests on, if there is one.
    """

    allowed: bool
    reasons: tuple[str, ...]
    release: Release | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the API gives it."""
        return {"allowed": self.allowed, "reasons": list(self.reasons), "release": _release_json(self.release)}


def ask_about_version(*, actor: Actor, model: str, version: str, environment: str) -> GateAnswer:
    """Ask about a model's version by name.

    Raises:
        DomainError: no such environment.
        Version.DoesNotExist: no such version, or not visible to the actor.
    """
    _check(environment)
    versions = Version.objects.visible_to(actor).select_related("asset")
    found = versions.get(asset__kind=Kind.MODEL, asset__slug=model, name=version)
    return _answer(Release.objects.filter(version=found), environment, f"{model} {version}")


def ask_about_artifact(*, actor: Actor, sha256: str, environment: str) -> GateAnswer:
    """Ask about a file by its SHA-256; the newest release whose snapshot names it answers.

    Raises:
        DomainError: no such environment.
    """
    _check(environment)
    digest = sha256.strip().lower().removeprefix("sha256:")
    releases = Release.objects.visible_to(actor).filter(version__artifacts__sha256=digest)
    named = [release.pk for release in releases.select_related("snapshot") if _names(release, digest)]
    return _answer(Release.objects.filter(pk__in=named), environment, f"the artifact {digest[:12]}…")


def _answer(releases: Any, environment: str, what: str) -> GateAnswer:
    candidates = list(releases.filter(environment=environment).for_page().order_by("-pk"))
    if not candidates:
        return GateAnswer(allowed=False, reasons=(f"No release of {what} to {environment} was ever submitted.",))
    answers = [_judge(release) for release in candidates]
    return next((answer for answer in answers if answer.allowed), answers[0])


def _judge(release: Release) -> GateAnswer:
    if not release.snapshot.is_intact:
        text = "The stored content no longer has the digest that was approved. Tell your auditor."
        return GateAnswer(allowed=False, reasons=(text,), release=release)
    if forbidden := policy_for(release.version.asset.tier, release.environment).forbidden:
        return GateAnswer(allowed=False, reasons=(forbidden,), release=release)
    state = State(release.state)
    verdict = is_open(state, release.promoted_at, release.expires_at, timezone.now())
    reasons = tuple(verdict.reasons)
    if release.is_open:
        reasons += tuple(requirement.reason for requirement in unmet(requirements_of(release)))
    return GateAnswer(allowed=verdict.allowed, reasons=reasons, release=release)


def _names(release: Release, digest: str) -> bool:
    artifacts = release.snapshot.content["version"]["artifacts"]
    return any(artifact["sha256"] == digest for artifact in artifacts)


def _check(environment: str) -> None:
    if environment not in Environment.values:
        text = f"There is no environment “{environment}”. Ask about staging or production."
        raise DomainError(text)


def _release_json(release: Release | None) -> dict[str, Any] | None:
    if release is None:
        return None
    return {
        "id": release.pk,
        "model": release.version.asset.slug,
        "version": release.version.name,
        "environment": release.environment,
        "state": release.state,
        "snapshot": f"sha256:{release.snapshot.digest}",
        "policy": {
            "key": release.policy_key,
            "version": release.policy_version,
            "digest": f"sha256:{release.policy_digest}",
        },
        "promoted_at": release.promoted_at.isoformat() if release.promoted_at else None,
        "expires_at": release.expires_at.isoformat() if release.expires_at else None,
        "url": release.get_absolute_url(),
    }
