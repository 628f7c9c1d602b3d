"""Building statements: in-toto Attestation Framework, Statement layer version 1.

The rule: everything comes from the snapshot that was approved, the decisions,
and the journal. Times are RFC 3339 in UTC, numbers of findings are the decimal
text of the snapshot, so that no reader has to agree with us about floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from registry.digest import canonical, sha256

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
PROMOTION: Final = "https://assay.example/attestation/promotion/v1"
END: Final = "https://assay.example/attestation/end/v1"


def promotion(
    content: Mapping[str, Any],
    *,
    release: Mapping[str, Any],
    decisions: Sequence[Mapping[str, Any]],
    waivers: Sequence[Mapping[str, Any]],
    journal: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the statement of a promotion.

    Args:
        content: the snapshot.
        release: ``id``, ``environment``, ``snapshot`` and ``policy`` (digests), ``promoted_at``, ``expires_at``, ``promoted_by``.
        decisions: every decision on the release, in order, as ``decision`` gives them, with the person's name and the fingerprint.
        waivers: requirements that were set aside.
        journal: the proof that the promotion's own entry is in the journal.
    """
    asset, version = content["asset"], content["version"]
    predicate = {
        "release": release["id"],
        "model": {"slug": asset["slug"], "name": asset["name"], "team": asset["team"], "tier": asset["tier"]},
        "version": {"name": version["name"], "commit": version["commit"]},
        "environment": release["environment"],
        "snapshot": {"sha256": release["snapshot"]},
        "policy": dict(release["policy"]),
        "decisions": [dict(decision) for decision in decisions],
        "findings": _findings(content),
        "waivers": [dict(waiver) for waiver in waivers],
        "validity": {"from": instant(release["promoted_at"]), "until": instant(release["expires_at"])},
        "promotedBy": release["promoted_by"],
        "journal": dict(journal),
    }
    return _statement(PROMOTION, subjects(content, release["snapshot"]), predicate)


def end(
    content: Mapping[str, Any], *, release: Mapping[str, Any], step: str, reason: str, by: str, at: datetime, journal: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the statement that a promotion no longer holds, or holds again.

    Args:
        content: the snapshot.
        release: ``id``, ``environment``, ``snapshot``, and ``promotion``, the SHA-256 of the statement that it is about.
        step: revoke, suspend, resume or supersede.
        reason: why, as it stands in the journal.
        by: name of who did it.
        at: when.
        journal: the proof that the entry of this step is in the journal.
    """
    predicate = {
        "release": release["id"],
        "environment": release["environment"],
        "snapshot": {"sha256": release["snapshot"]},
        "promotion": {"sha256": release["promotion"]},
        "step": step,
        "reason": reason,
        "by": by,
        "at": instant(at),
        "journal": dict(journal),
    }
    return _statement(END, subjects(content, release["snapshot"]), predicate)


def subjects(content: Mapping[str, Any], snapshot: str) -> list[dict[str, Any]]:
    """Return what a statement is about: the artifacts, or the snapshot itself when the version names none."""
    artifacts = [{"name": one["name"], "digest": {"sha256": one["sha256"]}} for one in content["version"]["artifacts"]]
    return artifacts or [{"name": f"{content['asset']['slug']}/{content['version']['name']}.snapshot.json", "digest": {"sha256": snapshot}}]


def decision(*, person: int, role: str, step: str, snapshot: str, comment: str, at: datetime) -> dict[str, Any]:
    """Return what a decision says, of the comment its SHA-256; what its fingerprint is over."""
    return {"person": person, "role": role, "step": step, "snapshot": snapshot, "comment": sha256(comment.encode()), "at": instant(at)}


def fingerprint(said: Mapping[str, Any]) -> str:
    """Return the SHA-256 over what ``decision`` returns."""
    return sha256(canonical(dict(said)))


def instant(value: datetime) -> str:
    """Return a time as RFC 3339 in UTC."""
    return value.astimezone(UTC).isoformat()


def _findings(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = ("metric", "attribute", "value", "low", "high")
    return [
        {"evaluation": evaluation["name"], **{key: finding[key] for key in keys}}
        for evaluation in content["evaluations"]
        for finding in evaluation["findings"]
    ]


def _statement(kind: str, about: Sequence[Mapping[str, Any]], predicate: Mapping[str, Any]) -> dict[str, Any]:
    return {"_type": STATEMENT, "subject": list(about), "predicateType": kind, "predicate": dict(predicate)}
