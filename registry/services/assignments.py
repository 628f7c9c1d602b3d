"""Who is asked to write which section of a document, and by when."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from registry import audit, policy
from registry.errors import DomainError
from registry.models import Person, SectionAssignment, Version
from registry.policy import Action, Actor, Target
from registry.services.documents import template_of
from registry.services.notices import NoticeKind, notify


@transaction.atomic
def assign_section(
    *, actor: Actor, version_id: int, section: str, person_id: int, due_on: date | None = None, note: str = ""
) -> SectionAssignment:
    """Ask a person to write a section; whoever was asked before is asked no more.

    Raises:
        ForbiddenError: the actor does not write in the team.
        UnknownItemError: the document has no such section.
        DomainError: the person does not write in the team.
    """
    version = Version.objects.select_for_update(of=("self",), no_key=True).select_related("asset", "document").get(pk=version_id)
    policy.require(actor, Action.SECTION_ASSIGN, version.target)
    part = template_of(version.document).section(section)
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or policy.refusal(person.actor(), Action.DOCUMENT_WRITE, version.target):
        message = "Choose a contributor or owner of the team; others cannot write in the document."
        raise DomainError(message)
    version.assignments.open().filter(section=part.id).update(done_at=timezone.now(), done_by_id=actor.id)
    made = SectionAssignment.objects.create(
        version=version, section=part.id, person=person, due_on=due_on, note=note.strip()[:300], assigned_by_id=actor.id
    )
    notify(
        kind=NoticeKind.SECTION_ASSIGNED,
        person_ids={person.pk} - {actor.id},
        subject=f"{actor.name} asks you to write “{part.title}” of {version}",
        text=made.note or "Open the section and write it.",
        url=made.get_absolute_url(),
    )
    detail = {"section": part.id, "person": person.pk, "due": due_on.isoformat() if due_on else None}
    audit.record(actor, Action.SECTION_ASSIGN, f"{version.subject}/document", detail)
    return made


@transaction.atomic
def finish_assignment(*, actor: Actor, assignment_id: int) -> SectionAssignment:
    """Say that a section is written, or that it is no longer asked for.

    Raises:
        ForbiddenError: the actor is neither the one who was asked nor writes in the team.
    """
    made = SectionAssignment.objects.select_for_update(of=("self",), no_key=True).select_related("version__asset").get(pk=assignment_id)
    version = made.version
    policy.require(actor, Action.SECTION_FINISH, Target(team_id=version.asset.team_id, person_id=made.person_id))
    if made.done_at is None:
        made.done_at, made.done_by_id = timezone.now(), actor.id
        made.save(update_fields=["done_at", "done_by"])
        audit.record(actor, Action.SECTION_FINISH, f"{version.subject}/document", {"section": made.section})
    return made
