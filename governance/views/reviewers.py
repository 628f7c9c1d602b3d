"""The panel *Reviewers* of a release: who reviews in which role until when, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from governance.forms.reviews import AssignForm, ReassignForm
from governance.models import Assignment, Release
from governance.services import assignments
from governance.services.standins import StandIns
from governance.views.frame import find_release
from governance.workflow import Step
from registry.http import Request
from registry.models import Person
from registry.policy import Action, refusal

CHOOSE = "Choose somebody from the list, and a day that is not past."
OUTCOMES = {
    Step.APPROVE: ("Approved", "good"),
    Step.REQUEST_CHANGES: ("Asked for changes", "warning"),
    Step.REJECT: ("Rejected", "bad"),
    Step.ABSTAIN: ("Abstained", "neutral"),
}


def reviewers_panel(request: Request, release: Release) -> dict[str, Any]:
    """Return what the panel shows."""
    active = list(release.assignments.active().select_related("person", "done_by"))
    places = assignments.open_places(release, active)
    may = (release.is_open or release.wants_rereview) and refusal(request.actor, Action.REVIEW_ASSIGN, release.target()) is None
    standins = StandIns()
    people = assignments.candidates(release, places) if may else {}
    load = standins.load({person.pk for found in people.values() for person in found})
    taken = {one.person_id for one in active}
    outcomes = _outcomes(release)
    rows = [_row(one, release, standins, outcomes) for one in active]
    _name_stand_ins(rows)
    return {
        "review_roles": [
            {
                "role": role,
                "rows": [row for row in rows if row["assignment"].role == role],
                "open": number,
                "due_on": assignments.usual_due(release, role),
                "choices": [_choice(person, load[person.pk], role, standins) for person in people.get(role, ()) if person.pk not in taken],
                "may_take": any(person.pk == request.actor.person_id for person in people.get(role, ()))
                and request.actor.person_id not in taken,
            }
            for role, number in places.items()
        ],
        "may_assign": may,
        "is_under_review": release.is_open or release.wants_rereview,
        "today": timezone.localdate(),
    }


@require_POST
def release_assign(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Assign a review to somebody, or take it."""
    release = find_release(request.actor, kind, slug, name, pk)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, CHOOSE)
        return redirect(release)
    made = assignments.assign(actor=request.actor, release_id=release.pk, **form.cleaned_data)
    messages.success(request, f"{made.person.name} reviews it, until {made.due_on:%-d %B %Y}.")
    return redirect(release)


@require_POST
def assignment_move(request: Request, kind: str, slug: str, name: str, pk: int, assignment: int) -> HttpResponse:
    """Pass a review on to somebody else."""
    release = find_release(request.actor, kind, slug, name, pk)
    get_object_or_404(Assignment, pk=assignment, release=release)
    form = ReassignForm(request.POST)
    if not form.is_valid():
        messages.error(request, CHOOSE)
        return redirect(release)
    made = assignments.reassign(actor=request.actor, assignment_id=assignment, **form.cleaned_data)
    messages.success(request, f"{made.person.name} reviews it now, until {made.due_on:%-d %B %Y}.")
    return redirect(release)


@require_POST
def assignment_end(request: Request, kind: str, slug: str, name: str, pk: int, assignment: int) -> HttpResponse:
    """Take a review from somebody."""
    release = find_release(request.actor, kind, slug, name, pk)
    get_object_or_404(Assignment, pk=assignment, release=release)
    ended = assignments.end(actor=request.actor, assignment_id=assignment, reason=request.POST.get("reason", ""))
    messages.success(request, f"{ended.person.name} no longer reviews it.")
    return redirect(release)


def _outcomes(release: Release) -> dict[tuple[int, str], str]:
    """Return each person's latest decision in each role."""
    return {(person, role): step for person, role, step in release.decisions.order_by("pk").values_list("person_id", "role", "step")}


def _row(one: Assignment, release: Release, standins: StandIns, outcomes: dict[tuple[int, str], str]) -> dict[str, Any]:
    is_done = one.done_for_id == release.snapshot_id and not release.wants_rereview
    step = Step(outcomes[one.done_by_id or one.person_id, one.role]) if is_done else None
    label, tone = OUTCOMES[step] if step else ("Waits", "info")
    is_late = not is_done and one.due_on < timezone.localdate()
    acting = one.done_by_id if is_done else standins.acting(one.person_id, one.role, release)
    return {
        "assignment": one,
        "label": "Overdue" if is_late else label,
        "tone": "bad" if is_late else tone,
        "is_done": is_done,
        "stand_in_id": acting if acting != one.person_id else None,
    }


def _name_stand_ins(rows: list[dict[str, Any]]) -> None:
    ids = {row["stand_in_id"] for row in rows} - {None}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    for row in rows:
        row["stand_in"] = names.get(row["stand_in_id"], "")


def _choice(person: Person, load: int, role: str, standins: StandIns) -> dict[str, Any]:
    words = "nothing open" if load == 0 else f"{load} open"
    away = ", away" if standins.is_away(person.pk, role) else ""
    return {"id": person.pk, "label": f"{person.name} ({words}{away})"}
