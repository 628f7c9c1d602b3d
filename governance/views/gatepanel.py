"""The gate as a person reads it: requirements with reasons and the way to mend them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from governance.gate import Facts, Policy, Requirement, outgrown, requirements, unmet
from governance.models import Environment, Release
from governance.services import facts
from governance.services.policies import in_force, no_policy
from governance.workflow import State, title
from registry.models import Tier, Version

ONLY_SUBMITTED = {"tier", "objections", "comments"}
CLOSED = {
    State.WITHDRAWN: "The team took this release back.",
    State.SUSPENDED: "The promotion is suspended; programs that ask are refused until it is resumed.",
    State.SUPERSEDED: "A later release took its place in this environment.",
    State.REVOKED: "The promotion was revoked; programs that ask are refused.",
}
OUTGROWN = "The gate is closed: the tier has risen"
EMERGENCY = "The gate is open in an emergency"
SKIPPED = " The approvals that are not met were skipped, and the review is owed."


def gate_panel(release: Release) -> dict[str, Any]:
    """Return the gate of a release: a title, a sentence, and its requirements."""
    found = facts.requirements_of(release)
    missing = unmet(found)
    state = State(release.state)
    in_emergency = state is State.PROMOTED and getattr(release, "in_emergency", False)
    risen = _risen(release) if state is State.PROMOTED else ""
    if risen:
        return _panel(release, found, title=OUTGROWN, sentence=risen, is_outgrown=True)
    return _panel(
        release,
        found,
        title=EMERGENCY if in_emergency else _title(state, missing),
        sentence=_sentence(state, missing) + (SKIPPED if in_emergency else "") + _set_aside(found),
        in_emergency=in_emergency,
        may_promote=state is State.IN_REVIEW and not missing,
    )


def _panel(release: Release, found: tuple[Requirement, ...], **said: Any) -> dict[str, Any]:
    return {
        "in_emergency": False,
        "may_promote": False,
        "is_outgrown": False,
        **said,
        "place": release.place,
        "requirements": rows(found, release.version, release),
        "met": len(found) - len(unmet(found)),
        "waived": sum(one.state == "waived" for one in found),
        "total": len(found),
    }


def _risen(release: Release) -> str:
    """Return why the model's tier of today closes the gate of a promotion, or nothing."""
    if release.version.asset.tier == Tier.PROHIBITED:
        return "The model is in the tier “prohibited” now, so programs that ask are refused in every mode."
    return outgrown(release.snapshot.content["asset"]["tier"], release.version.asset.tier)


def _set_aside(found: tuple[Requirement, ...]) -> str:
    number = sum(one.state == "waived" for one in found)
    if not number:
        return ""
    return f" {number} requirement is waived for a time." if number == 1 else f" {number} requirements are waived for a time."


def preflights(version: Version) -> list[dict[str, Any]]:
    """Return what each environment would ask of a version as it is now, reviews aside."""
    content = {**facts.living_content(version), "authors": []}
    found = facts.facts_from(content, digest="", tier_now=version.asset.tier, **facts.around(version, content))
    policies, tier = in_force(), version.asset.tier
    return [_preflight(version, environment, policies.get(f"{tier}-{environment.key}"), found) for environment in Environment.objects.all()]


def _preflight(version: Version, environment: Environment, rule: Policy | None, found: Facts) -> dict[str, Any]:
    forbidden = rule.forbidden if rule else no_policy(version.asset.tier, environment.key)
    look: dict[str, Any] = {"environment": environment, "policy": rule, "forbidden": forbidden}
    if rule is None or forbidden:
        return look
    asked = requirements(rule, found)
    own = [one for one in asked if one.key not in ONLY_SUBMITTED and not one.key.startswith("approval:")]
    return {**look, "requirements": rows(own, version), "unmet": rows(unmet(own), version)}


def rows(found: Any, version: Version, release: Release | None = None) -> list[dict[str, Any]]:
    """Return requirements as the component shows them."""
    return [
        {
            "title": requirement.title,
            "state": requirement.state,
            "reason": requirement.reason,
            **(_mend(requirement, version, release) if requirement.state == "unmet" else {}),
        }
        for requirement in found
    ]


def _mend(requirement: Requirement, version: Version, release: Release | None) -> dict[str, str]:
    what, _, which = requirement.mend.partition(":")
    if what == "comments" and release is not None:
        return {"mend_url": reverse("release-review", args=[*version.url_args, release.pk]), "mend_label": "Open the comments"}
    if what == "checklist":
        return {"mend_url": reverse("checklist", args=[*version.url_args, which]), "mend_label": "Open the checklist"}
    if what == "card" and which:
        return {"mend_url": f"{reverse('document', args=version.url_args)}#{which}", "mend_label": "Open the field"}
    names = {
        "card": ("document", "Open the card"),
        "artifacts": ("version-data", "Open the files"),
        "lineage": ("version-data", "Open the lineage"),
        "commit": ("version-data", "Open the commit"),
        "contract": ("data-contract", "Open the data contract"),
        "risks": ("risk-list", "Open the risks"),
        "preceding": ("version-releases", "Open the releases"),
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
    return "Nothing is unmet. A person with the right may promote the version."
