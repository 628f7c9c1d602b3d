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

# What a waiver says, in the order in which its columns are read.
WAIVER: Final = (
    *("waiver", "release", "snapshot", "requirement", "title", "role", "state", "reason", "days"),
    *("requestedBy", "requestedAt", "decidedBy", "decidedAt", "comment", "until", "endedBy", "endedAt", "endReason"),
)
# What an emergency says, in the order in which its columns are read.
EMERGENCY: Final = (
    *("emergency", "release", "snapshot", "role", "state", "reason", "askedBy", "askedAt"),
    *("decidedBy", "decidedAt", "comment", "reviewDue", "reviewedAt"),
)
WAIVER_TIMES: Final = frozenset({"requestedAt", "decidedAt", "until", "endedAt"})


def promotion(
    content: Mapping[str, Any],
    *,
    release: Mapping[str, Any],
    decisions: Sequence[Mapping[str, Any]],
    waivers: Sequence[Mapping[str, Any]],
    journal: Mapping[str, Any],
    emergency: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the statement of a promotion.

    Args:
        content: the snapshot.
        release: ``id``, ``environment``, ``snapshot`` and ``policy`` (digests), ``promoted_at``, ``expires_at``, ``promoted_by``.
        decisions: every decision on the release, in order, as ``decision`` gives them, with the person's name and the fingerprint.
        waivers: requirements that were set aside, each with reason, people, times, end and fingerprint.
        journal: the proof that the promotion's own entry is in the journal.
        emergency: who asked, who confirmed, why, what was skipped and by when it is reviewed; None for a promotion as usual.
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
    if emergency is not None:
        predicate["emergency"] = dict(emergency)
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


def decision(
    *, person: int, role: str, step: str, snapshot: str, comment: str, at: datetime, consent: str = "", conflict: str = ""
) -> dict[str, Any]:
    """Return what a decision says, of its texts the SHA-256; what its fingerprint is over.

    Decisions from before there was a consent have none, and their fingerprint stays what it was.
    """
    said = {"person": person, "role": role, "step": step, "snapshot": snapshot, "comment": sha256(comment.encode()), "at": instant(at)}
    if consent:
        said["consent"] = sha256(consent.encode())
    if conflict:
        said["conflict"] = conflict
    return said


def waiver(values: Sequence[Any]) -> dict[str, Any]:
    """Return what a waiver says, from the values of its columns in the order of ``WAIVER``; what its fingerprint is over."""
    return _row(WAIVER, values)


def emergency(values: Sequence[Any]) -> dict[str, Any]:
    """Return what an emergency says, from the values of its columns in the order of ``EMERGENCY``; what its fingerprint is over."""
    return _row(EMERGENCY, values)


def fingerprint(said: Mapping[str, Any]) -> str:
    """Return the SHA-256 over what ``decision``, ``waiver`` or ``emergency`` returns."""
    return sha256(canonical(dict(said)))


def instant(value: datetime) -> str:
    """Return a time as RFC 3339 in UTC."""
    return value.astimezone(UTC).isoformat()


def _row(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    told = (instant(value) if isinstance(value, datetime) else value for value in values)
    return dict(zip(names, told, strict=True))


def _findings(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = ("metric", "attribute", "value", "low", "high")
    return [
        {"evaluation": evaluation["name"], **{key: finding[key] for key in keys}}
        for evaluation in content["evaluations"]
        for finding in evaluation["findings"]
    ]


def _statement(kind: str, about: Sequence[Mapping[str, Any]], predicate: Mapping[str, Any]) -> dict[str, Any]:
    return {"_type": STATEMENT, "subject": list(about), "predicateType": kind, "predicate": dict(predicate)}
