"""Saying for a PDF that somebody holds: is it ours, was it changed, and does what it says still hold.

The rule: what is said rests on signatures and digests; the tables only say
where to look and what happened since. A stranger learns nothing here that is
not in the file that he brings, but whether it still holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from governance.attestation import Check, check
from governance.models import Attestation, BiasAuditSummary, Dossier, Release
from governance.reports import reading
from governance.reports.choices import KINDS, Choices, Kind
from governance.services import dossiers, seal
from governance.services.attestations import promotion_of
from governance.services.enclosures import ATTESTATION, JOURNAL, SNAPSHOT
from governance.workflow import State, title
from registry import audit
from registry.audit import AuditEntry, Inclusion
from registry.digest import sha256
from registry.policy import Action
from registry.services.keys import public_keys

NO_SIGNATURE: Final = "The file bears no signature that can be read. Either it is not ours, or it was changed."
CHANGED: Final = "The bytes are not those that were signed: the file was changed."
ADDED_TO: Final = "Something was added to the file after it was signed."
FOREIGN: Final = "The signature is good, but its certificate is none that ever signed here."
RESIGNED: Final = (
    "What was signed is what was issued, and still no copy that was issued has these bytes: its signature was changed or made anew."
)
UNKNOWN: Final = "No PDF that was issued here has these bytes."


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        about: what the PDF is of, in words; empty when that is not known.
        checks: everything that was looked at in the file.
        now: whether what it says still holds; None when that is not known.
        unsigned_sha256: digest of the bytes before the signature.
    """

    about: str
    checks: tuple[Check, ...]
    now: tuple[Check, ...]
    unsigned_sha256: str = ""

    @property
    def is_authentic(self) -> bool:
        """Whether the file is what was issued."""
        return all(one.is_good for one in self.checks)

    @property
    def is_in_force(self) -> bool:
        """Whether what it says still holds."""
        return bool(self.now) and all(one.is_good for one in self.now)


def verify_pdf(content: bytes) -> Verification:
    """Look at a PDF in every way.

    Raises:
        DomainError: it is no PDF.
        ConflictError: too many are being looked at.
    """
    document = reading.read(content, seal.certificates())
    whole = sha256(content)
    row = Dossier.objects.filter(sha256=whole).first() or Dossier.objects.filter(unsigned_sha256__in=document.parts).first()
    signature = _signature(document)
    if row is None:
        summary = BiasAuditSummary.objects.filter(sha256=whole).select_related("evaluation__version__asset").first()
        if summary is not None:
            return Verification(_about_summary(summary), (signature, _issued(summary.finished_at, whole)), (_published(),))
        unknown = Check("Digest", is_good=False, text=UNKNOWN)
        return Verification("", (signature, unknown), ())
    release = Release.objects.for_page().get(pk=row.release_id)
    checks = (signature, _digest(row, release, whole), *_enclosed(row, release, document))
    return Verification(about(row, release), checks, now_of(row, release), row.unsigned_sha256)


def find_address(short: str) -> Dossier | None:
    """Return the finished PDF that bears a short address."""
    return Dossier.objects.filter(content_digest__startswith=short).exclude(unsigned_sha256="").first()


def about(row: Dossier, release: Release) -> str:
    """Return what a PDF is of, in words."""
    kind = KINDS[Choices.from_json(row.choices).kind]
    return f"{kind}: {release.version.asset.name} {release.version.name}, release to {release.get_environment_display().lower()}"


def now_of(row: Dossier, release: Release) -> tuple[Check, ...]:
    """Return whether what a PDF says holds now."""
    state = State(release.state)
    is_open = state is State.PROMOTED and release.expires_at is not None and timezone.now() < release.expires_at
    lines = [Check("Promotion", is_good=is_open, text=f"The release is in the state “{title(state).lower()}”.{_end(release, state)}")]
    if not dossiers.is_current(row):
        text = "Something has happened to the release since, or it would be printed otherwise today. Ask the team for a new PDF."
        lines.append(Check("Newest", is_good=False, text=text))
    return tuple(lines)


def _end(release: Release, state: State) -> str:
    """Return until when a promotion holds, or that it does not any more; nothing of what was never promoted."""
    if release.expires_at is None:
        return ""
    if state is not State.PROMOTED:
        return " The promotion no longer holds."
    word = "is valid until" if timezone.now() < release.expires_at else "ended on"
    return f" The promotion {word} {release.expires_at:%-d %B %Y}."


