"""Policies: what a tier must meet for an environment, read from YAML.

The rule: a policy is data with a digest. A release keeps the content of the
policy it was submitted under, so that a later edition changes nothing about it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import yaml

from governance.gate.shape import problem_of
from registry.digest import canonical, sha256
from registry.errors import DomainError

FOLDER: Final = Path(__file__).parent.parent / "policies"
TIERS: Final = ("prohibited", "high", "limited", "minimal")
ENVIRONMENTS: Final = ("staging", "production")
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
        return _policy(content, str(content.get("key", "policy")))


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice; plain YAML keeps the last one without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if names.count(key.value) > 1:
                message = f"the key “{key.value}” is written twice"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
        return super().construct_mapping(node, deep=deep)


def load_policy(text: str, place: str) -> Policy:
    """Read a policy from YAML.

    Raises:
        PolicyError: it is not YAML, or not a policy.
    """
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
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


def keep_days(tier: str) -> int:
    """Return how many days a file of predictions of a tier stays after its run.

    A file may serve any environment, so the shortest time of the tier's
    policies holds; where none of them asks for an evaluation it is 0.
    """
    rules = [policy.evaluations for policy in policies().values() if policy.tier == tier]
    return min((rule.keep_predictions_days for rule in rules if rule is not None), default=0)


def _policy(content: Mapping[str, Any], place: str) -> Policy:
    if problem := problem_of(content):
        message = f"{place}: {problem}"
        raise PolicyError(message)
    policy = _built(deepcopy(dict(content)))
    if problem := _problem(policy):
        message = f"{place}: {problem}"
        raise PolicyError(message)
    return policy


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


def _problem(policy: Policy) -> str:
    if policy.tier not in TIERS or policy.environment not in ENVIRONMENTS:
        return f"there is no tier “{policy.tier}” with environment “{policy.environment}”."
    if policy.key != f"{policy.tier}-{policy.environment}":
        return f"the key must be {policy.tier}-{policy.environment}."
    if policy.tier == "prohibited" and not policy.forbidden:
        return "the prohibited tier needs the key 'forbidden', the sentence why nothing is released."
    if not policy.forbidden and policy.validity_days < 1:
        return "validity_days must be at least 1."
    return ""
