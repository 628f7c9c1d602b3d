"""Comments on the parts of a version: saying, answering, resolving.

The rule: a comment is never changed or deleted. Whoever may read a version
may comment on it; a comment that blocks is a reviewer's, and no author of the
content sets it aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from registry import audit, policy
from registry.errors import ConflictError, DomainError
from registry.models import Comment, Person, Version
from registry.policy import Action, Actor, Target
from registry.services.notices import NoticeKind, notify

LONGEST: Final = 10_000
ANCHOR: Final = re.compile(r"[a-z][a-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9._+:-]*)*")


@transaction.atomic
def write_comment(*, actor: Actor, version_id: int, anchor: str, text: str, is_blocking: bool = False, page: str = "") -> Comment:
    """Begin a thread.

    Args:
        actor: who writes.
        version_id: the version.
        anchor: the part it is about, such as ``document/overview``.
        text: what is said; ``@Name`` tells that person.
        is_blocking: whether it keeps a release from being approved.
        page: address of the page that shows it; none for a field of the document.

    Raises:
        ForbiddenError: the actor does not see the version, or blocks without being a reviewer.
        DomainError: the text is blank or too long, or the anchor is malformed.
    """
    version = _locked(version_id)
    policy.require(actor, Action.COMMENT_WRITE, version.target)
    if is_blocking:
        policy.require(actor, Action.COMMENT_BLOCK, version.target)
    if not ANCHOR.fullmatch(anchor):
        message = f"“{anchor[:80]}” is no part that can be commented on."
        raise DomainError(message)
    comment = Comment.objects.create(
        version=version, anchor=anchor, text=_text(text), is_blocking=is_blocking, page=page, written_by_id=actor.id
    )
    mentioned = mentioned_in(version, comment.text)
    comment.mentioned.set(mentioned)
    action = Action.COMMENT_BLOCK if is_blocking else Action.COMMENT_WRITE
    _tell(actor, comment, {*version.authors.values_list("pk", flat=True), *(one.pk for one in mentioned)}, "comments on")
    audit.record(actor, action, version.subject, {"comment": comment.pk, "anchor": anchor})
    return comment


@transaction.atomic
def answer_comment(*, actor: Actor, comment_id: int, text: str) -> Comment:
    """Answer in a thread.

    Raises:
        ForbiddenError: the actor does not see the version.
        DomainError: the text is blank or too long.
        ConflictError: the thread is resolved.
    """
    thread = _locked_thread(comment_id)
    version = thread.version
    policy.require(actor, Action.COMMENT_WRITE, version.target)
    if thread.resolved_at is not None:
        message = "This thread is resolved. Open it again to answer."
        raise ConflictError(message)
    answer = Comment.objects.create(
        version=version, anchor=thread.anchor, page=thread.page, parent=thread, text=_text(text), written_by_id=actor.id
    )
    mentioned = mentioned_in(version, answer.text)
    answer.mentioned.set(mentioned)
    part = thread.replies.values_list("written_by", flat=True)
    _tell(actor, answer, {thread.written_by_id, *part, *(one.pk for one in mentioned)}, "answers on")
    audit.record(actor, Action.COMMENT_WRITE, version.subject, {"comment": answer.pk, "answers": thread.pk})
    return answer


@transaction.atomic
def resolve_comment(*, actor: Actor, comment_id: int) -> Comment:
    """Say that a thread is settled.

    Raises:
        ForbiddenError: the actor neither wrote it nor writes in the team; for a comment
            that blocks, is neither its writer nor another reviewer who wrote nothing of the content.
        ConflictError: it is resolved already.
    """
    thread = _locked_thread(comment_id)
    action = _require_resolving(actor, thread)
    if thread.resolved_at is not None:
        message = "This thread is resolved already."
        raise ConflictError(message)
    thread.resolved_at, thread.resolved_by_id = timezone.now(), actor.id
    thread.save(update_fields=["resolved_at", "resolved_by"])
    _tell(actor, thread, {thread.written_by_id}, "resolved a comment on")
    audit.record(actor, action, thread.version.subject, {"comment": thread.pk, "anchor": thread.anchor})
    return thread


@transaction.atomic
def reopen_comment(*, actor: Actor, comment_id: int) -> Comment:
    """Open a settled thread again; who may comment may do this.

    Raises:
        ForbiddenError: the actor does not see the version.
        ConflictError: it is open.
    """
    thread = _locked_thread(comment_id)
    policy.require(actor, Action.COMMENT_WRITE, thread.version.target)
    if thread.resolved_at is None:
        message = "This thread is open."
        raise ConflictError(message)
    thread.resolved_at = thread.resolved_by = None
    thread.save(update_fields=["resolved_at", "resolved_by"])
    audit.record(actor, Action.COMMENT_WRITE, thread.version.subject, {"comment": thread.pk, "opened": True})
    return thread


def resolving_target(thread: Comment) -> Target:
    """Return what the policy needs to know to say who may resolve a thread (one query when it blocks)."""
    version = thread.version
    authors = frozenset(version.authors.values_list("pk", flat=True)) if thread.is_blocking else frozenset()
    return Target(team_id=version.asset.team_id, person_id=thread.written_by_id, authors=authors)


def resolving_action(thread: Comment) -> Action:
    """Return the action of the policy by which a thread is resolved."""
    return Action.COMMENT_UNBLOCK if thread.is_blocking else Action.COMMENT_RESOLVE


def people_of(version: Version) -> QuerySet[Person]:
    """Return the people who see the version and can be told of something by ``@Name``."""
    members = Q(memberships__team=version.asset.team_id) | Q(grants__isnull=False)
    return Person.objects.filter(members, is_active=True).distinct()


def mentioned_in(version: Version, text: str) -> list[Person]:
    """Return the people who see the version and whose name stands in a text after an @."""
    if "@" not in text:
        return []
    lowered = text.lower()
    named = sorted((one for one in people_of(version) if f"@{one.name.lower()}" in lowered), key=lambda one: -len(one.name))
    found = []
    for one in named:  # the longest name first, so that “@Ann Lee” does not tell Ann too
        pattern = re.compile(rf"@{re.escape(one.name.lower())}(?!\w)")
        if pattern.search(lowered):
            lowered = pattern.sub(" ", lowered)
            found.append(one)
    return found


def _require_resolving(actor: Actor, thread: Comment) -> Action:
    action = resolving_action(thread)
    policy.require(actor, action, resolving_target(thread))
    return action


def _tell(actor: Actor, comment: Comment, people: Iterable[int], did: str) -> None:
    notify(
        kind=NoticeKind.COMMENT,
        person_ids=set(people) - {actor.id},
        subject=f"{actor.name} {did} {comment.version}",
        text=comment.text,
        url=comment.get_absolute_url(),
    )


def _locked(version_id: int) -> Version:
    return Version.objects.select_for_update(of=("self",), no_key=True).select_related("asset").get(pk=version_id)


def _locked_thread(comment_id: int) -> Comment:
    threads = Comment.objects.select_for_update(of=("self",), no_key=True).select_related("version__asset", "written_by")
    return threads.get(pk=comment_id, parent=None)


def _text(text: str) -> str:
    clean = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not clean:
        message = "Write what you want to say."
        raise DomainError(message)
    if len(clean) > LONGEST:
        message = f"A comment has at most {LONGEST:,} characters; this one has {len(clean):,}."
        raise DomainError(message)
    return clean
