"""Asking for the PDF of a release, and making it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from governance.gate import Policy, counting, requirements, skippable
from governance.models import Dossier, JobState, Release
from governance.reports import dossier as report
from governance.reports import emergencies, pages, pdf
from governance.reports.choices import USUAL, Choices
from governance.services import enclosures, jobs, pdfs
from governance.services.facts import facts_of
from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.policy import SYSTEM, Action, Actor

TEMPLATE: Final = "print/dossier.html"
COMPOSING: Final = 5
BEING_MADE: Final = "A worker is making this PDF at this moment. Ask again when it is finished."
ANOTHER: Final = "The release has changed since, and its new dossier was asked for already. Take that one."
TAMPERED: Final = "The stored content no longer has the digest that was reviewed, so no dossier is made of it. Tell your auditor."


@transaction.atomic
def request_dossier(*, actor: Actor, release_id: int, choices: Choices = USUAL) -> Dossier:
    """Ask for the PDF of a release as it is now; the caller rings the worker's bell after commit.

    What shows the same is one row: a finished one is given back as it is, and
    one that has failed, or whose file is gone, is put into the queue again.

    Raises:
        ForbiddenError: nobody is signed in.
        Release.DoesNotExist: no such release, or not visible to the actor.
    """
    policy.require(actor, Action.DOSSIER_REQUEST)
    releases = Release.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    release = _for_report(releases.get(pk=release_id).pk)
    digest = report.content_digest(_source(release, timezone.now(), choices))
    defaults = {"requested_by_id": actor.person_id, "choices": choices.to_json()}
    dossier, is_new = Dossier.objects.get_or_create(release=release, content_digest=digest, defaults=defaults)
    if not is_new:
        if not pdfs.is_spent(dossier):
            return dossier
        pdfs.requeue(dossier, actor)
    audit.record(actor, Action.DOSSIER_REQUEST, release.subject, {"dossier": dossier.pk, "content": digest, **choices.to_json()})
    return dossier


def carry_out(dossier_id: int) -> None:
    """Make one PDF, from claim to file (called by a worker, or by a command that has none)."""
    jobs.carry_out(Dossier, dossier_id, work=_render, settle=_settle, fail=_fail, broke_off=pdfs.BROKE_OFF)


def make_now(*, actor: Actor, release_id: int, choices: Choices = USUAL) -> Dossier:
    """Return the finished PDF of a release as it is now, made here and without a worker when it is not there yet.

    Raises:
        DomainError: it cannot be made; the sentence says why.
        ConflictError: a worker is making it at this moment.
    """
    asked = request_dossier(actor=actor, release_id=release_id, choices=choices)
    if asked.state != JobState.DONE:
        carry_out(asked.pk)
        asked.refresh_from_db()
    if asked.state == JobState.FAILED:
        raise DomainError(asked.error)
    if asked.state != JobState.DONE:
        raise ConflictError(BEING_MADE)
    return asked


@transaction.atomic
def finish_dossier(*, actor: Actor, dossier: Dossier, made: pdfs.Made) -> None:
    """Keep the PDF of the attempt that still holds the job.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(dossier)
    policy.require(actor, Action.DOSSIER_FINISH)
    row.remark = " ".join(filter(None, [pdfs.difference(row, made), made.rendered.remark]))
    row.unsigned_sha256, row.made_with = made.unsigned_sha256, dict(made.rendered.made_with)
    row.save(update_fields=["remark", "unsigned_sha256", "made_with"])
    pdfs.keep(row, made)
    detail = {"dossier": row.pk, "content": row.content_digest, "sha256": row.sha256, "unsigned": row.unsigned_sha256, "pages": row.pages}
    audit.record(actor, Action.DOSSIER_FINISH, row.release.subject, detail)


