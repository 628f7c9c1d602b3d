"""Reading a document: its answers, what is missing, and what people say about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from registry.catalog.documents import Completeness, Gap, applies, is_filled
from registry.catalog.schema import Section, Template
from registry.http import Request
from registry.models import Document, Relation, Version
from registry.models.comment import DOCUMENT
from registry.services import documents, templates
from registry.services.figures import Figures, figures_of, live_blocks
from registry.views.assignments import assigned_by_section, writers_of
from registry.views.commentpanel import Panels
from registry.views.frame import find_version, version_frame


@require_GET
def document_detail(request: Request, kind: str, slug: str, name: str) -> HttpResponse:
    """Read the whole document."""
    version = find_version(request.actor, kind, slug, name)
    made_from = documents.template_of(version.document)
    state = documents.state_of(version.document)
    panels = Panels(request, version, DOCUMENT)
    said = figures_of(version, version.document.content)
    live = live_blocks(version)
    assigned = assigned_by_section(version)
    progress = {row.section.id: row for row in state.sections}
    context = {
        **document_frame(request, version, made_from),
        "sections": [
            {
                **_readable(section, version.document, panels, said, live),
                "progress": progress[section.id],
                "assignment": assigned.get(section.id),
            }
            for section in made_from.sections
        ],
        "state": state,
        "missing": missing_rows(version, state),
        "present": templates.current(version.document.template_key),
        "datasets": dataset_rows(version),
        "kept": _kept(made_from, version.document),
        "first_section": made_from.sections[0].id,
    }
    if not context["why_not_write"]:
        context["writers"] = list(writers_of(version))
    return render(request, "registry/document_detail.html", context)


def document_frame(request: Request, version: Version, made_from: Template, part: Section | None = None) -> dict[str, Any]:
    """Return the context that every page of a document has; ``part`` is the section that is open."""
    tab = "Card" if version.asset.is_model else "Datasheet"
    state = documents.state_of(version.document)
    items = [
        {
            "label": row.section.title,
            "url": reverse("document-edit", args=[*version.url_args, row.section.id]),
            "is_current": row.section == part,
            "done": row.filled,
            "total": row.total,
        }
        for row in state.sections
    ]
    return {**version_frame(request, version, tab), "section_items": items, "document": version.document, "made_from": made_from}


def missing_rows(version: Version, state: Completeness) -> list[dict[str, Any]]:
    """Return what is not done by section, each field with the address at which it is written; essential fields first."""
    by_section: dict[str, list[Gap]] = defaultdict(list)
    for gap in sorted(state.gaps, key=lambda one: not one.field.essential):
        by_section[gap.section.id].append(gap)
    addresses = {row.section.id: reverse("document-edit", args=[*version.url_args, row.section.id]) for row in state.sections}
    return [
        {
            "progress": row,
            "fields": [
                {
                    "title": gap.field.title,
                    "url": f"{addresses[gap.section.id]}#{gap.field.id}",
                    "is_essential": gap.field.essential,
                    "is_to_confirm": gap.is_to_confirm,
                }
                for gap in by_section[row.section.id]
            ],
        }
        for row in state.sections
        if by_section[row.section.id]
    ]


def dataset_rows(version: Version) -> list[dict[str, Any]]:
    """Return the dataset versions that a version was trained and evaluated on, with how far their datasheets are filled."""
    links = version.lineage.exclude(relation=Relation.DERIVED_FROM).select_related("source__asset", "source__document")
    return [
        {
            "relation": link.get_relation_display(),
            "source": link.source,
            "url": reverse("document", args=link.source.url_args),
            "state": documents.state_of(link.source.document),
        }
        for link in links.order_by("relation", "pk")
    ]


def _kept(made_from: Template, document: Document) -> list[dict[str, Any]]:
    """Return the answers to questions that the template no longer asks; nobody writes in them, and they stay."""
    fields = {field.id: field for field in made_from.fields()}
    return [
        {"key": key, "field": fields.get(key), "value": value}
        for key, value in sorted(document.content.items())
        if is_filled(value) and (key not in fields or fields[key].is_hidden)
    ]


def _readable(section: Section, document: Document, panels: Panels, said: Figures, live: Mapping[str, Any]) -> dict[str, Any]:
    shown = [field for field in section.fields if applies(field, document.content)]
    return {
        "section": section,
        "to_confirm": [field.id for field in shown if field.id in document.to_confirm],
        "fields": [
            {
                "field": field,
                "value": said.filled(document.content.get(field.id)),
                "figures": said.of(field.id),
                "live": live.get(field.id),
                "filled": is_filled(document.content.get(field.id)),
                "is_to_confirm": field.id in document.to_confirm,
                "panel": panels.at(f"{DOCUMENT}{field.id}", field.title),
            }
            for field in shown
        ],
    }
