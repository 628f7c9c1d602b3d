"""What the registry itself knows and can be shown as evidence: fields, datasheets, evaluations, risks, reviews, entries of the journal.

The rule: an exhibit is named by words that outlast the rows, and what may be
shown for a version is listed by one function, which the service asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.urls import reverse

from governance.models import Answer, Decision, Evidence, Risk
from governance.services.assessments import locked_model
from governance.services.evidence import answered, checked_day, new_piece, support
from governance.workflow import State, Step
from registry import audit
from registry.catalog.documents import applies, is_filled
from registry.catalog.schema import Field
from registry.errors import DomainError
from registry.models import Document, Kind, Version
from registry.policy import Actor, role_title
from registry.services.documents import template_of

MOST_ENTRIES: Final = 30
MOST: Final = 100
REVIEWED: Final = [state.value for state in (State.IN_REVIEW, State.PROMOTED, State.SUPERSEDED)]


class ExhibitKind(StrEnum):
    """What can be shown."""

    CARD = "card"
    DATASHEET = "datasheet"
    EVALUATION = "evaluation"
    REVIEW = "review"
    RISK = "risk"
    JOURNAL = "journal"


TITLES: Final = {
    ExhibitKind.CARD: "Fields of the card",
    ExhibitKind.DATASHEET: "Datasheets",
    ExhibitKind.EVALUATION: "Evaluations",
    ExhibitKind.REVIEW: "Approved reviews",
    ExhibitKind.RISK: "Risks",
    ExhibitKind.JOURNAL: "Journal",
}


@dataclass(frozen=True)
class Exhibit:
    """Something that the registry knows of a version.

    Attributes:
        refers_to: its name, such as ``card#primary_uses`` or ``evaluation/2.1.0/7``.
        field: the field that it is, if it is one.
        text: what the field says.
    """

    refers_to: str
    title: str
    field: Field | None = None
    text: str = ""

    @property
    def kind(self) -> ExhibitKind:
        """What it is."""
        return kind_of(self.refers_to)


def kind_of(refers_to: str) -> ExhibitKind:
    """Return what a name stands for."""
    return ExhibitKind(refers_to.partition("#")[0].partition("/")[0])


def leads_to(version: Version, refers_to: str) -> str:
    """Return the page that shows an exhibit; without asking the database."""
    name, _, anchor = refers_to.partition("#")
    kind, *parts = name.split("/")
    model = (version.asset.kind, version.asset.slug)
    if kind == ExhibitKind.CARD:
        return f"{reverse('document', args=version.url_args)}#{anchor}"
    if kind == ExhibitKind.DATASHEET:
        page = reverse("document", args=[Kind.DATASET, *parts])
        return f"{page}#{anchor}" if anchor else page
    if kind == ExhibitKind.RISK:
        return reverse("risk", args=[int(parts[0])])
    if kind == ExhibitKind.JOURNAL:
        return reverse("version-journal", args=[*model, parts[0]])
    return reverse("evaluation" if kind == ExhibitKind.EVALUATION else "release", args=[*model, parts[0], int(parts[1])])


def exhibits_of(version: Version, *, with_journal: bool = True) -> list[Exhibit]:
    """Return what can be shown for a version's answers, kind by kind (a constant number of queries)."""
    return [
        *_fields(version.document, "card", template_of(version.document).title),
        *_datasheets(version),
        *_evaluations(version),
        *_reviews(version),
        *_risks(version),
        *(_entries(version) if with_journal else ()),
    ]


@transaction.atomic
def attach_exhibit(
    *,
    actor: Actor,
    version_id: int,
    framework_key: str,
    item_slug: str,
    refers_to: str,
    title: str = "",
    expires_on: date | None = None,
) -> Evidence:
    """Attach something that the registry knows to an answered item; whoever attaches it is its owner.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: the registry does not know it, the item has no answer yet, or it supports it already.
    """
    version = locked_model(actor, version_id)
    answer = answered(version, framework_key, item_slug)
    return show(actor, version, answer, exhibits_of(version), refers_to, title=title, expires_on=expires_on)


