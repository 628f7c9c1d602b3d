"""From a release to what the gate must know of it.

The rule: content is read from the snapshot alone, never from the living
tables, so that the gate judges what the reviewers saw. Only decisions, waivers,
the state, the tier of today and the clock come from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from django.utils import timezone

from governance.gate import (
    CommentFact,
    DecisionFact,
    Facts,
    OwedFact,
    Policy,
    Requirement,
    WaiverFact,
    part_digests,
    requirements,
)
from governance.models import Decision, Emergency, Release, Waiver
from governance.services import assessments, claims, evaluations, live, riskparts, riskscale, triageparts
from governance.services.contentfacts import claim_of, documents_of, evaluation_of, framework_of, risks_of
from governance.services.lives import digests_of, live_facts, team_ids
from governance.workflow import State, Step
from registry.memo import Memo
from registry.models import Snapshot, Version
from registry.services.snapshots import content_of


def requirements_of(release: Release) -> tuple[Requirement, ...]:
    """Return every requirement of the release's own policy, with state and reason."""
    return requirements(Policy.from_json(release.policy_content), facts_of(release))


def living_parts(version: Version) -> dict[str, Any]:
    """Return what governance adds to a version's content, as it is now."""
    scale = riskscale.scale()
    return {
        "assessments": assessments.frozen(version),
        "evaluations": evaluations.frozen(version),
        "claims": claims.frozen(version),
        "live": live.frozen(version),
        "risks": riskparts.frozen(version, scale),
        "risk_scale": scale.to_json(),
        "triage": triageparts.frozen(version),
    }


def living_content(version: Version) -> dict[str, Any]:
    """Return a version's content as it is now, in the shape of a snapshot, without authors and policy."""
    content = {**content_of(version), **living_parts(version)}
    return {key: value for key, value in content.items() if key != "authors"}


def has_moved_on(release: Release) -> bool:
    """Whether the version was changed after the snapshot that a release is about; a snapshot may be older than a part."""
    frozen = release.snapshot.content
    return any(value != frozen[key] for key, value in living_content(release.version).items() if key in frozen)


def know(release: Release) -> None:
    """Look once, for a page that only reads; whoever writes loads the release, and so looks, anew."""
    release.known = _facts_of(release)


def facts_of(release: Release) -> Facts:
    """Return what the gate must know of a release, now, or as the page knows it already."""
    return release.known or _facts_of(release)


def _facts_of(release: Release) -> Facts:
    return facts_from(
        release.snapshot.content,
        digest=release.snapshot.digest,
        tier_now=release.version.asset.tier,
        decisions=decision_facts(release),
        state=State(release.state),
        promoted_at=release.promoted_at,
        expires_at=release.expires_at,
        parts=_parts(release.snapshot) if _has_scopes(release.snapshot.content) else {},
        waivers=waiver_facts(release),
        blocking=comment_facts(release.version),
        owed=owed_facts(release.version.asset_id),
        **around(release.version, release.snapshot.content),
    )


