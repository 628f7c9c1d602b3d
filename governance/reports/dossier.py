"""The dossier of a release, from its snapshot to the plain values that its template shows.

The rule: what is shown makes ``content_digest``, so that a dossier is made
again exactly when it would show something else. The time at which it was made
is shown and is no content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from governance.gate import Requirement, unmet
from governance.models import Decision, Release
from governance.reports.checklists import checklists
from governance.reports.documents import PrintedDocument, document
from governance.reports.measurements import evaluations
from governance.reports.scores import METRICS, rates_of_roc
from governance.reports.summary import portrait
from governance.workflow import State, Step, title, tone
from registry.catalog.loader import frameworks, templates
from registry.digest import canonical, sha256
from registry.models.asset import Relation, Tier

EDITION: Final = "assay/dossier/2"
MARKS: Final[Mapping[State, str]] = {
    State.PROMOTED: "",
    State.SUSPENDED: "SUSPENDED",
    State.SUPERSEDED: "SUPERSEDED",
    State.REVOKED: "REVOKED",
}
DRAFT: Final = "DRAFT"
STEPS: Final[Mapping[str, tuple[str, str]]] = {
    Step.APPROVE: ("Approved", "good"),
    Step.REQUEST_CHANGES: ("Asked for changes", "warning"),
    Step.REJECT: ("Rejected", "bad"),
    Step.ABSTAIN: ("Abstained", "neutral"),
}

ROLES: Final[Mapping[str, str]] = {"ml": "ML"}


@dataclass(frozen=True)
class Source:
    """Everything that a dossier shows.

    Attributes:
        release: with version, asset, team, snapshot and people.
        decisions: all of them, in the order in which they were taken.
        requirements: what the gate says of each requirement of the policy.
        judged_at: the moment for which the gate says it.
        made_at: when the dossier was asked for; no content.
    """

    release: Release
    decisions: tuple[Decision, ...]
    requirements: tuple[Requirement, ...]
    judged_at: datetime
    made_at: datetime


def content_digest(source: Source) -> str:
    """Return the SHA-256 of everything that the dossier shows."""
    release = source.release
    shown = {
        "edition": EDITION,
        "snapshot": release.snapshot.digest,
        "release": {
            "id": release.pk,
            "environment": release.environment,
            "state": release.state,
            "message": release.message,
            "submitted": [_iso(release.submitted_at), release.submitted_by.name],
            "promoted": [_iso(release.promoted_at), release.promoted_by.name if release.promoted_by else ""],
            "expires": _iso(release.expires_at),
            "policy": [release.policy_key, release.policy_version, release.policy_digest],
        },
        "decisions": [_decision(one, release) for one in source.decisions],
        "requirements": [[one.key, one.title, one.state, one.reason] for one in source.requirements],
        "catalog": {
            **{key: made_from.digest for key, made_from in templates().items()},
            **{key: made_from.digest for key, made_from in frameworks().items()},
        },
    }
    return sha256(canonical(shown))


def context_of(source: Source) -> dict[str, Any]:
    """Return what the template shows."""
    release, content = source.release, source.release.snapshot.content
    state = State(release.state)
    card = document(content["document"], label=_label(content), anchor="card")
    measured = evaluations(content["evaluations"])
    return {
        "release": release,
        "content": content,
        "label": _label(content),
        "digest": release.snapshot.digest,
        "digest_halves": (release.snapshot.digest[:32], release.snapshot.digest[32:]),
        "made_at": source.made_at,
        "judged_at": source.judged_at,
        "state": {"label": title(state), "tone": tone(state)},
        "mark": mark_of(state),
        "tier": Tier(content["asset"]["tier"]).label if content["asset"]["tier"] else "",
        "portrait": portrait(card.made_from, content["document"]["content"]),
        "card": card,
        "datasheets": _datasheets(content),
        "lineage": [{**link, "relation": Relation(link["relation"]).label} for link in content["lineage"]],
        "checklists": checklists(content["assessments"]),
        "newest": measured[0] if measured else None,
        "older": measured[1:],
        "score_metrics": METRICS,
        "roc_rates": rates_of_roc(),
        "metric_requirements": [one for one in source.requirements if one.key.startswith(("metric:", "evaluation"))],
        "requirements": source.requirements,
        "met": len(source.requirements) - len(unmet(source.requirements)),
        "decisions": [_shown_decision(one, release) for one in source.decisions],
        "policy": content["policy"],
    }


def mark_of(state: State) -> str:
    """Return the word that stands across each page; empty for a promoted release."""
    return MARKS.get(state, DRAFT)


def _label(part: Mapping[str, Any]) -> str:
    return f"{part['asset']['name']} {part['version']['name']}"


def _datasheets(content: Mapping[str, Any]) -> list[PrintedDocument]:
    linked = {(link["asset"]["slug"], link["version"]["name"]): link for link in content["lineage"] if link["asset"]["kind"] == "dataset"}
    return [
        document(link["document"], label=_label(link), anchor=f"datasheet-{number}") for number, link in enumerate(linked.values(), start=1)
    ]


def _decision(decision: Decision, release: Release) -> dict[str, Any]:
    return {
        "person": decision.person.name,
        "role": decision.role,
        "step": decision.step,
        "comment": decision.comment,
        "at": _iso(decision.decided_at),
        "snapshot": decision.snapshot.digest,
        "stale": decision.snapshot_id != release.snapshot_id,
    }


def _shown_decision(decision: Decision, release: Release) -> dict[str, Any]:
    label, colour = STEPS[decision.step]
    role = ROLES.get(decision.role, decision.role.capitalize())
    return {**_decision(decision, release), "at": decision.decided_at, "label": label, "tone": colour, "role_title": role}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