def _signature(document: reading.Document) -> Check:
    if not document.signatures:
        return Check("Signature", is_good=False, text=NO_SIGNATURE)
    one = document.signatures[0]
    faults = [(not one.is_intact, CHANGED), (not one.is_ours, FOREIGN), (not one.is_whole or len(document.signatures) > 1, ADDED_TO)]
    fault = next((sentence for is_so, sentence in faults if is_so), "")
    if fault:
        return Check("Signature", is_good=False, text=fault)
    stamp = f" A timestamp server says {_day(one.stamped_at)}." if one.stamped_at else ""
    text = f"Signed on {_day(one.at)} by “{one.signer}”, certificate sha256:{one.certificate[:16]}…; nothing was added since.{stamp}"
    return Check("Signature", is_good=True, text=text)


def _digest(row: Dossier, release: Release, whole: str) -> Check:
    """Whether exactly this file was handed out: now, or earlier as the journal tells."""
    if row.sha256 == whole:
        return _issued(row.finished_at, row.unsigned_sha256)
    told = audit.history(release.subject, action=Action.DOSSIER_FINISH).filter(subject=release.subject)
    if any(audit.detail_of(entry).get("sha256") == whole for entry in told):
        text = f"An earlier copy of what was issued, sha256:{row.unsigned_sha256}; a newer one was signed since."
        return Check("Digest", is_good=True, text=text)
    return Check("Digest", is_good=False, text=RESIGNED)


def _issued(at: datetime | None, digest: str) -> Check:
    day = f" on {at:%-d %B %Y}" if at else ""
    return Check("Digest", is_good=True, text=f"Byte for byte the file that was issued{day}; sha256:{digest}.")


def _enclosed(row: Dossier, release: Release, document: reading.Document) -> Iterable[Check]:
    if Choices.from_json(row.choices).kind is not Kind.DOSSIER:
        return
    yield _snapshot(release, document.files.get(SNAPSHOT, b""))
    yield _journal(document.files.get(JOURNAL, b""))
    envelope = document.files.get(ATTESTATION)
    if envelope is not None:
        yield _attestation(release, envelope.decode("utf-8", errors="replace"))


def _snapshot(release: Release, content: bytes) -> Check:
    digest = sha256(content)
    if digest == release.snapshot.digest or release.decisions.filter(snapshot__digest=digest).exists():
        return Check("Snapshot", is_good=True, text=f"The snapshot inside is sha256:{digest}.")
    return Check("Snapshot", is_good=False, text="The snapshot inside is none of this release.")


def _attestation(release: Release, text: str) -> Check:
    promoted = promotion_of(release)
    ends = release.attestations.filter(kind=Attestation.Kind.END).values_list("text", flat=True) if promoted else ()
    lines = check(text, public_keys(), now=timezone.now(), ends=list(ends))
    wrong = next((one for one in lines if not one.is_good and one.title in {"Signature", "Journal"}), None)
    if wrong is not None:
        return Check("Attestation", is_good=False, text=wrong.text)
    return Check("Attestation", is_good=True, text=" ".join(one.text for one in lines if one.title in {"Signature", "Promotion"}))


def _journal(content: bytes) -> Check:
    """Whether each step inside is proven, and stands in the journal of this installation."""
    try:
        entries = [(json.loads(one["entry"]), Inclusion.from_json(one["proof"])) for one in json.loads(content)["entries"]]
    except (ValueError, KeyError, TypeError):
        return Check("Journal", is_good=False, text="The file brings no proof from the journal that can be read.")
    digests = dict(AuditEntry.objects.filter(number__in=[proof.number for _, proof in entries]).values_list("number", "digest"))
    if all(_is_proven(said, proof, digests) for said, proof in entries):
        return Check("Journal", is_good=True, text=f"All {len(entries)} steps inside stand in the journal, each with its proof.")
    return Check("Journal", is_good=False, text="A step inside is not proven, or does not stand in the journal of this installation.")


def _is_proven(said: dict[str, Any], proof: Inclusion, digests: dict[int, str]) -> bool:
    return said["digest"] == proof.digest == digests.get(proof.number) and proof.holds and said["number"] == proof.number


def _published() -> Check:
    return Check("Promotion", is_good=True, text="A summary of a bias audit is about an evaluation and does not end.")


def _about_summary(row: BiasAuditSummary) -> str:
    version = row.evaluation.version
    return f"Summary of a bias audit: {version.asset.name} {version.name}"


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%-d %B %Y, %H:%M} UTC" if moment else "a day that is not told"