def around(version: Version, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else the gate looks at outside the content: where the artifacts were live, and who is in the team."""
    return {"live": live_facts(version.asset_id, digests_of(content)), "team_ids": team_ids(version.asset.team_id)}


def decision_facts(release: Release) -> tuple[DecisionFact, ...]:
    """Return every decision on a release, in the order in which they were taken."""
    rows = release.decisions.select_related("person", "snapshot").order_by("pk")
    return facts_of_decisions(release, rows)[1]


def facts_of_decisions(release: Release, rows: Iterable[Decision]) -> tuple[Mapping[str, str], tuple[DecisionFact, ...]]:
    """Return the digests of the parts of a release's snapshot and what was decided; both without digests where no role has a scope.

    Args:
        release: with its snapshot.
        rows: the decisions with person and snapshot, in order.
    """
    scoped = _has_scopes(release.snapshot.content)
    decided = tuple(
        DecisionFact(
            person_id=row.person_id,
            person_name=row.person.name,
            role=row.role,
            step=Step(row.step),
            at=row.decided_at,
            snapshot_digest=row.snapshot.digest,
            parts=_parts(row.snapshot) if scoped else {},
        )
        for row in rows
    )
    return _parts(release.snapshot) if scoped else {}, decided


# The digests of the parts of intact snapshots.
_PARTS: Final = Memo[Mapping[str, str]]()


def _parts(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the digests of a snapshot's parts; of one whose stored text was changed there are none, so that nothing is carried over."""
    return _PARTS.of(snapshot.digest, lambda: part_digests(snapshot.content)) if snapshot.is_intact else {}


def _has_scopes(content: Mapping[str, Any]) -> bool:
    return any(rule.get("scope") for rule in content["policy"].get("approvals", []))


def comment_facts(version: Version) -> tuple[CommentFact, ...]:
    """Return the open comments of reviewers on a version that block."""
    rows = version.comments.blocking().select_related("written_by").order_by("pk")
    return tuple(CommentFact(row.written_by.name, row.anchor) for row in rows)


def waiver_facts(release: Release) -> tuple[WaiverFact, ...]:
    """Return the waivers of a release that were granted and not taken back, the oldest first."""
    rows = release.waivers.granted().select_related("snapshot", "requested_by", "decided_by").order_by("pk")
    return tuple(_waiver(row) for row in rows)


def owed_facts(asset_id: int) -> tuple[OwedFact, ...]:
    """Return the reviews of a model's promotions in an emergency that are not done, the oldest first."""
    rows = Emergency.objects.owed().filter(release__version__asset=asset_id).select_related("release__version__asset").order_by("pk")
    return tuple(OwedFact(row.release_id, str(row.release), row.review_due) for row in rows if row.review_due is not None)


def review_facts(emergency: Emergency) -> Facts:
    """Return the facts of a release that was promoted in an emergency, with what reviewers said afterwards."""
    found = facts_of(emergency.release)
    given = tuple(
        DecisionFact(row.person_id, row.person.name, row.role, Step(row.step), row.decided_at, found.snapshot_digest)
        for row in emergency.reviews.select_related("person").order_by("pk")
    )
    return replace(found, decisions=(*found.decisions, *given))


def _waiver(row: Waiver) -> WaiverFact:
    assert row.decided_by is not None  # noqa: S101 - it is granted, and the database checks it
    assert row.decided_at is not None  # noqa: S101
    assert row.until is not None  # noqa: S101
    return WaiverFact(
        waiver_id=row.pk,
        requirement=row.requirement,
        title=row.title,
        reason=row.reason,
        requested_by_id=row.requested_by_id,
        requested_by=row.requested_by.name,
        requested_at=row.requested_at,
        person_id=row.decided_by.pk,
        person_name=row.decided_by.name,
        role=row.role,
        comment=row.comment,
        granted_at=row.decided_at,
        until=row.until,
        snapshot_digest=row.snapshot.digest,
        fingerprint=row.fingerprint,
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
    parts: Mapping[str, str] = MappingProxyType({}),
    waivers: tuple[WaiverFact, ...] = (),
    blocking: tuple[CommentFact, ...] = (),
    owed: tuple[OwedFact, ...] = (),
    **around: Any,
) -> Facts:
    """Return the facts that a snapshot's content tells."""
    return Facts(
        snapshot_digest=digest,
        tier=content["asset"]["tier"],
        tier_now=tier_now,
        documents=documents_of(content),
        frameworks=tuple(framework_of(part) for part in content["assessments"]),
        evaluations=tuple(evaluation_of(part) for part in content["evaluations"]),
        artifacts=len(digests_of(content)),
        git_commit=content["version"]["commit"],
        training_datasets=sum(link["relation"] == "trained-on" for link in content["lineage"]),
        author_ids=frozenset(author["id"] for author in content["authors"]),
        decisions=decisions,
        state=state,
        promoted_at=promoted_at,
        expires_at=expires_at,
        parts=parts,
        waivers=waivers,
        claims=tuple(claim_of(row, content["document"]["template"]["key"]) for row in content.get("claims", [])),
        blocking=blocking,
        owed=owed,
        risks=risks_of(content),
        now=timezone.now(),
        **around,
    )
