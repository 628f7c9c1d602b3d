"""The threads of comments at a part of a version, as every page shows them.

A page includes ``registry/comments/form.html`` (outside of any other form)
and ``registry/comments/panel.html`` with what is made here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from registry.http import Request
from registry.models import Comment, Version
from registry.policy import Action, Target, refusal
from registry.services.comments import resolving_action
from registry.unsent import Unsent, signed_name

UNNAMED: Final = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True)
class Thread:
    """One thread, why it may not be resolved, if so, and an answer that was sent in vain."""

    comment: Comment
    why_not_resolve: str | None
    typed: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has resolved it."""
        return self.comment.resolved_at is None


@dataclass(frozen=True)
class Panel:
    """The threads at one anchor."""

    anchor: str
    id: str
    url: str
    people_url: str
    label: str
    back: str
    sent_by: str
    threads: tuple[Thread, ...]
    why_not_comment: str | None
    may_block: bool
    typed: str = ""

    @property
    def open_count(self) -> int:
        """How many threads are open."""
        return sum(thread.is_open for thread in self.threads)


class Panels:
    """The panels of a page: all threads below a prefix, read at once (three queries at most)."""

    def __init__(self, request: Request, version: Version, prefix: str = "", *, back: str = "", kept: Unsent | None = None) -> None:
        self._version, self._back, self._sent_by = version, back, signed_name(request.actor)
        actor, target = request.actor, version.target
        self._typed = kept.data.get("text", "") if kept else ""
        self._why_not = refusal(actor, Action.COMMENT_WRITE, target)
        self._may_block = refusal(actor, Action.COMMENT_BLOCK, target) is None
        found = list(version.comments.threads().filter(anchor__startswith=prefix))
        blocks = any(one.is_blocking and one.resolved_at is None for one in found)
        authors = frozenset(version.authors.values_list("pk", flat=True)) if blocks else frozenset()
        self._threads: dict[str, list[Thread]] = defaultdict(list)
        for one in found:
            about = Target(team_id=target.team_id, person_id=one.written_by_id, authors=authors)
            typed = kept.data.get(f"answer-{one.pk}", "") if kept else ""
            self._threads[one.anchor].append(Thread(one, refusal(actor, resolving_action(one), about), typed))

    def at(self, anchor: str, label: str) -> Panel:
        """Return the panel of one anchor; the label names the part for people."""
        return Panel(
            anchor=anchor,
            id=UNNAMED.sub("-", anchor),
            url=reverse("comments", args=[*self._version.url_args, anchor]),
            people_url=reverse("comment-people", args=self._version.url_args),
            label=label,
            back=self._back,
            sent_by=self._sent_by,
            threads=tuple(self._threads.get(anchor, ())),
            why_not_comment=self._why_not,
            may_block=self._may_block,
            typed=self._typed,
        )
