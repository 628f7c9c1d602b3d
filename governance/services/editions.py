"""A release's dossier in other forms than PDF: made at once, from the same page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from governance.models import Release
from governance.reports import pages
from governance.reports.choices import Choices, Kind
from governance.reports.dossier import Source
from governance.reports.markdown import to_markdown
from governance.reports.webpage import to_webpage
from governance.reports.word import to_word
from governance.services import dossiers
from registry import audit, policy
from registry.digest import sha256
from registry.policy import Action, Actor


class Form(StrEnum):
    """What a dossier can be beside a PDF; the value is the ending of the file's name."""

    WEBPAGE = "html"
    MARKDOWN = "md"
    WORD = "docx"


FORMS: Final = {
    Form.WEBPAGE: ("HTML, one file", "text/html; charset=utf-8"),
    Form.MARKDOWN: ("Markdown", "text/markdown; charset=utf-8"),
    Form.WORD: ("DOCX, the card to edit", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@dataclass(frozen=True)
class Edition:
    """One file to hand out."""

    name: str
    content: bytes
    content_type: str


@transaction.atomic
def make_edition(*, actor: Actor, release_id: int, form: Form, choices: Choices) -> Edition:
    """Make one file of a release as it is now; a word processor gets the card alone.

    Raises:
        ForbiddenError: nobody is signed in.
        DomainError: the stored content was changed.
        Release.DoesNotExist: no such release, or not visible to the actor.
    """
    policy.require(actor, Action.DOSSIER_REQUEST)
    release = Release.objects.visible_to(actor).get(pk=release_id)
    if form is Form.WORD:
        choices = replace(choices, kind=Kind.CARD)
    source = dossiers.source_of(release.pk, choices)
    content = _content(source, form)
    audit.record(actor, Action.DOSSIER_REQUEST, release.subject, {"form": form.value, "sha256": sha256(content), **choices.to_json()})
    return Edition(_name(source, form), content, FORMS[form][1])


def _content(source: Source, form: Form) -> bytes:
    with translation.override(source.choices.language):
        # The address on paper leads to a PDF's own page; other files have none.
        context = {**pages.context_of(source), "address": None}
        html = render_to_string(dossiers.TEMPLATE, context)
    if form is Form.WORD:
        author = source.house.name or context["content"]["asset"]["team"]
        return to_word(html, title=f"{context['label']}: {context['title_line']}", author=author, at=source.made_at, choices=source.choices)
    return (to_webpage(html) if form is Form.WEBPAGE else to_markdown(html)).encode()


def _name(source: Source, form: Form) -> str:
    version = source.release.version
    parts = (version.asset.slug, version.name, source.release.environment, f"{source.made_at:%Y-%m-%d}", *source.choices.suffixes)
    return f"{'_'.join(parts)}.{form}"
