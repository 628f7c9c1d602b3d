"""Asking for the PDF of a release, and making it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from governance.gate import Policy, requirements
from governance.models import Dossier, JobState, Release
from governance.reports import dossier as report
from governance.reports import pdf
from governance.services import jobs, pdfs
from governance.services.facts import facts_of
from registry import audit, policy
from registry.errors import DomainError
from registry.policy import SYSTEM, Action, Actor

TEMPLATE: Final = "print/dossier.html"
ANOTHER: Final = "The release has changed since, and its new dossier was asked for already. Take that one."
TAMPERED: Final = "The stored content no longer has the digest that was reviewed, so no dossier is made of it. Tell your auditor."


@transaction.atomic
def request_dossier(*, actor: Actor, release_id: int) -> Dossier:
    """Ask for the PDF of a release as it is now; the caller rings the worker's bell after commit.

    What shows the same is one row: a finished one is given back as it is, and
    one that has failed, or whose file is gone, is put into the queue again.

    Raises:
        ForbiddenError: nobody is signed in.
        Release.DoesNotExist: no such release, or not visible to the actor.
    """
    policy.require(actor, Action.DOSSIER_REQUEST)
    releases = Release.objects.visible_to(actor).select_for_update(of=("self",))
    release = _for_report(releases.get(pk=release_id).pk)
    digest = report.content_digest(_source(release, timezone.now()))
    dossier, is_new = Dossier.objects.get_or_create(release=release, content_digest=digest, defaults={"requested_by_id": actor.id})
    if not is_new:
        if not pdfs.is_spent(dossier):
            return dossier
        pdfs.requeue(dossier, actor)
    audit.record(actor, Action.DOSSIER_REQUEST, release.subject, {"dossier": dossier.pk, "content": digest})
    return dossier


def carry_out(dossier_id: int) -> None:
    """Make one PDF, from claim to file (called by a worker, or by a command that has none)."""
    jobs.carry_out(Dossier, dossier_id, work=_render, settle=_settle, fail=_fail, broke_off=pdfs.BROKE_OFF)


@transaction.atomic
def finish_dossier(*, actor: Actor, dossier: Dossier, rendered: pdf.Rendered) -> None:
    """Keep the PDF of the attempt that still holds the job.

    Raises:
        ForbiddenError: not the system.
        ConflictError: another worker has taken the job over.
    """
    row = jobs.held(dossier)
    policy.require(actor, Action.DOSSIER_FINISH)
    pdfs.keep(row, rendered)
    detail = {"dossier": row.pk, "content": row.content_digest, "sha256": row.sha256, "pages": row.pages}
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
    return dossier.content_digest == report.content_digest(_source(release, timezone.now()))


def download_name(dossier: Dossier) -> str:
    """Return the name under which a PDF is handed out."""
    release = dossier.release
    version = release.version
    day = dossier.finished_at or dossier.requested_at
    return f"{version.asset.slug}_{version.name}_{release.environment}_{day:%Y-%m-%d}{pdfs.SUFFIX}"


def _settle(dossier: Dossier, rendered: pdf.Rendered) -> None:
    finish_dossier(actor=SYSTEM, dossier=dossier, rendered=rendered)


def _fail(dossier: Dossier, reason: str) -> None:
    fail_dossier(actor=SYSTEM, dossier=dossier, reason=reason)


def _render(dossier: Dossier) -> pdf.Rendered:
    release = _for_report(dossier.release_id)
    if not release.snapshot.is_intact:
        raise DomainError(TAMPERED)
    source = _source(release, dossier.requested_at)
    if report.content_digest(source) != dossier.content_digest:
        source = _source(release, timezone.now())
        _bring_up_to_date(dossier, source)
    jobs.beat(dossier, 20)
    return pdf.render(TEMPLATE, report.context_of(source), identifier=report.content_digest(source))


@transaction.atomic
def _bring_up_to_date(dossier: Dossier, source: report.Source) -> None:
    """Let a row that waited while the release changed stand for what is shown now."""
    row, digest = jobs.held(dossier), report.content_digest(source)
    if Dossier.objects.filter(release_id=row.release_id, content_digest=digest).exclude(pk=row.pk).exists():
        raise DomainError(ANOTHER)
    row.content_digest, row.requested_at = digest, source.made_at
    row.save(update_fields=["content_digest", "requested_at"])


def _for_report(release_id: int) -> Release:
    return Release.objects.for_page().get(pk=release_id)


def _source(release: Release, now: datetime) -> report.Source:
    """Return everything that a dossier shows.

    A promoted release is judged as at its promotion, so that its dossier does
    not change with the clock; any other as at now.
    """
    facts = facts_of(release)
    tier_now = facts.tier if release.promoted_at else facts.tier_now
    facts = replace(facts, now=release.promoted_at or now, tier_now=tier_now)
    return report.Source(
        release=release,
        decisions=tuple(release.decisions.select_related("person", "snapshot").order_by("pk")),
        requirements=requirements(Policy.from_json(release.policy_content), facts),
        judged_at=facts.now,
        made_at=now,
    )
