"""The one query behind the gate's yes.

The rule: what a yes rests on is read in one statement, written by hand, since
programs ask before every start of a container. Whatever is not a plain yes
goes back to the models, which say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection

from governance.gate.mode import Mode
from governance.models import Attestation
from governance.workflow import LIVE_STATES, State
from registry.digest import sha256
from registry.models import Kind
from registry.policy import SYSTEM, Actor
from registry.services.bearer import HOLDER, OPEN_TO_HOLDER, Bearer
from registry.statements import SQLITE_SHA256, rows

# Releases of one artifact that are looked at: live ones first, then the newest.
CANDIDATES: Final = 10

HASH: Final = {"sqlite": f"{SQLITE_SHA256}(CAST(s.text AS BLOB))", "postgresql": "encode(sha256(convert_to(s.text, 'UTF8')), 'hex')"}
ROWS: Final = {
    "sqlite": "json_group_array(json_array({columns}))",
    "postgresql": "coalesce(json_agg(json_build_array({columns})), '[]')::text",
}
COLUMNS: Final = "d.id, d.person_id, d.role, d.step, ds.digest, d.comment, d.decided_at, d.consent, d.conflict"
# In the order of governance.attestation.WAIVER.
WAIVED: Final = (
    "w.id, w.release_id, ws.digest, w.requirement, w.title, w.role, w.state, w.reason, w.days, w.requested_by_id, w.requested_at, "
    "w.decided_by_id, w.decided_at, w.comment, w.until, w.ended_by_id, w.ended_at, w.end_reason"
)
FOUND: Final = """{holder}
SELECT coalesce((SELECT coalesce(h.broken, 0) FROM registry_journalhead h WHERE h.id = 1), -1),
       found.id, found.state, found.environment, found.promoted_at, found.expires_at,
       (SELECT e.mode FROM governance_environment e WHERE e.key = found.environment),
       (SELECT p.forbidden FROM governance_policyedition p
        WHERE p.state = 'published' AND p.tier = found.tier AND p.environment = found.environment),
       found.policy_key, found.policy_version, found.policy_digest, found.slug, found.tier, found.name, s.digest, {hash},
       (SELECT t.text FROM governance_attestation t
        WHERE t.release_id = found.id AND t.kind = 'promotion' ORDER BY t.id DESC LIMIT 1),
       (SELECT t.step FROM governance_attestation t WHERE t.release_id = found.id ORDER BY t.id DESC LIMIT 1),
       (SELECT {rows} FROM governance_decision d
        JOIN registry_snapshot ds ON ds.id = d.snapshot_id WHERE d.release_id = found.id),
       (SELECT {waivers} FROM governance_waiver w
        JOIN registry_snapshot ws ON ws.id = w.snapshot_id WHERE w.release_id = found.id)
