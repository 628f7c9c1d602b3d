"""Policies: what a tier must meet for an environment, as values.

The rule: a policy is data with a digest. A release keeps the content of the
policy it was submitted under, so that a later edition changes nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeVar

from governance.gate.shape import Problem, problems_of
from registry.digest import canonical, sha256
from registry.errors import DomainError

TIERS: Final = ("prohibited", "high", "limited", "minimal")
T = TypeVar("T")


class PolicyError(DomainError):
    """A policy cannot be read; the message names the place and what is wrong."""


@dataclass(frozen=True)
class DocumentRule:
    """A document's essential fields must be filled to a share (percent)."""

    template: str
    essential_percent: int


@dataclass(frozen=True)
class FrameworkRule:
    """A share of a framework must be answered (percent); some items must be yes or partly, some yes."""

    framework: str
    answered_percent: int
    must_hold: tuple[str, ...] = ()
    must_be_yes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvaluationRule:
    """What must have been measured.

    Attributes:
        max_age_days: the newest evaluation may be this old.
        minimum_rows: records that it must rest on.
        minimum_attributes: sensitive attributes that it must look at.
        attributes: sensitive attributes that it must look at by name.
        metrics: threshold by metric key, exact.
        on_inconclusive: ``block`` or ``allow``.
        keep_predictions_days: days for which a file stays after its run; 0 deletes it at once.
    """

    max_age_days: int
    minimum_rows: int
    minimum_attributes: int
    metrics: Mapping[str, Fraction]
    on_inconclusive: str
    keep_predictions_days: int = 0
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApprovalRule:
    """So many different people must approve in a role.

    Attributes:
        scope: parts of the snapshot that the role judges; empty is everything.
        due_days: days after submission by which a decision is expected.
    """

    role: str
    quorum: int
    scope: tuple[str, ...] = ()
    due_days: int = 5


@dataclass(frozen=True)
class RiskRule:
    """So many open risks may stand above the appetite without being accepted."""

    above_appetite: int


@dataclass(frozen=True)
class PrecedingRule:
    """The same artifacts must have been promoted to another environment for so many days."""

    environment: str
    days: int


@dataclass(frozen=True)
class WaiverRule:
    """Who may set a requirement aside, of which kinds, and for how long at most."""

    role: str
    longest_days: int
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class EmergencyRule:
    """A promotion without all approvals: confirmed in a role, short, and reviewed afterwards."""

    role: str
    validity_days: int
    review_days: int


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
    data_contract: bool
    risks: RiskRule | None
    preceding: PrecedingRule | None
    exclude: tuple[str, ...]
    reauthenticate: str
    waivers: WaiverRule | None
    emergency: EmergencyRule | None
    rereview_days: int
    approvals: tuple[ApprovalRule, ...]
    validity_days: int

    def reference(self) -> dict[str, str]:
        """Return what a snapshot names it by."""
        return {"key": self.key, "version": self.version, "digest": self.digest}

    def to_json(self) -> dict[str, Any]:
        """Return a copy of the content as it was read, which makes the digest."""
        return deepcopy(dict(self.content))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Policy:
        """Return the policy that a content describes.

        Raises:
            PolicyError: a key is missing, unknown or of the wrong kind.
        """
        place = str(content.get("key", "policy"))
        for problem in problems_of(content):
            message = f"{place}: {problem.sentence}"
            raise PolicyError(message)
        policy = cls.built_from(content)
        for problem in policy.problems():
            message = f"{place}: {problem.sentence}"
            raise PolicyError(message)
        return policy

    @classmethod
    def built_from(cls, content: Mapping[str, Any]) -> Policy:
        """Return the policy of a content in which ``problems_of`` finds nothing."""
        return _built(deepcopy(dict(content)))

    def problems(self) -> Iterator[Problem]:
        """Return what no single key shows to be wrong."""
        if self.tier not in TIERS:
            yield Problem(("tier",), f"there is no tier “{self.tier}”; choose from {', '.join(TIERS)}", is_of_value=False)
        elif self.key != f"{self.tier}-{self.environment}":
            yield Problem(("key",), f"the key must be {self.tier}-{self.environment}", is_of_value=False)
        if self.tier == "prohibited" and not self.forbidden:
            text = "the prohibited tier needs the key 'forbidden', the sentence why nothing is released"
            yield Problem(("tier",), text, is_of_value=False)
        if not self.forbidden and self.validity_days < 1:
            yield Problem(("validity_days",), "validity_days must be at least 1", is_of_value=False)
        if self.preceding is not None and self.preceding.environment == self.environment:
            yield Problem(("preceding", "environment"), "must name another environment than the policy's own")
        if self.emergency is not None and not self.forbidden and self.emergency.validity_days > self.validity_days:
            yield Problem(("emergency", "validity_days"), "must not be longer than the policy's own validity_days")


def _built(content: dict[str, Any]) -> Policy:
    measured = content.get("evaluations")
    return Policy(
        key=content["key"],
        version=content["version"],
        title=content["title"],
        tier=content["tier"],
        environment=content["environment"],
        summary=content["summary"],
        digest=sha256(canonical(content)),
        content=MappingProxyType(content),
        forbidden=content.get("forbidden", ""),
        documents=tuple(DocumentRule(**rule) for rule in content.get("documents", [])),
        frameworks=tuple(_with_tuples(FrameworkRule, rule, "must_hold", "must_be_yes") for rule in content.get("frameworks", [])),
        evaluations=_evaluation(measured) if measured else None,
        artifacts=content.get("artifacts", 0),
        git_commit=content.get("git_commit", False),
        training_datasets=content.get("training_datasets", 0),
        data_contract=content.get("data_contract", False),
        risks=RiskRule(**content["risks"]) if "risks" in content else None,
        preceding=PrecedingRule(**content["preceding"]) if "preceding" in content else None,
        exclude=tuple(content.get("exclude", ())),
        reauthenticate=content.get("reauthenticate", ""),
        waivers=_with_tuples(WaiverRule, content["waivers"], "requirements") if "waivers" in content else None,
        emergency=EmergencyRule(**content["emergency"]) if "emergency" in content else None,
        rereview_days=content.get("rereview_days", 30),
        approvals=tuple(_with_tuples(ApprovalRule, rule, "scope") for rule in content.get("approvals", [])),
        validity_days=content.get("validity_days", 0),
    )


def _with_tuples(kind: type[T], rule: Mapping[str, Any], *lists: str) -> T:
    return kind(**{**rule, **{name: tuple(rule.get(name, ())) for name in lists}})


def _evaluation(rule: Mapping[str, Any]) -> EvaluationRule:
    metrics = {key: Fraction(value) for key, value in rule["metrics"].items()}
    attributes = tuple(rule.get("attributes", ()))
    return EvaluationRule(**{**rule, "metrics": MappingProxyType(metrics), "attributes": attributes})
