"""Asking a person to write a section of a document."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from registry.errors import DomainError
from registry.forms.assignments import AssignmentForm, writers_of
from registry.http import Request
from registry.models import SectionAssignment, Version
from registry.services import assignments
from registry.views.frame import find_version

__all__ = ["assigned_by_section", "assignment_done", "section_assign", "writers_of"]


def assigned_by_section(version: Version) -> dict[str, SectionAssignment]:
    """Return the open assignment of each section that has one."""
    return {one.section: one for one in version.assignments.open().select_related("person")}


@require_POST
def section_assign(request: Request, kind: str, slug: str, name: str, section: str) -> HttpResponse:
    """Ask a person to write a section."""
    version = find_version(request.actor, kind, slug, name)
    form = AssignmentForm(request.POST, version=version)
    if not form.is_valid():
        raise DomainError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    values = form.cleaned_data
    made = assignments.assign_section(
        actor=request.actor,
        version_id=version.pk,
        section=section,
        person_id=values["person"].pk,
        due_on=values["due_on"],
        note=values["note"],
    )
    messages.success(request, f"{made.person.name} is asked to write this section.")
    return redirect(f"{reverse('document', args=version.url_args)}#{section}")


@require_POST
def assignment_done(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Say that an assigned section is written."""
    version = find_version(request.actor, kind, slug, name)
    made = get_object_or_404(version.assignments, pk=pk)
    assignments.finish_assignment(actor=request.actor, assignment_id=made.pk)
    messages.success(request, "The section is no longer waited for.")
    return redirect(f"{reverse('document', args=version.url_args)}#{made.section}")
