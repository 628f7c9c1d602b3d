"""Comparing what is stored with what was signed and written in the journal.

The rule: reads only. Each fault is a sentence that names the row; the gate
finds the same faults by itself when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from governance.models import AfterReview, Attestation, Decision, Emergency, Release, Waiver
from governance.services import gatequery
from governance.services.attestations import fault_of
from governance.services.told import DECISIONS, EMERGENCIES, WAIVERS, differing, told
from governance.workflow import State
from registry import audit
from registry.models import Snapshot
from registry.policy import SYSTEM, Action

CHUNK = 200

# The steps that open the gate for a release, and those that close it.
OPENED = (Action.RELEASE_PROMOTE, Action.RELEASE_RESUME, Action.RELEASE_ROLL_BACK)
CLOSED = (Action.RELEASE_SUSPEND, Action.RELEASE_REVOKE)


def faults() -> Iterator[str]:
    """Yield what was changed past the services, one sentence for each."""
    yield from _snapshots()
    yield from _decisions()
    yield from _waivers()
    yield from _emergencies()
    yield from _promotions()


def _snapshots() -> Iterator[str]:
    for snapshot in Snapshot.objects.select_related("version__asset").order_by("pk").iterator(chunk_size=CHUNK):
        if not snapshot.is_intact:
            yield f"The snapshot {snapshot.digest[:12]}… of {snapshot.version.subject} no longer has the bytes that its digest names."


def _decisions() -> Iterator[str]:
    rows = Decision.objects.select_related("release__version__asset", "snapshot").order_by("pk")
    yield from differing(rows.iterator(chunk_size=CHUNK), told("decision", DECISIONS), "Decision")


def _waivers() -> Iterator[str]:
    rows = Waiver.objects.select_related("release__version__asset", "snapshot").order_by("pk")
    yield from differing(rows.iterator(chunk_size=CHUNK), told("waiver", WAIVERS), "Waiver")


def _emergencies() -> Iterator[str]:
    rows = Emergency.objects.select_related("release__version__asset", "snapshot").order_by("pk")
    yield from differing(rows.iterator(chunk_size=CHUNK), told("emergency", EMERGENCIES), "Emergency")
    given = AfterReview.objects.select_related("emergency__release__version__asset", "emergency__snapshot").order_by("pk")
    written = told("review", [Action.EMERGENCY_REVIEW], value="review_fingerprint")
    yield from differing(given.iterator(chunk_size=CHUNK), written, "Review afterwards")


def _promotions() -> Iterator[str]:
    live = Release.objects.filter(state=State.PROMOTED).select_related("version__asset")
    for release in live.order_by("pk").iterator(chunk_size=CHUNK):
        model, version = release.version.asset.slug, release.version.name
        for standing in gatequery.by_version(SYSTEM, model, version, release.environment):
            if fault := fault_of(standing):
                yield f"{release.subject}: {fault}"
        if not _is_promoted_in_journal(release):
            yield f"{release.subject} is stored as promoted, and the journal does not end with that."
    known = set(audit.history(action=Action.RELEASE_PROMOTE).values_list("number", flat=True))
    for attestation in Attestation.objects.filter(kind=Attestation.Kind.PROMOTION):
        if attestation.entry not in known:
            yield f"The attestation {attestation.pk} names entry {attestation.entry}, which is no promotion."


def _is_promoted_in_journal(release: Release) -> bool:
    newest = audit.history(release.subject).filter(subject=release.subject, action__in=[*OPENED, *CLOSED]).first()
    return newest is not None and newest.action in OPENED and "superseded_by" not in audit.detail_of(newest)
