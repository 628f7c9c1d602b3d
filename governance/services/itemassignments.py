"""Who is asked to answer which items of a checklist, and by when.

The rule: one person an item at a time; an item that is answered is no longer
asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from governance.models import ItemAssignment
from registry import audit, policy
from registry.errors import DomainError
from registry.models import Person, Version
from registry.policy import Action, Actor, Target
from registry.services.notices import NoticeKind, notify


def ask(
    actor: Actor, version: Version, framework_key: str, items: Collection[str], *, person_id: int, due_on: date | None, note: str
) -> tuple[dict[str, int | None], dict[str, ItemAssignment]]:
    """Ask a person to answer items, inside the transaction of the change; return who was asked before, and who is now, by item.

    Raises:
        DomainError: the person does not answer the team's checklists.
    """
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or policy.refusal(person.actor(), Action.CHECKLIST_ANSWER, version.target):
        message = "Choose a contributor or owner of the team; others cannot answer its checklists."
        raise DomainError(message)
    standing = ItemAssignment.objects.select_for_update(no_key=True).on(version, framework_key).open().filter(item__in=items)
    before = {one.item: one.pk for one in standing}
    standing.update(done_at=timezone.now(), done_by_id=actor.id)
    made = ItemAssignment.objects.bulk_create(
        [
            ItemAssignment(
                version=version,
                framework_key=framework_key,
                item=item,
                person=person,
                due_on=due_on,
                note=note.strip()[:300],
                assigned_by_id=actor.id,
            )
            for item in items
        ]
    )
    what = next(iter(items)) if len(items) == 1 else f"{len(items)} items"
    notify(
        kind=NoticeKind.SECTION_ASSIGNED,
        person_ids={person.pk} - {actor.id},
        subject=f"{actor.name} asks you to answer {what} about {version}",
        text=note.strip()[:300] or "Open the checklist and answer what is yours.",
        url=made[0].list_url,
    )
    return {item: before.get(item) for item in items}, {one.item: one for one in made}


def close(actor: Actor, version: Version, framework_key: str, items: Collection[str]) -> dict[str, int]:
    """Ask no longer for items that are answered now; return which assignments that closed, by item."""
    standing = ItemAssignment.objects.select_for_update(no_key=True).on(version, framework_key).open().filter(item__in=items)
    closed = {one.item: one.pk for one in standing}
    if closed:
        ItemAssignment.objects.filter(pk__in=closed.values()).update(done_at=timezone.now(), done_by_id=actor.id)
    return closed


def reopen(closed: Mapping[str, int | None]) -> None:
    """Ask again for what was closed, where nobody else is asked by now."""
    rows = ItemAssignment.objects.filter(pk__in=[pk for pk in closed.values() if pk is not None])
    for row in rows.select_related("version"):
        if not ItemAssignment.objects.on(row.version, row.framework_key).open().filter(item=row.item).exists():
            ItemAssignment.objects.filter(pk=row.pk).update(done_at=None, done_by=None)


@transaction.atomic
def finish_item(*, actor: Actor, assignment_id: int) -> ItemAssignment:
    """Say that an item is no longer asked for.

    Raises:
        ForbiddenError: the actor is neither the one who was asked nor writes in the team.
    """
    made = ItemAssignment.objects.select_for_update(of=("self",), no_key=True).select_related("version__asset").get(pk=assignment_id)
    policy.require(actor, Action.ITEM_FINISH, Target(team_id=made.version.asset.team_id, person_id=made.person_id))
    if made.done_at is None:
        made.done_at, made.done_by_id = timezone.now(), actor.id
        made.save(update_fields=["done_at", "done_by"])
        audit.record(actor, Action.ITEM_FINISH, made.subject, {"item": made.item})
    return made
