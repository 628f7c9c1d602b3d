"""What the templates of a dossier show: plain values in the language that is active.

The rule: everything comes from the source; a part that the snapshot does not
have is left out, and what is not said is said to be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from governance.gate import unmet
from governance.reports import annex_iv
from governance.reports.address import address_of
from governance.reports.checklists import checklists
from governance.reports.choices import Kind
from governance.reports.claims import with_figures
from governance.reports.documents import PrintedDocument, document
from governance.reports.dossier import Source, content_digest, mark_of, shown_decision, told_turns
from governance.reports.emergencies import confirmed
from governance.reports.frame import said
from governance.reports.glossary import glossary
from governance.reports.measurements import evaluations
from governance.reports.risks import register_of
from governance.reports.scores import METRICS, rates_of_roc
from governance.reports.summary import plain
from governance.reports.words import ENVIRONMENTS
from governance.workflow import State, title, tone
from registry.models.asset import Relation, Tier

CATALOG: Final = "en"
NOT_MET: Final = "unmet"


@dataclass(frozen=True)
class Chapter:
    """One chapter of the contents: where it begins, and its parts as (anchor, title)."""

    anchor: str
    title: str
    template: str
    parts: tuple[tuple[str, str], ...] = ()


def context_of(source: Source) -> dict[str, Any]:
    """Return what the templates show."""
    content = source.release.snapshot.content
    measured = evaluations(content["evaluations"])
    part = with_figures(content)
    card = document(part, label=label_of(content), anchor="card")
    context = {
        **_standing(source),
        "content": content,
        "answers": part["content"],
        "label": label_of(content),
        "card": card,
        "card_title": said(card.title),
        "datasheets": _datasheets(content),
        "lineage": [{**link, "relation": Relation(link["relation"]).label} for link in content["lineage"]],
        "checklists": checklists(content["assessments"]),
        "register": register_of(content),
        "newest": measured[0] if measured else None,
        "older": measured[1:],
        "score_metrics": METRICS,
        "roc_rates": rates_of_roc(),
        "metric_requirements": [one for one in source.requirements if one.key.startswith(("metric:", "evaluation"))],
        "requirements": source.requirements,
        "met": len(source.requirements) - len(unmet(source.requirements)),
        "decisions": [shown_decision(one, source) for one in source.decisions],
        "waivers": [one.waiver for one in source.requirements if one.waiver],
        "policy": content["policy"],
        "glossary": glossary(),
    }
    context["plain"] = plain(context)
    return {**context, **_chapters(source.choices.kind, context)}


def _standing(source: Source) -> dict[str, Any]:
    """Return where the release stands, and in whose words and language the print is."""
    release, language = source.release, source.choices.language
    state, tier = State(release.state), release.snapshot.content["asset"]["tier"]
    environment, emergency = said(str(release.get_environment_display())), confirmed(source.emergencies)
    return {
        "release": release,
        "digest": release.snapshot.digest,
        "address": address_of(content_digest(source)),
        "choices": source.choices,
        "house": source.house,
        "quoted": CATALOG if language != CATALOG else "",
        "written": source.house.language if language != source.house.language else "",
        "made_at": source.made_at,
        "judged_at": source.judged_at,
        "environment": environment,
        "within": _within(environment, language),
        "title_line": _title_line(source.choices.kind, _within(environment, language)),
        "state": {"label": said(title(state)), "tone": tone(state)},
        "mark": said(mark_of(state, emergency)),
        "is_draft": mark_of(state) == mark_of(State.IN_REVIEW),
        "is_over": mark_of(state) not in {"", mark_of(State.IN_REVIEW)},
        "emergency": emergency,
        "emergencies": source.emergencies,
        "turns": told_turns(source),
        "closing": next((one for one in source.turns if one.closes), None),
        "tier": said(Tier(tier).label) if tier else _("Not given"),
    }


def label_of(part: Mapping[str, Any]) -> str:
    """Return the name of a version, such as a person says it."""
    return f"{part['asset']['name']} {part['version']['name']}"


def _within(environment: str, language: str) -> str:
    """Return an environment as it stands inside a sentence: nouns are capitals in German alone, and names of one's own stay."""
    is_ours = environment in {said(word) for word in ENVIRONMENTS}
    return environment.lower() if is_ours and language != "de" else environment


def _title_line(kind: Kind, environment: str) -> str:
    if kind is Kind.CARD:
        return _("Card of a model, release to %(environment)s") % {"environment": environment}
    if kind is Kind.SUMMARY:
        return _("Summary of a release to %(environment)s") % {"environment": environment}
    return _("Dossier of a release to %(environment)s") % {"environment": environment}


def _chapters(kind: Kind, context: Mapping[str, Any]) -> dict[str, Any]:
    card = Chapter("card", context["card_title"], "print/card.html", _sections(context["card"]))
    if kind is Kind.CARD:
        return {"chapters": [card, Chapter("verify", _("How to verify this card"), "print/verify.html")], "is_card": True}
    verify = Chapter("verify", _("How to verify this dossier"), "print/verify.html")
    inner = list(_inner(context))
    index = annex_iv.index(context["card"], [(chapter.anchor, chapter.title) for chapter in inner if _holds(chapter, context)])
    chapters = [
        Chapter("summary", _("Summary"), "print/summary.html"),
        card,
        *inner,
        Chapter("annex-iv", _("Index to Annex IV of the EU AI Act"), "print/annex_iv.html"),
        Chapter("glossary", _("Glossary"), "print/glossary.html"),
        verify,
    ]
    return {"chapters": chapters, "annex_iv": index}


def _inner(context: Mapping[str, Any]) -> list[Chapter]:
    newest = context["newest"]
    sheets = tuple((sheet.anchor, sheet.label) for sheet in context["datasheets"])
    lists = tuple((checklist.anchor, checklist.title) for checklist in context["checklists"])
    attributes = tuple((one.anchor, _("By %(name)s") % {"name": one.name}) for one in newest.attributes) if newest else ()
    risks = [Chapter("risks", _("Risk register"), "print/risks.html")] if context["register"] else []
    return [
        Chapter("datasheets", _("Datasheets"), "print/datasheets.html", sheets),
        Chapter("checklists", _("Checklists"), "print/checklists.html", lists),
        *risks,
        Chapter("evaluations", _("Evaluations"), "print/evaluations.html", attributes),
        Chapter("decisions", _("Decisions"), "print/decisions.html"),
        Chapter("requirements", _("What the policy asks for"), "print/requirements.html"),
        Chapter("origin", _("Artifacts and origin"), "print/origin.html"),
    ]


def _holds(chapter: Chapter, context: Mapping[str, Any]) -> bool:
    """Whether a chapter holds something that can answer a question."""
    held = {"datasheets": "datasheets", "checklists": "checklists", "evaluations": "newest", "decisions": "decisions"}
    return chapter.anchor not in held or bool(context[held[chapter.anchor]])


def _sections(card: PrintedDocument) -> tuple[tuple[str, str], ...]:
    return tuple((section.anchor, f"{section.number}\N{EN SPACE}{said(section.title)}".strip()) for section in card.sections)


def _datasheets(content: Mapping[str, Any]) -> list[PrintedDocument]:
    linked = {(link["asset"]["slug"], link["version"]["name"]): link for link in content["lineage"] if link["asset"]["kind"] == "dataset"}
    return [
        document(link["document"], label=label_of(link), anchor=f"datasheet-{number}")
        for number, link in enumerate(linked.values(), start=1)
    ]
