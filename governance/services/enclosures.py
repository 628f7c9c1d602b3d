"""What goes into the dossier as files: the snapshot, the attestations, the counts, and the proof from the journal.

The rule: each file is what it will be in ten years; nothing depends on how
long the journal has grown since, so that a dossier that is issued again
carries the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from governance.fairness.counts import CountTable
from governance.models import Attestation, Release
from governance.reports.choices import Choices, Kind
from governance.reports.dossier import SUPERSEDED, TURNS, Turn
from governance.reports.pdf import Attached
from governance.services.attestations import promotion_of
from governance.workflow import State
from registry import audit
from registry.audit import AuditEntry
from registry.digest import canonical, sha256
from registry.policy import Action

SCHEMA: Final = "assay/journal-proof/1"
SNAPSHOT: Final = "snapshot.json"
ATTESTATION: Final = "attestation.intoto.json"
JOURNAL: Final = "journal-proof.json"
CLOSED_BY: Final = {State.SUSPENDED: Action.RELEASE_SUSPEND, State.REVOKED: Action.RELEASE_REVOKE}
# Steps of a release, of its waivers and of its emergencies; not the making of PDFs.
STEPS: Final = r"^(release|waiver|emergency)\."


def steps_of(release: Release) -> list[AuditEntry]:
    """Return what the journal says of a release itself, the oldest first."""
    return list(_entries(release).order_by("number"))


def marks_of(release: Release, steps: Sequence[AuditEntry]) -> tuple[str, ...]:
    """Return what tells the enclosures of a release apart from earlier ones: digests of the statements and of the last entry."""
    texts = release.attestations.order_by("pk").values_list("text", flat=True)
    return (*(sha256(text.encode()) for text in texts), steps[-1].digest if steps else "")


def last_step_at(release: Release, steps: Sequence[AuditEntry]) -> datetime:
    """Return when the last thing happened to a release: the moment that its dossier is of."""
    return steps[-1].at if steps else release.submitted_at


def turns_of(release: Release, steps: Sequence[AuditEntry]) -> tuple[Turn, ...]:
    """Return what became of a release after its review, as the journal tells it, the oldest first."""
    found = [turn for entry in steps if (turn := _turn(entry)) is not None]
    if found and State(release.state) in CLOSED_BY:
        found[-1] = replace(found[-1], closes=True)
    return tuple(found)


def _turn(entry: AuditEntry) -> Turn | None:
    detail = audit.detail_of(entry)
    if "superseded_by" in detail:
        return Turn(*SUPERSEDED, entry.actor_name, entry.at, by=_label(detail["superseded_by"]))
    if entry.action not in TURNS:
        return None
    return Turn(*TURNS[Action(entry.action)], entry.actor_name, entry.at, detail.get("reason", ""))


def _label(subject: str) -> str:
    """Return the name of the version whose release took a place."""
    release = Release.objects.select_related("version__asset").get(pk=int(subject.rpartition("/")[2]))
    return f"{release.version.asset.name} {release.version.name}"


def enclosed(release: Release, choices: Choices) -> tuple[Attached, ...]:
    """Return the files; none for a card or a summary, which are handed on without the evidence."""
    if choices.kind is not Kind.DOSSIER:
        return ()
    steps = steps_of(release)
    at = last_step_at(release, steps).isoformat()
    snapshot = Attached(SNAPSHOT, "The snapshot that was judged, as canonical JSON (RFC 8785)", "Source", at, release.snapshot.text)
    return (snapshot, *_statements(release, at), *_counts(release, at), _journal(release, steps, at))


def _statements(release: Release, at: str) -> Sequence[Attached]:
    promoted = promotion_of(release)
    if promoted is None:
        return ()
    about = "The signed statement of the promotion (in-toto, DSSE)"
    ends = release.attestations.filter(kind=Attestation.Kind.END, pk__gt=promoted.pk).order_by("pk")
    return (
        Attached(ATTESTATION, about, "Supplement", at, promoted.text),
        *(
            Attached(f"{number}-{end.step}.intoto.json", "A later signed statement (in-toto, DSSE)", "Supplement", at, end.text)
            for number, end in enumerate(ends, start=1)
        ),
    )


def _counts(release: Release, at: str) -> Sequence[Attached]:
    parts = [part for part in release.snapshot.content["evaluations"] if part["counts"] is not None]
    return [
        Attached(
            f"evaluation-{part['id']}-counts.csv",
            f"The counts of the evaluation “{part['name']}”, from which every rate follows",
            "Data",
            at,
            CountTable.from_json(part["counts"]).to_csv(),
        )
        for part in parts
    ]


def _journal(release: Release, entries: Sequence[AuditEntry], at: str) -> Attached:
    """Return every step of the release in the journal, with the proof that it stands there."""
    size = entries[-1].number if entries else 0
    body = {"schema": SCHEMA, "subject": release.subject, "entries": [_proven(entry, size) for entry in entries]}
    return Attached(
        JOURNAL, "The steps of the release in the journal, with proofs of inclusion", "Supplement", at, canonical(body).decode()
    )


def _proven(entry: AuditEntry, size: int) -> dict[str, Any]:
    return {"entry": audit.line_of(entry), "proof": audit.inclusion(entry.number, size).to_json()}


def _entries(release: Release) -> Any:
    return audit.history(release.subject).filter(subject=release.subject, action__regex=STEPS)
