"""The reviewer's page of a release: what changed since the last approved one, then the whole content, each part with its comments.

The rule: everything is read from snapshots, never from the living tables, so
that what is read here is what the digest names and what a decision is about.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.gate import Policy, part_digests, scope_digest, scope_title
from governance.models import Release
from governance.reports.changes import PartChanges, snapshot_changes
from governance.reports.whole import Part, Row, parts
from governance.views.frame import find_release
from registry.http import Request
from registry.memo import Memo
from registry.models import Comment, Snapshot
from registry.policy import role_title
from registry.views.commentpanel import Panels
from registry.views.frame import version_frame

# What two intact snapshots differ in, by both digests; a few, because word by word it may be long.
_CHANGES: Final = Memo[tuple[PartChanges, ...]](64)


@require_GET
def release_review(request: Request, kind: str, slug: str, name: str, pk: int) -> HttpResponse:
    """Show what a reviewer reads before deciding."""
    release = find_release(request.actor, kind, slug, name, pk)
    panels = Panels(request, release.version, back=request.path)
    shown = [_part(part, panels) for part in parts(release.snapshot.content)]
    context = {
        **version_frame(request, release.version, "Releases", f"Review of release {release.pk}"),
        "release": release,
        **changes_panel(request, release),
        "parts": shown,
        "roles": _roles(release),
        "is_intact": release.snapshot.is_intact,
        "blocking": release.version.comments.blocking().count(),
        "elsewhere": _elsewhere(release, {row["panel"].anchor for part in shown for group in part["groups"] for row in group["rows"]}),
    }
    return render(request, "governance/release_review.html", context)


def changes_panel(_: Request, release: Release) -> dict[str, Any]:
    """Return what changed since the last approved release of the model, and which that is."""
    earlier = Release.objects.approved_before(release)
    changes = _changes(earlier.snapshot, release.snapshot) if earlier else ()
    return {"earlier": earlier, "changes": changes, "change_count": sum(len(part.changes) for part in changes)}


def _changes(before: Snapshot, after: Snapshot) -> tuple[PartChanges, ...]:
    if not (before.is_intact and after.is_intact):
        return snapshot_changes(before.content, after.content)
    return _CHANGES.of(f"{before.digest}:{after.digest}", lambda: snapshot_changes(before.content, after.content))


def _elsewhere(release: Release, shown: set[str]) -> list[Comment]:
    """Return open threads about what the snapshot does not show, such as a field that nobody had answered."""
    threads = release.version.comments.open().select_related("version__asset", "written_by").order_by("pk")
    return [one for one in threads if one.anchor not in shown]


def _roles(release: Release) -> list[dict[str, str]]:
    """Return what each role judges, with the digest that names it."""
    digests = part_digests(release.snapshot.content)
    return [
        {
            "role": role_title(rule.role),
            "covers": scope_title(rule.scope) if rule.scope else "everything",
            "digest": scope_digest(rule.scope, digests) if rule.scope else release.snapshot.digest,
        }
        for rule in Policy.from_json(release.policy_content).approvals
    ]


def _part(part: Part, panels: Panels) -> dict[str, Any]:
    groups = [_group(one.title, one.note, [_row(row, panels) for row in one.rows]) for one in part.groups]
    waiting = sum(group["waiting"] for group in groups)
    return {"key": part.key, "title": part.title, "groups": groups, "waiting": waiting, "is_open": part.key == "document"}


def _group(title: str, note: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "note": note, "rows": rows, "waiting": sum(row["panel"].open_count for row in rows)}


def _row(row: Row, panels: Panels) -> dict[str, Any]:
    return {"row": row, "panel": panels.at(row.anchor, row.title)}
