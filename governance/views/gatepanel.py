"""The gate as a person reads it: requirements with reasons and the way to mend them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from governance.gate import Facts, Requirement, policy_for, requirements, unmet
from governance.models import Environment, Release
from governance.services import facts
from governance.workflow import State, title
from registry.models import Version

ONLY_SUBMITTED = {"tier", "objections"}
CLOSED = {
    State.WITHDRAWN: "The team took this release back.",
    State.SUSPENDED: "The promotion is suspended; programs that ask are refused until it is resumed.",
    State.SUPERSEDED: "A later release took its place in this environment.",
    State.REVOKED: "The promotion was revoked; programs that ask are refused.",
}


def gate_panel(release: Release) -> dict[str, Any]:
    """Return the gate of a release: a title, a sentence, and its requirements."""
    found = facts.requirements_of(release)
    missing = unmet(found)
    state = State(release.state)
    return {
        "title": _title(state, missing),
        "sentence": _sentence(state, missing),
        "requirements": rows(found, release.version),
        "met": len(found) - len(missing),
        "total": len(found),
        "may_promote": state is State.IN_REVIEW and not missing,
    }


def preflights(version: Version) -> list[dict[str, Any]]:
    """Return what each environment would ask of a version as it is now, reviews aside."""
    content = {**facts.living_content(version), "authors": []}
    found = facts.facts_from(content, digest="", tier_now=version.asset.tier)
    return [_preflight(version, environment, found) for environment in Environment]


def _preflight(version: Version, environment: Environment, found: Facts) -> dict[str, Any]:
    rule = policy_for(version.asset.tier, environment)
    look: dict[str, Any] = {"environment": environment, "policy": rule, "forbidden": rule.forbidden}
    if rule.forbidden:
        return look
    asked = requirements(rule, found)
    own = [one for one in asked if one.key not in ONLY_SUBMITTED and not one.key.startswith("approval:")]
    return {**look, "requirements": rows(own, version), "unmet": rows(unmet(own), version)}


def rows(found: Any, version: Version) -> list[dict[str, Any]]:
    """Return requirements as the component shows them."""
    return [
        {
            "title": requirement.title,
            "state": requirement.state,
            "reason": requirement.reason,
            **(_mend(requirement, version) if requirement.state == "unmet" else {}),
        }
        for requirement in found
    ]


def _mend(requirement: Requirement, version: Version) -> dict[str, str]:
    what, _, which = requirement.mend.partition(":")
    if what == "checklist":
        return {"mend_url": reverse("checklist", args=[*version.url_args, which]), "mend_label": "Open the checklist"}
    names = {
        "card": ("document", "Open the card"),
        "artifacts": ("version-data", "Open the files"),
        "lineage": ("version-data", "Open the lineage"),
        "commit": ("version-data", "Open the commit"),
        "datasheet": ("version-data", "Open the datasets"),
        "evaluations": ("evaluation-list", "Open the evaluations"),
    }
    if what not in names:
        return {}
    name, label = names[what]
    return {"mend_url": reverse(name, args=version.url_args), "mend_label": label}


def _title(state: State, missing: tuple[Requirement, ...]) -> str:
    if state is State.PROMOTED:
        return "The gate is open"
    if state in CLOSED:
        return f"The gate is closed: {title(state).lower()}"
    return "The gate says not yet" if missing else "Nothing stands in the way"


def _sentence(state: State, missing: tuple[Requirement, ...]) -> str:
    if state is State.PROMOTED:
        return "Programs that ask about this version in this environment are told yes until the approval ends."
    if state in CLOSED:
        return CLOSED[state]
    if missing:
        points = "point is" if len(missing) == 1 else "points are"
        return f"{len(missing)} {points} not met. Each says what to do."
    return "Every requirement is met. A person with the right may promote the version."