FROM (
    SELECT r.id, r.state, r.environment, r.promoted_at, r.expires_at, r.policy_key, r.policy_version, r.policy_digest,
           r.snapshot_id, a.slug, a.tier, v.name, CASE WHEN r.state IN ({live}) THEN 0 ELSE 1 END AS place
    FROM governance_release r
    JOIN registry_version v ON v.id = r.version_id
    JOIN registry_asset a ON a.id = v.asset_id
    {join}
    WHERE {condition} AND r.environment = %s AND {seen}
    ORDER BY place, r.id DESC
    LIMIT {limit}
) found
JOIN registry_snapshot s ON s.id = found.snapshot_id
ORDER BY found.place, found.id DESC
"""
SEEN_BY_HOLDER: Final = OPEN_TO_HOLDER.format(team="a.team_id")
LIVE: Final = ", ".join(f"'{state.value}'" for state in LIVE_STATES)


class Question(NamedTuple):
    """What is asked: the condition, the tables that it needs besides, and how many releases are looked at."""

    condition: str
    join: str
    limit: int


BY_VERSION: Final = Question(f"a.kind = '{Kind.MODEL.value}' AND a.slug = %s AND v.name = %s", "", 1)
BY_RELEASE: Final = Question("r.id = %s", "", 1)
BY_ARTIFACT: Final = Question("f.sha256 = %s", "JOIN registry_artifact f ON f.version_id = v.id", CANDIDATES)


@dataclass(frozen=True)
class Standing:
    """A release as far as a yes needs it.

    Attributes:
        journal_fault: the first entry that verification found broken; 0 when the journal is whole, -1 when its head is gone.
        mode: how the environment takes the verdict.
        forbidden: why the policy in force releases nothing, if it does not; None when there is no policy.
        snapshot: the digest that the reviewers approved, hex.
        stored: the digest of the bytes that are stored now, hex.
        attestation: the envelope that the promotion was signed in, JSON.
        last_step: the step that the newest attestation states.
        decisions: what is stored of the decisions, rows as JSON.
        waivers: what is stored of the waivers, rows as JSON.
    """

    journal_fault: int
    release_id: int
    state: State
    environment: str
    promoted_at: datetime | None
    expires_at: datetime | None
    mode: Mode
    forbidden: str | None
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
    waivers: str

    @property
    def approved_tier(self) -> str:
        """The tier under whose policy the release was judged."""
        return self.policy_key.removesuffix(f"-{self.environment}")

    @property
    def is_intact(self) -> bool:
        """Whether the stored content is what was approved."""
        return self.snapshot == self.stored

    @cached_property
    def attestation_digest(self) -> str:
        """SHA-256 of the envelope, hex; of nothing when there is none."""
        return sha256((self.attestation or "").encode())


def by_version(asker: Actor | Bearer, model: str, version: str, environment: str) -> list[Standing]:
    """Return the release of a version that tells, or none: the live one, else the newest, unless a way back led past it."""
    found = _found(BY_VERSION, [model, version, environment], asker)
    return [_successor(found[0])] if found and found[0].state is State.SUPERSEDED else found


def _successor(standing: Standing) -> Standing:
    """Return the release of the version that was signed for last: what was rolled back to and ended since, or the same."""
    signed = Attestation.objects.filter(release__version__releases=standing.release_id, release__environment=standing.environment)
    last = signed.order_by("-pk").values_list("release_id", flat=True).first()
    return standing if last in {None, standing.release_id} else _found(BY_RELEASE, [last, standing.environment], SYSTEM)[0]


def by_artifact(asker: Actor | Bearer, digest: str, environment: str) -> list[Standing]:
    """Return releases of the versions that hold a file now, live ones first, then the newest."""
    return _found(BY_ARTIFACT, [digest, environment], asker)


def _found(question: Question, words: Sequence[Any], asker: Actor | Bearer) -> list[Standing]:
    if isinstance(asker, Bearer):
        statement, words = _statement(connection.vendor, question, SEEN_BY_HOLDER, HOLDER), [*asker.words, *words]
    else:
        teams = () if asker.sees_everything else tuple(asker.teams)
        seen = "1 = 1" if asker.sees_everything else f"a.team_id IN ({', '.join(['%s'] * len(teams))})" if teams else "1 = 0"
        statement, words = _statement(connection.vendor, question, seen), [*words, *teams]
    return [_standing(row) for row in rows(statement, words)]


@lru_cache(maxsize=64)
def _statement(vendor: str, question: Question, seen: str, holder: str = "") -> str:
    """Return the one query, with the condition on what may be seen."""
    told = {"hash": HASH[vendor], "rows": ROWS[vendor].format(columns=COLUMNS), "waivers": ROWS[vendor].format(columns=WAIVED)}
    return FOUND.format(**told, **question._asdict(), live=LIVE, seen=seen, holder=holder)


def _standing(row: Sequence[Any]) -> Standing:
    fault, number, state, environment, promoted, expires, mode, *rest = row
    return Standing(fault, number, State(state), environment, _time(promoted), _time(expires), Mode(mode), *rest)


def _time(value: Any) -> datetime | None:
    """Return a stored time; SQLite gives text in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if value is None else value.astimezone(UTC)
