"""Where and when the artifacts of a model were live, and who is in its team: facts that stand outside a snapshot.

The rule: the times are those of the signed statements about each promotion
and its ends, so that a period in staging is counted from what was attested.
What was revoked, or is suspended, has shown nothing and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from governance.gate import LiveFact
from governance.models import Attestation, Release
from governance.workflow import State, Step
from registry.memo import Memo
from registry.models import Membership, Snapshot

OPENS: Final = frozenset({Step.PROMOTE, Step.PROMOTE_IN_EMERGENCY, Step.RESUME, Step.ROLL_BACK})
COUNTED: Final = (State.PROMOTED.value, State.SUPERSEDED.value)
# The artifacts that a snapshot names.
_NAMED: Final = Memo[frozenset[str]]()


def digests_of(content: Mapping[str, Any]) -> frozenset[str]:
    """Return the SHA-256 of every artifact that a content names."""
    return frozenset(artifact["sha256"] for artifact in content["version"]["artifacts"])


def live_facts(asset_id: int, artifacts: frozenset[str]) -> tuple[LiveFact, ...]:
    """Return when exactly these artifacts were live in any environment, as releases of one model."""
    if not artifacts:
        return ()
    found = Release.objects.filter(version__asset_id=asset_id, state__in=COUNTED)
    same = [one for one in found.select_related("snapshot").defer("snapshot__text") if _named(one.snapshot) == artifacts]
    steps: dict[int, list[tuple[Step, datetime]]] = {one.pk: [] for one in same}
    rows = Attestation.objects.filter(release__in=same).order_by("entry").values_list("release_id", "step", "made_at")
    for release_id, step, at in rows if same else ():
        steps[release_id].append((Step(step), at))
    return tuple(fact for one in same for fact in _periods(one, steps[one.pk]))


def team_ids(team_id: int) -> frozenset[int]:
    """Return the people of a team."""
    return frozenset(Membership.objects.filter(team_id=team_id).values_list("person_id", flat=True))


def _named(snapshot: Snapshot) -> frozenset[str]:
    return _NAMED.of(snapshot.digest, lambda: digests_of(snapshot.content) if snapshot.is_intact else frozenset())


def _periods(release: Release, steps: Iterable[tuple[Step, datetime]]) -> list[LiveFact]:
    """Return the times between a step that opens and the next that closes, cut off where the approval ended."""
    found: list[LiveFact] = []
    since: datetime | None = None
    end = release.expires_at
    for step, at in steps:
        if step in OPENS:
            since = since or at
        elif since is not None:
            found.append(LiveFact(release.environment, since, min(at, end) if end else at))
            since = None
    if since is not None:
        found.append(LiveFact(release.environment, since, end if end and end <= timezone.now() else None))
    return found
