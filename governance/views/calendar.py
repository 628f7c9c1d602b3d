"""The calendar of what comes to an end next, and the same as a file for a calendar program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from governance.reviewing.calendar import TITLES, Entry, EntryKind, by_month, by_week, icalendar
from governance.services import calendar as services
from registry.http import Request
from registry.models import Asset, Kind, Person
from registry.policy import Actor

# Digits of a person's number; a longer one is none of ours.
LONGEST: Final = 10
WHOSE: Final = (("mine", "Mine and my teams'"), ("all", "Everything that I see"))


@dataclass(frozen=True)
class Chosen:
    """What the address asks for; anything unknown is left out."""

    whose: str
    kind: str
    model: str
    by: str

    @classmethod
    def of(cls, request: Request) -> Chosen:
        """Read the address."""
        given = request.GET
        usual = "mine" if request.actor.teams or request.actor.reviewer_roles else "all"
        whose = given.get("whose", "")
        return cls(
            whose=whose if whose in dict(WHOSE) or (whose.isdecimal() and len(whose) < LONGEST) else usual,
            kind=given.get("kind", "") if given.get("kind") in set(EntryKind) else "",
            model=given.get("model", "")[:80],
            by="week" if given.get("by") == "week" else "month",
        )


@require_GET
def calendar(request: Request) -> HttpResponse:
    """List what ends next, week by week or month by month."""
    chosen = Chosen.of(request)
    found, today = _entries(request, chosen), timezone.localdate()
    groups = by_week(found, today) if chosen.by == "week" else by_month(found, today)
    models = Asset.objects.visible_to(request.actor).of_kind(Kind.MODEL).values_list("slug", "name")
    context: dict[str, Any] = {
        "groups": [{"title": group.title, "rows": [_row(entry) for entry in group.entries]} for group in groups],
        "chosen": chosen,
        "whose": WHOSE,
        "people": [(str(number), name) for number, name in services.people_for(request.actor).values_list("pk", "name")],
        "kinds": [(kind.value, TITLES[kind]) for kind in EntryKind],
        "models": models,
        "query": request.GET.urlencode(),
        "today": today,
    }
    return render(request, "governance/calendar.html", context)


@require_GET
def calendar_file(request: Request) -> HttpResponse:
    """Hand out the same as an iCalendar file."""
    found = _entries(request, Chosen.of(request))
    text = icalendar(found, base=settings.ASSAY_URL, name="Assay", now=timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="assay.ics"'
    response["Cache-Control"] = "no-store"
    return response


def _entries(request: Request, chosen: Chosen) -> list[Entry]:
    view = services.view_of(request.actor, person=_person(request, chosen), model=chosen.model)
    return [entry for entry in services.entries(view) if chosen.kind in {"", entry.kind}]


def _person(request: Request, chosen: Chosen) -> Actor | None:
    """Return whose calendar is asked for; None for everybody's.

    Raises:
        Http404: nobody of that number, or nobody into whose calendar one may look.
    """
    if chosen.whose in dict(WHOSE):
        return request.actor if chosen.whose == "mine" else None
    number = int(chosen.whose)
    if number == request.actor.person_id:
        return request.actor
    person: Person = get_object_or_404(services.people_for(request.actor), pk=number)
    return person.actor()


def _row(entry: Entry) -> dict[str, Any]:
    return {"entry": entry, "kind": TITLES[entry.kind]}
