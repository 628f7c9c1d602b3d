"""What stands below an answer and is measured, not typed: findings, and datasheets in short.

It is current while people write, and a snapshot freezes it.
"""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse

from governance.fairness.verdicts import Verdict, parse_fraction
from governance.reports.guidance import title_of
from governance.services.claims import number_text
from registry.catalog.documents import is_filled
from registry.models import Document, Version
from registry.models.asset import Relation
from registry.services.documents import state_of, template_of

MOST_FINDINGS: Final = 10
SHORT: Final = 280
WORST_FIRST: Final = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_JUDGED, Verdict.PASS)
# Which answers of a datasheet stand for it, and the relation that a field of a card asks about.
SUMMARY: Final = ("purpose", "instance_meaning", "instance_count")
RELATIONS: Final = {"eval_datasets": Relation.EVALUATED_ON, "train_datasets": Relation.TRAINED_ON}


def blocks(version: Version, section: str | None = None, /) -> dict[str, dict[str, Any]]:
    """Return the live blocks of a version's document by field id: of one section, or of all."""
    made_from = template_of(version.document)
    fields = [field for part in made_from.sections if section in {None, part.id} for field in part.fields if field.live]
    kinds = {field.live for field in fields} if version.asset.is_model else set()
    findings = _findings(version) if "findings" in kinds else None
    sheets = _sheets(version) if "datasheets" in kinds else {}
    found = {field.id: findings if field.live == "findings" else sheets.get(RELATIONS.get(field.id, "")) for field in fields}
    return {key: block for key, block in found.items() if block is not None}


def frozen(version: Version) -> dict[str, dict[str, Any]]:
    """Return the live blocks as they go into a snapshot: without addresses."""
    return {key: {name: value for name, value in block.items() if name != "url"} for key, block in blocks(version).items()}


def _findings(version: Version) -> dict[str, Any] | None:
    evaluation = version.evaluations.finished().defer("counts", "witness", "scores", "extras").first()
    if evaluation is None:
        return None
    found = sorted(evaluation.findings.all(), key=lambda row: (WORST_FIRST.index(Verdict(row.verdict)), row.position))
    rows = [
        {
            "label": f"{title_of(row.metric)} by {row.attribute}",
            "value": number_text(parse_fraction(row.body["value"])),
            "note": row.verdict.replace("-", " "),
        }
        for row in found[:MOST_FINDINGS]
    ]
    title = f"Measured in “{evaluation.name}”"
    if len(found) > len(rows):
        title += f": the worst {len(rows)} of {len(found)} gaps"
    return {"title": title, "rows": rows, "url": reverse("evaluation", args=[*version.url_args, evaluation.pk])}


def _sheets(version: Version) -> dict[str, dict[str, Any]]:
    by_relation: dict[str, list[dict[str, str]]] = {}
    for link in version.lineage.select_related("source__asset", "source__document").order_by("pk"):
        if link.source.asset.is_model:
            continue
        by_relation.setdefault(link.relation, []).append(_sheet(link.source))
    return {
        relation: {"title": "From the datasheets of the linked datasets", "rows": rows, "url": ""} for relation, rows in by_relation.items()
    }


def _sheet(source: Version) -> dict[str, str]:
    document: Document = source.document
    state, made_from = state_of(document), template_of(document)
    said = [
        f"{made_from.field(key).title}: {str(value)[:SHORT]}{'…' if len(str(value)) > SHORT else ''}"
        for key in SUMMARY
        if is_filled(value := document.content.get(key))
    ]
    return {
        "label": f"{source.asset.name} {source.name}",
        "value": " ".join(" ".join(said).split()) or "The datasheet says nothing of it yet.",
        "note": f"{state.essential_filled} of {state.essential_total} essential fields filled",
    }