def show(
    actor: Actor,
    version: Version,
    answer: Answer,
    known: Iterable[Exhibit],
    refers_to: str,
    *,
    title: str = "",
    expires_on: date | None = None,
) -> Evidence:
    """Let an answer rest on one of the exhibits of its version, as ``attach_exhibit`` does, inside the transaction.

    Raises:
        DomainError: it is none of them, or it supports the answer already.
    """
    found = next((one for one in known if one.refers_to == refers_to), None)
    if found is None:
        message = "The registry has no such thing to show for this version any more. Choose from the list."
        raise DomainError(message)
    evidence = version.evidence.filter(refers_to=refers_to, expires_on=checked_day(expires_on)).order_by("pk").first()
    if evidence is None:
        evidence = new_piece(actor, title=title.strip() or found.title, expires_on=expires_on, version=version, refers_to=refers_to)
    elif answer.evidence.filter(pk=evidence.pk).exists():
        message = f"“{evidence.title}” supports this answer already."
        raise DomainError(message)
    support(actor, version, answer.assessment.framework_key, answer, evidence)
    return evidence


def said(value: Any) -> str:
    """Return what a field says as text, a list and a table with one entry a line."""
    if isinstance(value, list):
        return "\n".join(
            " · ".join(str(cell) for cell in entry.values() if cell) if isinstance(entry, dict) else str(entry) for entry in value
        )
    return str(value)


def _fields(document: Document, name: str, title: str) -> Iterator[Exhibit]:
    for field in template_of(document).fields():
        value = document.content.get(field.id)
        is_done = is_filled(value) and field.id not in document.to_confirm
        if is_done and field.is_asked and applies(field, document.content):
            yield Exhibit(f"{name}#{field.id}", f"{title}: {field.title}", field, said(value))


def _datasheets(version: Version) -> Iterator[Exhibit]:
    sources = Version.objects.filter(descendants__version=version, asset__kind=Kind.DATASET)
    for source in sources.select_related("asset", "document").distinct().order_by("pk"):
        name, title = f"{ExhibitKind.DATASHEET}/{source.asset.slug}/{source.name}", f"Datasheet of {source}"
        yield Exhibit(name, title)
        yield from _fields(source.document, name, title)


def _evaluations(version: Version) -> Iterator[Exhibit]:
    for pk, name, finished_at in version.evaluations.finished().values_list("pk", "name", "finished_at")[:MOST]:
        yield Exhibit(f"evaluation/{version.name}/{pk}", f"Evaluation “{name}”, {finished_at:%-d %B %Y}")


def _reviews(version: Version) -> Iterator[Exhibit]:
    """Releases that somebody approved as they stand."""
    rows = Decision.objects.filter(release__version=version, release__state__in=REVIEWED, step=Step.APPROVE)
    found: dict[int, tuple[str, list[str]]] = {}
    for row in rows.select_related("release", "person").order_by("-release", "pk"):
        if row.snapshot_id == row.release.snapshot_id:
            _, names = found.setdefault(row.release_id, (row.release.environment, []))
            names.append(f"{row.person.name} ({role_title(row.role)})")
    for pk, (environment, names) in found.items():
        yield Exhibit(f"review/{version.name}/{pk}", f"Review for {environment}, approved by {', '.join(names)}")


def _risks(version: Version) -> Iterator[Exhibit]:
    for pk, title in Risk.objects.filter(asset_id=version.asset_id).order_by("pk").values_list("pk", "title")[:MOST]:
        yield Exhibit(f"risk/{pk}", f"Risk {pk}: {title}")


def _entries(version: Version) -> Iterator[Exhibit]:
    for entry in audit.history(version.subject)[:MOST_ENTRIES]:
        title = f"Journal entry {entry.number}: {entry.action} by {entry.actor_name}, {entry.at:%-d %B %Y}"
        yield Exhibit(f"journal/{version.name}/{entry.number}/{entry.digest}", title)
