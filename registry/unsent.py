"""What somebody sent while they were signed out, offered to them again once they have signed in.

The rule: only a page that was made for a person can leave something, because
it holds their signed name; only that person gets it back, in the same browser,
at the same address, for an hour. Nothing is saved before they send it again,
so a form whose token against forgery was out of date may leave its text too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.views import csrf
from django_htmx.http import HttpResponseClientRedirect

from registry.actor import Actor
from registry.http import Request

FIELD: Final = "sent-by"
FORGET: Final = "unsent-forget"
NOT_KEPT: Final = frozenset({FIELD, FORGET, "csrfmiddlewaretoken"})
SALT: Final = "registry.unsent"
SESSION: Final = "unsent"
MOST_LETTERS: Final = 2_000_000
STAYS: Final = timedelta(hours=1)
SIGNED_FOR: Final = timedelta(days=14)
View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Unsent:
    """A form that was sent in vain, and when."""

    data: QueryDict
    sent_at: datetime


def signed_name(actor: Actor) -> str:
    """Return what a form holds to say for whom it was made; nothing for nobody."""
    return signing.dumps(actor.person_id, salt=SALT) if actor.is_person else ""


def keeps_unsent(view: View) -> View:
    """Mark a view whose forms are kept when they are sent in vain; it offers them again on its page."""
    view.keeps_unsent = True  # type: ignore[attr-defined]
    return view


def unsent(request: Request) -> Unsent | None:
    """Return what this person sent to this address in vain; what somebody else left is thrown away."""
    key = request.session.get(SESSION)
    found = cache.get(f"{SESSION}:{key}") if key else None
    if found is None:
        return None
    if found["person"] != request.actor.person_id:
        forget(request)
        return None
    if found["path"] != request.path:
        return None
    data = QueryDict(mutable=True)
    for name, values in found["form"]:
        data.setlist(name, values)
    return Unsent(data, found["at"])


def forget(request: HttpRequest, path: str = "") -> None:
    """Throw away what is kept, if anything; with a path only what was sent there."""
    key = request.session.get(SESSION)
    if not key or (path and (cache.get(f"{SESSION}:{key}") or {"path": path})["path"] != path):
        return
    del request.session[SESSION]
    cache.delete(f"{SESSION}:{key}")


class UnsentMiddleware:
    """Keep a form that nobody is signed in for, before they are led to the page where one signs in."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        """Keep the form; a script is told to lead to the page where one signs in, and all else is decided by others."""
        if request.method != "POST" or request.actor.is_person or not getattr(view, "keeps_unsent", False):
            return None
        if _keep(request) and request.htmx:
            return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")
        return None


def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    """Refuse a form without a valid token; one of our own pages, out of date after signing in again, is offered once more."""
    match = request.resolver_match
    if match is not None and getattr(match.func, "keeps_unsent", False) and _keep(request):
        return redirect(request.path)
    return csrf.csrf_failure(request, reason)


def _keep(request: HttpRequest) -> bool:
    try:
        person = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=SIGNED_FOR)
    except signing.BadSignature:
        return False
    form = [(name, values) for name, values in request.POST.lists() if name not in NOT_KEPT]
    if sum(len(value) for _, values in form for value in values) > MOST_LETTERS:
        return False
    forget(request)
    key = request.session[SESSION] = secrets.token_urlsafe(24)
    kept = {"person": person, "path": request.path, "form": form, "at": timezone.now()}
    cache.set(f"{SESSION}:{key}", kept, int(STAYS.total_seconds()))
    return True
