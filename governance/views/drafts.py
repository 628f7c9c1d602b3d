"""What a reviewer typed and has not recorded yet, kept in the session for each release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from governance.models import Release
from registry.http import Request

KEY: Final = "review_drafts"
MOST: Final = 5
KEPT: Final = ("role", "comment", "conflict")


def keep_draft(request: Request, release: Release, words: Mapping[str, Any]) -> None:
    """Keep what was typed about a release; the oldest of many goes."""
    drafts = {key: value for key, value in request.session.get(KEY, {}).items() if key != str(release.pk)}
    drafts[str(release.pk)] = {name: words.get(name, "") for name in KEPT}
    request.session[KEY] = dict(list(drafts.items())[-MOST:])


def draft_of(request: Request, release: Release) -> dict[str, Any]:
    """Return what was typed about a release, or nothing."""
    found: dict[str, Any] = request.session.get(KEY, {}).get(str(release.pk), {})
    return found


def forget_draft(request: Request, release: Release) -> None:
    """Drop what was typed: it is recorded."""
    request.session[KEY] = {key: value for key, value in request.session.get(KEY, {}).items() if key != str(release.pk)}
