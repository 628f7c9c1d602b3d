"""What comes to an end next, for a person, a model, or everything that somebody sees.

The rule: each source is a function with one query and a limit; what it finds
is filtered by what the actor may see. A new kind of thing that ends is one
more function in ``SOURCES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils import timezone

from governance.models import (
    Assignment,
    Emergency,
    Evaluation,
    ItemAssignment,
    JobState,
    Release,
    Risk,
    RiskAction,
    Triage,
    Waiver,
)
from governance.reviewing.calendar import Entry, EntryKind
from governance.services import keydates
from governance.services.calendarview import MOST, View
from governance.services.expiring import of_organisation, of_versions
from governance.triage import dates_for
from governance.workflow import LIVE_STATES, OPEN_STATES, State
from registry.models import Person, SectionAssignment
from registry.policy import Actor, role_title

AT_WORK: Final = [state.value for state in (*LIVE_STATES, *OPEN_STATES)]


def entries(view: View) -> list[Entry]:
    """Return everything that ends in view, in order (a constant number of queries)."""
    return sorted(entry for source in SOURCES for entry in source(view))


def view_of(actor: Actor, *, person: Actor | None, model: str = "") -> View:
    """Return what an actor sees as of today of a person's calendar, or of everybody's."""
    return View(actor=actor, person=person, model=model, today=timezone.localdate())


def people_for(actor: Actor) -> models.QuerySet[Person]:
    """Return whose calendars an actor may look at: everybody's, or those of the people in their teams."""
    people = Person.objects.filter(is_active=True).exclude(pk=actor.id).order_by("name", "pk")
    return people if actor.sees_everything else people.filter(memberships__team_id__in=list(actor.teams)).distinct()


def _reviews(view: View) -> Iterator[Entry]:
    rows = Assignment.objects.waiting().filter(view.between("due_on"))
    rows = rows.filter(person_id__in=view.standins.people_of(view.person.id)) if view.person else rows
    path = "release__version__asset"
    seen = view.assigned(path) if view.person else view.seen(path)
    for row in rows.filter(seen).for_page().order_by("due_on", "pk")[:MOST]:
        acting = view.standins.acting(row.person_id, row.role, row.release)
        if view.person and acting != view.person.id:
            continue
        note = f"{row.person.name}, {role_title(row.role)} review"
        yield Entry(row.due_on, EntryKind.REVIEW, _named(row.release), note, row.release.get_absolute_url(), f"review-{row.pk}")


def _approvals(view: View) -> Iterator[Entry]:
    rows = Release.objects.live().filter(view.of_team("version__asset"), view.between("expires_at__date"))
    for row in rows.select_related("version__asset").order_by("expires_at", "pk")[:MOST]:
        if row.expires_at is None:
            continue
        note = (
            "Suspended at present."
            if row.state == State.SUSPENDED
            else "The gate closes on this day unless a later release takes its place."
        )
        url = row.get_absolute_url()
        yield Entry(row.expires_at.date(), EntryKind.APPROVAL, _named(row), note, url, f"approval-{row.pk}")
        begins = row.expires_at.date() - timedelta(days=row.rereview_days or 0)
        if row.state == State.PROMOTED and row.rereview_days and row.rereview_at is None and begins >= view.today:
            yield Entry(begins, EntryKind.REREVIEW, _named(row), "Reviewers are asked again from this day on.", url, f"rereview-{row.pk}")


def _evaluations(view: View) -> Iterator[Entry]:
    """Return the day after which the newest evaluation of a version is too old for the policy of a release."""
    rows = Release.objects.filter(view.of_team("version__asset"), state__in=AT_WORK, evaluation_days__isnull=False)
    newest = Evaluation.objects.filter(version=models.OuterRef("version"), state=JobState.DONE).order_by("-finished_at")
    measured = rows.annotate(evaluation_id=models.Subquery(newest.values("pk")[:1])).filter(evaluation_id__isnull=False)
    found = dict(measured.order_by("pk").values_list("pk", "evaluation_id")[:MOST])
    evaluations = Evaluation.objects.only("name", "finished_at").in_bulk(found.values())
    newest_of_place = {
        (row.version_id, row.environment): row for row in Release.objects.filter(pk__in=found).select_related("version__asset")
    }
    for row in newest_of_place.values():
        evaluation = evaluations[found[row.pk]]
        on = (evaluation.finished_at or timezone.now()).date() + timedelta(days=row.evaluation_days or 0)
        if view.start <= on <= view.end:
            note = f"“{evaluation.name}” is then older than the policy of {row.environment} allows."
            yield Entry(on, EntryKind.EVALUATION, str(row.version), note, row.get_absolute_url(), f"evaluation-{row.pk}")