@transaction.atomic
def fail_dossier(*, actor: Actor, dossier: Dossier, reason: str) -> None:
    """Say why the attempt that still holds the job has failed.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(dossier)
    policy.require(actor, Action.DOSSIER_FINISH)
    row.state, row.error, row.finished_at = JobState.FAILED, reason, timezone.now()
    row.save(update_fields=["state", "error", "finished_at"])
    audit.record(actor, Action.DOSSIER_FINISH, row.release.subject, {"dossier": row.pk, "failed": reason})


def is_current(dossier: Dossier) -> bool:
    """Whether a dossier shows the release as it is now."""
    release = _for_report(dossier.release_id)
    return dossier.content_digest == report.content_digest(_source(release, timezone.now(), choices_of(dossier)))


def source_of(release_id: int, choices: Choices) -> report.Source:
    """Return everything that the dossier of a release shows now.

    Raises:
        DomainError: the stored content was changed.
    """
    release = _for_report(release_id)
    if not release.snapshot.is_intact:
        raise DomainError(TAMPERED)
    return _source(release, timezone.now(), choices)


def choices_of(dossier: Dossier) -> Choices:
    """Return what was chosen for a PDF."""
    return Choices.from_json(dossier.choices)


def download_name(dossier: Dossier) -> str:
    """Return the name under which a PDF is handed out."""
    release = dossier.release
    version = release.version
    day = dossier.finished_at or dossier.requested_at
    parts = (version.asset.slug, version.name, release.environment, f"{day:%Y-%m-%d}", *choices_of(dossier).suffixes)
    return "_".join(parts) + pdfs.SUFFIX


def _settle(dossier: Dossier, made: pdfs.Made) -> None:
    finish_dossier(actor=SYSTEM, dossier=dossier, made=made)


def _fail(dossier: Dossier, reason: str) -> None:
    fail_dossier(actor=SYSTEM, dossier=dossier, reason=reason)


def _render(dossier: Dossier) -> pdfs.Made:
    release = _for_report(dossier.release_id)
    if not release.snapshot.is_intact:
        raise DomainError(TAMPERED)
    kept = pdfs.kept_manuscript(dossier.manuscript)
    return pdfs.make(dossier, kept or _written(dossier, release))


def _written(dossier: Dossier, release: Release) -> pdf.Manuscript:
    """Write the manuscript of the release as it is now, and keep it before anything is made of it."""
    source = _source(release, timezone.now(), choices_of(dossier))
    digest, choices = report.content_digest(source), source.choices
    jobs.beat(dossier, COMPOSING)
    with translation.override(choices.language):
        html = render_to_string(TEMPLATE, pages.context_of(source))
    files = enclosures.enclosed(release, choices)
    manuscript = pdf.compose(html, identifier=digest, paper=choices.paper, attachments=files)
    _stand_for(dossier, digest, pdfs.keep_manuscript(manuscript))
    return manuscript


@transaction.atomic
def _stand_for(dossier: Dossier, digest: str, manuscript: str) -> None:
    """Let a row stand for what was written, also when the release changed while it waited."""
    row = jobs.held(dossier)
    if Dossier.objects.filter(release_id=row.release_id, content_digest=digest).exclude(pk=row.pk).exists():
        raise DomainError(ANOTHER)
    row.content_digest, row.manuscript = digest, manuscript
    row.save(update_fields=["content_digest", "manuscript"])


def _for_report(release_id: int) -> Release:
    return Release.objects.for_page().get(pk=release_id)


def _source(release: Release, now: datetime, choices: Choices = USUAL) -> report.Source:
    """Return everything that a dossier shows.

    A promoted release is judged as at its promotion, so that its dossier does
    not change with the clock; any other as at now.
    """
    facts = facts_of(release)
    tier_now = facts.tier if release.promoted_at else facts.tier_now
    facts = replace(facts, now=release.promoted_at or now, tier_now=tier_now)
    policy = Policy.from_json(release.policy_content)
    decided = tuple(release.decisions.select_related("person", "snapshot").order_by("pk"))
    latest = {(row.person_id, row.role): row.pk for row in decided}
    carried = frozenset(latest[one.decision.person_id, one.decision.role] for one in counting(policy, facts) if one.carried)
    found, steps = requirements(policy, facts), enclosures.steps_of(release)
    return report.Source(
        release=release,
        decisions=decided,
        requirements=found,
        judged_at=facts.now,
        made_at=enclosures.last_step_at(release, steps),
        choices=choices,
        house=pdfs.house(),
        enclosed=enclosures.marks_of(release, steps),
        emergencies=_emergencies(release, [one.title for one in skippable(found)], now),
        carried=carried,
        turns=enclosures.turns_of(release, steps),
    )


def _emergencies(release: Release, skipped: Sequence[str], now: datetime) -> tuple[emergencies.PrintedEmergency, ...]:
    rows = release.emergencies.for_page().prefetch_related("reviews__person").order_by("pk")
    return emergencies.printed(list(rows), release.snapshot_id, skipped, now)
