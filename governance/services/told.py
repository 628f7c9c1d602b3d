"""What the journal tells of decisions and waivers, beside what is stored of them.

The rule: the newest entry about a row holds its fingerprint. A row that the
journal does not tell of, or tells otherwise, was written past the services,
and nothing is promoted on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from governance.models import AfterReview, Decision, Emergency, Release, Waiver
from registry import audit
from registry.errors import ConflictError
from registry.policy import Action

CHUNK: Final = 200
DECISIONS: Final = (Action.RELEASE_DECIDE,)
EMERGENCIES: Final = (Action.EMERGENCY_ASK, Action.EMERGENCY_ANSWER, Action.EMERGENCY_WITHDRAW, Action.EMERGENCY_REVIEW)
WAIVERS: Final = (Action.WAIVER_REQUEST, Action.WAIVER_DECIDE, Action.WAIVER_WITHDRAW, Action.WAIVER_REVOKE)


def refuse_untold(release: Release) -> None:
    """Stop when a decision or a waiver of a release is not the one that the journal tells of.

    Raises:
        ConflictError: naming the first.
    """
    decided = told("decision", DECISIONS, release.subject)
    waived = told("waiver", WAIVERS, release.subject)
    asked = told("emergency", EMERGENCIES, release.version.asset.subject)
    emergencies = Emergency.objects.filter(release__version__asset=release.version.asset_id)
    rows = chain(
        differing(release.decisions.select_related("snapshot", "release__version__asset"), decided, "Decision"),
        differing(release.waivers.select_related("snapshot", "release__version__asset"), waived, "Waiver"),
        differing(emergencies.select_related("snapshot", "release__version__asset"), asked, "Emergency"),
    )
    for fault in rows:
        text = f"{fault} Nothing is promoted on it. Tell your auditor."
        raise ConflictError(text)


def told(key: str, actions: Iterable[Action], subject: str = "", *, value: str = "fingerprint") -> dict[int, str]:
    """Return the newest fingerprint in the journal by the id of the row, of one subject or of all."""
    found: dict[int, tuple[int, str]] = {}
    for action in actions:
        entries = audit.history(subject, action=action).iterator(chunk_size=CHUNK)
        for entry in entries:
            detail = audit.detail_of(entry)
            if key in detail and entry.number > found.get(detail[key], (0, ""))[0]:
                found[detail[key]] = (entry.number, detail[value])
    return {pk: fingerprint for pk, (_, fingerprint) in found.items()}


def differing(
    rows: Iterable[Decision] | Iterable[Waiver] | Iterable[Emergency] | Iterable[AfterReview], written: Mapping[int, str], noun: str
) -> Iterator[str]:
    """Yield a sentence for each row that is not as it was written, and for each that is gone."""
    seen = set()
    for row in rows:
        seen.add(row.pk)
        if written.get(row.pk) != row.fingerprint:
            yield f"{noun} {row.pk} on {row.release.subject} is not the one that the journal tells of."
    for pk in sorted(set(written) - seen):
        yield f"{noun} {pk} stands in the journal and is gone from the database."