def _sections(view: View) -> Iterator[Entry]:
    rows = SectionAssignment.objects.open().filter(view.between("due_on"))
    if view.person:
        rows = rows.filter(view.assigned("version__asset"), person_id=view.person.id)
    else:
        rows = rows.filter(view.seen("version__asset"))
    for row in rows.select_related("version__asset", "person").order_by("due_on", "pk")[:MOST]:
        if row.due_on is not None:
            note = f"{row.person.name} writes the section “{row.section.replace('_', ' ')}”."
            yield Entry(row.due_on, EntryKind.SECTION, str(row.version), note, row.get_absolute_url(), f"section-{row.pk}")


def _items(view: View) -> Iterator[Entry]:
    """Return the days on which items are due, one entry for what one person owes of a checklist on a day."""
    rows = ItemAssignment.objects.open().filter(view.between("due_on"))
    if view.person:
        rows = rows.filter(view.assigned("version__asset"), person_id=view.person.id)
    else:
        rows = rows.filter(view.seen("version__asset"))
    found: dict[tuple[object, ...], list[ItemAssignment]] = {}
    for row in rows.select_related("version__asset", "person").order_by("due_on", "pk")[:MOST]:
        found.setdefault((row.version_id, row.framework_key, row.person_id, row.due_on), []).append(row)
    for own in found.values():
        first = own[0]
        if first.due_on is not None:
            what = first.item if len(own) == 1 else f"{len(own)} items of a checklist"
            note = f"{first.person.name} answers {what}."
            yield Entry(first.due_on, EntryKind.ITEM, str(first.version), note, first.list_url, f"item-{first.pk}")


def _waivers(view: View) -> Iterator[Entry]:
    rows = Waiver.objects.granted().filter(view.of_team("release__version__asset"), view.between("until__date"))
    rows = rows.filter(snapshot=models.F("release__snapshot"), release__state__in=AT_WORK)
    for row in rows.select_related("release__version__asset").order_by("until", "pk")[:MOST]:
        if row.until is not None:
            note = f"Until then “{row.title}” is set aside."
            yield Entry(row.until.date(), EntryKind.WAIVER, _named(row.release), note, row.release.get_absolute_url(), f"waiver-{row.pk}")


def _emergencies(view: View) -> Iterator[Entry]:
    rows = Emergency.objects.owed().filter(view.of_team("release__version__asset"), view.between("review_due__date"))
    for row in rows.select_related("release__version__asset").order_by("review_due", "pk")[:MOST]:
        if row.review_due is not None:
            note = "It was promoted without the reviewers, who look at it by this day."
            yield Entry(
                row.review_due.date(), EntryKind.EMERGENCY, _named(row.release), note, row.release.get_absolute_url(), f"emergency-{row.pk}"
            )


def _risks(view: View) -> Iterator[Entry]:
    dated = view.between("review_on") | view.between("accepted_until")
    rows = Risk.objects.open().filter(view.own_or_of_team("asset", "owner_id"), dated)
    for row in rows.select_related("asset", "owner").order_by("pk")[:MOST]:
        title, url = f"{row.title}, {row.asset.name}", row.get_absolute_url()
        if row.review_on is not None and view.start <= row.review_on <= view.end:
            yield Entry(row.review_on, EntryKind.RISK, title, f"{row.owner.name} looks at it again.", url, f"risk-{row.pk}")
        if row.accepted_until is not None and view.start <= row.accepted_until <= view.end:
            note = "The residual risk is accepted until this day."
            yield Entry(row.accepted_until, EntryKind.ACCEPTANCE, title, note, url, f"acceptance-{row.pk}")


def _actions(view: View) -> Iterator[Entry]:
    seen = view.own_or_of_team("risk__asset", "owner_id") | view.own_or_of_team("incident__asset", "owner_id")
    rows = RiskAction.objects.filter(seen, view.between("due_on"), done_on=None)
    for row in rows.select_related("risk__asset", "incident__asset", "owner").order_by("due_on", "pk")[:MOST]:
        about = row.risk or row.incident
        if row.due_on is not None and about is not None:
            note = f"{row.owner.name}, because of “{about.title}”"
            url = about.get_absolute_url()
            yield Entry(row.due_on, EntryKind.ACTION, f"{row.text}, {about.asset.name}", note, url, f"action-{row.pk}")


def _key_dates(view: View) -> Iterator[Entry]:
    """Return the dates of the law for each model whose triage says that they concern it."""
    known = [one for one in keydates.key_dates() if view.start <= one.on <= view.end]
    if not known:
        return
    for row in Triage.objects.current().filter(view.of_team("asset")).select_related("asset").order_by("pk")[:MOST]:
        for number, one in enumerate(dates_for(row.tags, known)):
            url = reverse("triage", args=[row.asset.kind, row.asset.slug])
            yield Entry(
                one.on, EntryKind.KEY_DATE, f"{one.event}, {row.asset.name}", one.note, url, f"key-date-{row.asset_id}-{number}-{one.on}"
            )


def _named(release: Release) -> str:
    return f"{release.version} in {release.environment}"


SOURCES: Final[tuple[Callable[[View], Iterator[Entry]], ...]] = (
    *(_reviews, _approvals, _evaluations, _sections, _items),
    *(of_versions, of_organisation, _waivers, _emergencies, _risks, _actions, _key_dates),
)
