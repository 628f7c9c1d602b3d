"""From a release to what the gate must know of it.

The rule: content is read from the snapshot alone, never from the living
tables, so that the gate judges what the reviewers saw. Only decisions, the
state, the tier of today and the clock come from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from governance.fairness.verdicts import parse_fraction
from governance.gate import (
    DecisionFact,
    DocumentFact,
    EvaluationFact,
    Facts,
    FindingFact,
    FrameworkFact,
    Policy,
    Requirement,
    requirements,
)
from governance.models import Release
from governance.services import assessments, evaluations
from governance.workflow import State, Step
from registry.models import Version
from registry.services.snapshots import content_of


def requirements_of(release: Release) -> tuple[Requirement, ...]:
    """Return every requirement of the release's own policy, with state and reason."""
    return requirements(Policy.from_json(release.policy_content), facts_of(release))


def living_parts(version: Version) -> dict[str, Any]:
    """Return what governance adds to a version's content, as it is now."""
    return {"assessments": assessments.frozen(version), "evaluations": evaluations.frozen(version)}


def living_content(version: Version) -> dict[str, Any]:
    """Return a version's content as it is now, in the shape of a snapshot, without authors and policy."""
    content = {**content_of(version), **living_parts(version)}
    return {key: value for key, value in content.items() if key != "authors"}


def has_moved_on(release: Release) -> bool:
    """Whether the version was changed after the snapshot that a release is about."""
    frozen = release.snapshot.content
    return any(value != frozen[key] for key, value in living_content(release.version).items())


def facts_of(release: Release) -> Facts:
    """Return what the gate must know of a release, now."""
    return facts_from(
        release.snapshot.content,
        digest=release.snapshot.digest,
        tier_now=release.version.asset.tier,
        decisions=decision_facts(release),
        state=State(release.state),
        promoted_at=release.promoted_at,
        expires_at=release.expires_at,
    )


def decision_facts(release: Release) -> tuple[DecisionFact, ...]:
    """Return every decision on a release, in the order in which they were taken."""
    rows = release.decisions.select_related("person", "snapshot").order_by("pk")
    return tuple(
        DecisionFact(
            person_id=row.person_id,
            person_name=row.person.name,
            role=row.role,
            step=Step(row.step),
            at=row.decided_at,
            snapshot_digest=row.snapshot.digest,
        )
        for row in rows
    )


def facts_from(
    content: Mapping[str, Any],
    *,
    digest: str,
    tier_now: str,
    decisions: tuple[DecisionFact, ...] = (),
    state: State = State.IN_REVIEW,
    promoted_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Facts:
    """Return the facts that a snapshot's content tells."""
    return Facts(
        snapshot_digest=digest,
        tier=content["asset"]["tier"],
        tier_now=tier_now,
        documents=_documents(content),
        frameworks=tuple(_framework(part) for part in content["assessments"]),
        evaluations=tuple(_evaluation(part) for part in content["evaluations"]),
        artifacts=len(content["version"]["artifacts"]),
        git_commit=content["version"]["commit"],
        training_datasets=sum(link["relation"] == "trained-on" for link in content["lineage"]),
        author_ids=frozenset(author["id"] for author in content["authors"]),
        decisions=decisions,
        state=state,
        promoted_at=promoted_at,
        expires_at=expires_at,
        now=timezone.now(),
    )


def _documents(content: Mapping[str, Any]) -> tuple[DocumentFact, ...]:
    label = f"{content['asset']['name']} {content['version']['name']}"
    own = _document(content["document"], label)
    linked = {
        f"{link['asset']['name']} {link['version']['name']}": link["document"]
        for link in content["lineage"]
        if link["asset"]["kind"] == "dataset"
    }
    return (own, *(_document(part, name) for name, part in linked.items()))


def _document(part: Mapping[str, Any], label: str) -> DocumentFact:
    return DocumentFact(
        template=part["template"]["key"],
        label=label,
        percent=part["completeness"]["percent"],
        filled=part["completeness"]["essential_filled"],
        total=part["completeness"]["essential_total"],
    )


def _framework(part: Mapping[str, Any]) -> FrameworkFact:
    values = {answer["item"]: answer["value"] for answer in part["answers"]}
    return FrameworkFact(framework=part["framework"]["key"], items=part["items"], values=values)


def _evaluation(part: Mapping[str, Any]) -> EvaluationFact:
    return EvaluationFact(
        name=part["name"],
        finished_at=datetime.fromisoformat(part["finished_at"]),
        rows=part["counts"]["rows"],
        attributes=tuple(part["columns"]["attributes"]),
        findings=tuple(_finding(finding) for finding in part["findings"]),
        witness_agrees=part["witness"]["agrees"],
    )


def _finding(body: Mapping[str, Any]) -> FindingFact:
    return FindingFact(
        metric=body["metric"],
        attribute=body["attribute"],
        value=parse_fraction(body["value"]),
        low=parse_fraction(body["low"]),
        high=parse_fraction(body["high"]),
        incomplete=bool(body["incomplete_groups"]),
        too_small=bool(body["too_small"]),
    )
