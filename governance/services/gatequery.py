"""The one query behind the gate's yes.

The rule: what a yes rests on is read in one statement, written by hand, since
programs ask before every start of a container. Whatever is not a plain yes
goes back to the models, which say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from django.db import connection

from governance.workflow import LIVE_STATES, State
from registry.digest import sha256
from registry.models import Kind
from registry.policy import Actor
from registry.statements import rows

# Releases of one artifact that are looked at: live ones first, then the newest.
CANDIDATES: Final = 10

HASH: Final = {"sqlite": "SHA256(s.text)", "postgresql": "encode(sha256(convert_to(s.text, 'UTF8')), 'hex')"}
ROWS: Final = {
    "sqlite": "json_group_array(json_array({columns}))",
    "postgresql": "coalesce(json_agg(json_build_array({columns})), '[]')::text",
}
COLUMNS: Final = "d.id, d.person_id, d.role, d.step, ds.digest, d.comment, d.decided_at"
FOUND: Final = """
SELECT found.id, found.state, found.environment, found.promoted_at, found.expires_at,
       found.policy_key, found.policy_version, found.policy_digest, found.slug, found.tier, found.name, s.digest, {hash},
       (SELECT t.text FROM governance_attestation t
        WHERE t.release_id = found.id AND t.kind = 'promotion' ORDER BY t.id DESC LIMIT 1),
       (SELECT t.step FROM governance_attestation t WHERE t.release_id = found.id ORDER BY t.id DESC LIMIT 1),
       (SELECT {rows} FROM governance_decision d
        JOIN registry_snapshot ds ON ds.id = d.snapshot_id WHERE d.release_id = found.id)
FROM (
    SELECT r.id, r.state, r.environment, r.promoted_at, r.expires_at, r.policy_key, r.policy_version, r.policy_digest,
           r.snapshot_id, a.slug, a.tier, v.name, CASE WHEN r.state IN ({live}) THEN 0 ELSE 1 END AS place
    FROM governance_release r
    JOIN registry_version v ON v.id = r.version_id
    JOIN registry_asset a ON a.id = v.asset_id
    {join}
    WHERE {question} AND r.environment = %s AND {seen}
    ORDER BY place, r.id DESC
    LIMIT {limit}
) found
JOIN registry_snapshot s ON s.id = found.snapshot_id
ORDER BY found.place, found.id DESC
"""
BY_VERSION: Final = f"a.kind = '{Kind.MODEL.value}' AND a.slug = %s AND v.name = %s"
BY_ARTIFACT: Final = "f.sha256 = %s"
ARTIFACTS: Final = "JOIN registry_artifact f ON f.version_id = v.id"
LIVE: Final = ", ".join(f"'{state.value}'" for state in LIVE_STATES)


@dataclass(frozen=True)
class Standing:
    """A release as far as a yes needs it.

    Attributes:
        snapshot: the digest that the reviewers approved, hex.
        stored: the digest of the bytes that are stored now, hex.
        attestation: the envelope that the promotion was signed in, JSON.
        last_step: the step that the newest attestation states.
        decisions: what is stored of the decisions, rows as JSON.
    """

    release_id: int
    state: State
    environment: str
    promoted_at: datetime | None
    expires_at: datetime | None
    policy_key: str
    policy_version: str
    policy_digest: str
    model: str
    tier: str
    version: str
    snapshot: str
    stored: str
    attestation: str | None
    last_step: str | None
    decisions: str

    @property
    def is_intact(self) -> bool:
        """Whether the stored content is what was approved."""
        return self.snapshot == self.stored

    @cached_property
    def attestation_digest(self) -> str:
        """SHA-256 of the envelope, hex; of nothing when there is none."""
        return sha256((self.attestation or "").encode())


def by_version(actor: Actor, model: str, version: str, environment: str) -> list[Standing]:
    """Return the release of a version that tells, or none: the live one, else the newest."""
    return _found(BY_VERSION, "", 1, [model, version, environment], actor)


def by_artifact(actor: Actor, digest: str, environment: str) -> list[Standing]:
    """Return releases of the versions that hold a file now, live ones first, then the newest."""
    return _found(BY_ARTIFACT, ARTIFACTS, CANDIDATES, [digest, environment], actor)


def _found(question: str, join: str, limit: int, words: Sequence[Any], actor: Actor) -> list[Standing]:
    seen, teams = "1 = 1", []
    if not actor.sees_everything:
        teams = list(actor.teams)
        seen = f"a.team_id IN ({', '.join(['%s'] * len(teams))})" if teams else "1 = 0"
    vendor = connection.vendor
    decided = ROWS[vendor].format(columns=COLUMNS)
    statement = FOUND.format(hash=HASH[vendor], rows=decided, live=LIVE, question=question, join=join, limit=limit, seen=seen)
    return [_standing(row) for row in rows(statement, [*words, *teams])]


def _standing(row: Sequence[Any]) -> Standing:
    number, state, environment, promoted, expires, *rest = row
    return Standing(number, State(state), environment, _time(promoted), _time(expires), *rest)


def _time(value: Any) -> datetime | None:
    """Return a stored time; SQLite gives text in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if value is None else value.astimezone(UTC)
