"""Policies: what a tier must meet for an environment, read from YAML.

The rule: a policy is data with a digest. A release keeps the content of the
policy it was submitted under, so that a later edition changes nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from registry.digest import canonical, sha256
from registry.errors import DomainError

FOLDER: Final = Path(__file__).parent.parent / "policies"
KEYS: Final = {
    "key", "version", "title", "tier", "environment", "summary", "forbidden", "documents", "frameworks",
    "evaluations", "artifacts", "git_commit", "training_datasets", "approvals", "validity_days",
}  # fmt: skip
TIERS: Final = ("prohibited", "high", "limited", "minimal")
ENVIRONMENTS: Final = ("staging", "production")
INCONCLUSIVE: Final = ("block", "allow")


class PolicyError(DomainError):
    """A policy cannot be read; the message names the place and what is wrong."""


@dataclass(frozen=True)
class DocumentRule:
    """A document's essential fields must be filled to a share (percent)."""

    template: str
    essential_percent: int


@dataclass(frozen=True)
class FrameworkRule:
    """A share of a framework must be answered (percent); some items must be yes or partly."""

    framework: str
    answered_percent: int
    must_hold: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvaluationRule:
    """What must have been measured.

    Attributes:
        max_age_days: the newest evaluation may be this old.
        minimum_rows: records that it must rest on.
        minimum_attributes: sensitive attributes that it must look at.
        metrics: threshold by metric key, exact.
        on_inconclusive: ``block`` or ``allow``.
    """

    max_age_days: int
    minimum_rows: int
    minimum_attributes: int
    metrics: Mapping[str, Fraction]
    on_inconclusive: str


@dataclass(frozen=True)
class ApprovalRule:
    """So many different people must approve in a role."""

    role: str
    quorum: int


@dataclass(frozen=True)
class Policy:
    """What a tier must meet for an environment."""

    key: str
    version: str
    title: str
    tier: str
    environment: str
    summary: str
    digest: str
    content: Mapping[str, Any]
    forbidden: str
    documents: tuple[DocumentRule, ...]
    frameworks: tuple[FrameworkRule, ...]
    evaluations: EvaluationRule | None
    artifacts: int
    git_commit: bool
    training_datasets: int
    approvals: tuple[ApprovalRule, ...]
    validity_days: int

    def reference(self) -> dict[str, str]:
        """Return what a snapshot names it by."""
        return {"key": self.key, "version": self.version, "digest": self.digest}

    def to_json(self) -> dict[str, Any]:
        """Return the content as it was read, which makes the digest."""
        return dict(self.content)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Policy:
        """Return the policy that a content describes.

        Raises:
            PolicyError: a key is missing, unknown or of the wrong kind.
        """
        return _policy(content, content.get("key", "policy"))


def load_policy(text: str, place: str) -> Policy:
    """Read a policy from YAML.

    Raises:
        PolicyError: it is not YAML, or not a policy.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        message = f"{place} is not valid YAML: {error}"
        raise PolicyError(message) from error
    if not isinstance(content, dict):
        message = f"{place} must be a mapping of keys to values."
        raise PolicyError(message)
    return _policy(content, place)


@cache
def policies() -> Mapping[str, Policy]:
    """Return the policies that come with the product, by key, the strictest tier first."""
    found = [load_policy(path.read_text(), path.name) for path in FOLDER.glob("*.yaml")]
    found.sort(key=lambda policy: (TIERS.index(policy.tier), ENVIRONMENTS.index(policy.environment)))
    return MappingProxyType({policy.key: policy for policy in found})


def policy_for(tier: str, environment: str) -> Policy:
    """Return the policy of a tier and an environment.

    Raises:
        PolicyError: there is none.
    """
    found = policies().get(f"{tier}-{environment}")
    if found is None:
        message = f"There is no policy for the tier “{tier}” and the environment “{environment}”."
        raise PolicyError(message)
    return found


def _policy(content: Mapping[str, Any], place: str) -> Policy:
    if unknown := set(content) - KEYS:
        message = f"{place}: unknown key {', '.join(sorted(unknown))}."
        raise PolicyError(message)
    try:
        policy = _built(content)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        message = f"{place}: {_why(error)}"
        raise PolicyError(message) from error
    if problem := _problem(policy):
        message = f"{place}: {problem}"
        raise PolicyError(message)
    return policy


def _built(content: Mapping[str, Any]) -> Policy:
    measured = content.get("evaluations")
    return Policy(
        key=content["key"],
        version=content["version"],
        title=content["title"],
        tier=content["tier"],
        environment=content["environment"],
        summary=content["summary"],
        digest=sha256(canonical(dict(content))),
        content=MappingProxyType(dict(content)),
        forbidden=content.get("forbidden", ""),
        documents=tuple(DocumentRule(**_known(DocumentRule, rule)) for rule in content.get("documents", [])),
        frameworks=tuple(_framework(rule) for rule in content.get("frameworks", [])),
        evaluations=_evaluation(measured) if measured else None,
        artifacts=int(content.get("artifacts", 0)),
        git_commit=bool(content.get("git_commit", False)),
        training_datasets=int(content.get("training_datasets", 0)),
        approvals=tuple(ApprovalRule(**_known(ApprovalRule, rule)) for rule in content.get("approvals", [])),
        validity_days=int(content.get("validity_days", 0)),
    )


def _framework(rule: Mapping[str, Any]) -> FrameworkRule:
    known = _known(FrameworkRule, rule)
    return FrameworkRule(**{**known, "must_hold": tuple(known.get("must_hold", ()))})


def _evaluation(rule: Mapping[str, Any]) -> EvaluationRule:
    known = _known(EvaluationRule, rule)
    metrics = {key: Fraction(str(value)) for key, value in known["metrics"].items()}
    return EvaluationRule(**{**known, "metrics": MappingProxyType(metrics)})


def _known(kind: type[Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    if unknown := set(rule) - names:
        message = f"unknown key {', '.join(sorted(unknown))}."
        raise ValueError(message)
    return dict(rule)


def _problem(policy: Policy) -> str:
    if policy.tier not in TIERS or policy.environment not in ENVIRONMENTS:
        return f"there is no tier “{policy.tier}” with environment “{policy.environment}”."
    if policy.key != f"{policy.tier}-{policy.environment}":
        return f"the key must be {policy.tier}-{policy.environment}."
    if not policy.forbidden and policy.validity_days < 1:
        return "validity_days must be at least 1."
    if policy.evaluations and policy.evaluations.on_inconclusive not in INCONCLUSIVE:
        return "on_inconclusive is block or allow."
    if any(rule.quorum < 1 for rule in policy.approvals):
        return "a quorum is at least 1."
    return ""


def _why(error: Exception) -> str:
    return f"the key {error} is missing." if isinstance(error, KeyError) else f"{error}"
