"""Pages on which an administrator looks after people and teams."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.errors import DomainError
from registry.forms.people import ROLE_LABELS, PersonEditForm, PersonForm, TeamForm
from registry.http import Request, page_of, query_without_page, show_refusal
from registry.models import Person, Team
from registry.policy import Action, Role, require
from registry.services import people as services


@require_GET
def people(request: Request) -> HttpResponse:
    """List people and teams."""
    require(request.actor, Action.PEOPLE_MANAGE)
    return _people_page(request, TeamForm())


@require_http_methods(["GET", "POST"])
def person_add(request: Request) -> HttpResponse:
    """Add an account."""
    require(request.actor, Action.PEOPLE_MANAGE)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.add_person(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, "email", error)
        else:
            messages.success(request, f"{person.name} can sign in. Give roles and teams now.")
            return redirect("person-edit", person.pk)
    return render(request, "registry/person_add.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def person_edit(request: Request, pk: int) -> HttpResponse:
    """Change somebody's roles and teams."""
    require(request.actor, Action.PEOPLE_MANAGE)
    person = get_object_or_404(Person.objects.for_page(), pk=pk)
    form = PersonEditForm(request.POST or None, person=person, teams=list(Team.objects.all()))
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, person, form)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, f"Saved what {person.name} may do.")
            return redirect("people")
    context = {"person": person, "form": form}
    return render(request, "registry/person_edit.html", context, status=422 if form.errors else 200)


@require_POST
def team_add(request: Request) -> HttpResponse:
    """Add a team."""
    require(request.actor, Action.PEOPLE_MANAGE)
    form = TeamForm(request.POST)
    if form.is_valid():
        try:
            team = services.add_team(actor=request.actor, name=form.cleaned_data["name"])
        except DomainError as error:
            show_refusal(form, "name", error)
        else:
            messages.success(request, f"Team {team.name} is added.")
            return redirect("people")
    return _people_page(request, form, status=422)


@transaction.atomic
def _save(request: Request, person: Person, form: PersonEditForm) -> None:
    values = form.cleaned_data
    if "roles" in form.changed_data:
        services.set_roles(actor=request.actor, person_id=person.pk, roles=[Role(role) for role in values["roles"]])
    if "is_active" in form.changed_data:
        services.set_active(actor=request.actor, person_id=person.pk, is_active=values["is_active"])
    for team_id, role in form.team_roles().items():
        services.set_membership(actor=request.actor, team_id=team_id, person_id=person.pk, role=role)


def _people_page(request: Request, team_form: TeamForm, status: int = 200) -> HttpResponse:
    page = page_of(request, Person.objects.for_page())
    labels = {role.value: label.split(" (")[0] for role, label in ROLE_LABELS.items()}
    context = {
        "page": page,
        "query": query_without_page(request),
        "rows": [
            {
                "person": person,
                "roles": [labels[grant.role] for grant in person.grants.all()],
                "teams": [f"{part.team.name} ({part.role})" for part in person.memberships.all()],
            }
            for person in page
        ],
        "teams": Team.objects.all(),
        "team_form": team_form,
    }
    return render(request, "registry/people.html", context, status=status)
