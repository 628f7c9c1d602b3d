"""What stands between a request and a view.

The rule: a view may count on ``request.actor``, on domain errors being
answered with their sentence, and on one template for page and part.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import models
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from registry.errors import DomainError, ForbiddenError, SignInError
from registry.models import Notice, Person
from registry.policy import ANONYMOUS, Action, Actor, refusal
from registry.services.bearer import Bearer

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

logger = logging.getLogger(__name__)

PAGE_SIZE: Final = 25
API: Final = "/api/"
NAVIGATION: Final = (
    ("Home", "home"),
    ("Models", "model-list"),
    ("Datasets", "dataset-list"),
    ("Risks", "risk-register"),
    ("Releases", "release-list"),
    ("Overview", "overview"),
    ("Policies", "policy-list"),
)
# Pages that are found from another one and have addresses of their own.
BELONGING: Final = {"policy-list": ("framework-list", "environment-list", "key-dates"), "overview": ("crosswalk",)}


class Request(HttpRequest):
    """A request as our middleware leaves it."""

    actor: Actor
    bearer: Bearer | None
    htmx: HtmxDetails


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator, not by whoever passes."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse public sign-up."""
        return False


Handler = Callable[[HttpRequest], HttpResponseBase]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class ActorMiddleware:
    """Put an ``Actor`` on the request: the person of the session or of a bearer token.

    A token is looked at as its view is about to be called, since a view that
    is marked with ``takes_token`` does so by itself.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the actor in place."""
        ours = cast("Request", request)
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        ours.actor, ours.bearer = ANONYMOUS, None
        if scheme.lower() == "bearer" and request.path.startswith(API):
            ours.bearer = Bearer(secret.strip())
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001
        elif isinstance(request.user, Person):
            ours.actor = request.user.actor()
        return self.get_response(request)

    def process_view(self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        """Find out whose token it is; a bad one is refused at once."""
        if request.bearer is None or getattr(view, "takes_token", False):
            return None
        try:
            request.user, request.actor = request.bearer.holder()
        except SignInError as error:
            return JsonResponse({"error": error.message}, status=error.status)
        return None


def takes_token(view: View) -> View:
    """Mark a view that is given ``request.bearer`` as it came, and sees to it that the token is good."""
    view.takes_token = True  # type: ignore[attr-defined]
    return view


class DomainErrorMiddleware:
    """Answer a refusal with its sentence, as page, part or JSON."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a domain error into its answer; leave every other error alone."""
        if not isinstance(error, DomainError):
            return None
        if request.path.startswith(API):
            return JsonResponse({"error": error.message}, status=error.status)
        context = {"message": error.message}
        if getattr(request, "htmx", False):
            text = render_to_string("components/callout.html", {"tone": "bad", "text": error.message, "dismiss": True}, request)
            response = HttpResponse(text, status=error.status)
            response["HX-Retarget"] = "#messages"
            response["HX-Reswap"] = "innerHTML"
            return response
        return render(request, f"{error.status}.html", context, status=error.status)


def render_part(request: Request, template: str, part: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render ``template#part`` when htmx asks, and the whole page otherwise."""
    name = f"{template}#{part}" if request.htmx and not request.htmx.boosted else template
    response = render(request, name, dict(context), status=status)
    response["Vary"] = "HX-Request"
    return response


def show_refusal(form: BaseForm, field: str | None, error: DomainError) -> None:
    """Show a refusal beside what was typed.

    Raises:
        ForbiddenError: the right is missing, which no typing mends (403).
    """
    if isinstance(error, ForbiddenError):
        raise error
    form.add_error(field, error.message)


def page_of(request: HttpRequest, rows: models.QuerySet[Any] | list[Any], size: int = PAGE_SIZE) -> Page[Any]:
    """Return the page of rows that the request asks for; a wild number gives the nearest page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def query_without_page(request: HttpRequest, name: str = "page") -> str:
    """Return the query string without what names the page, to be put before ``page=``."""
    query = request.GET.copy()
    query.pop(name, None)
    return query.urlencode()


def sign_in_first() -> JsonResponse:
    """Answer a program that did not say who it is (401)."""
    return JsonResponse({"error": "Sign in, or send a token: Authorization: Bearer …"}, status=401)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page shows (context processor)."""
    actor = getattr(request, "actor", ANONYMOUS)
    if not actor.is_person:
        return {"navigation": [], "actor": actor, "assay_version": settings.ASSAY_VERSION}
    items = [_item(request, label, *(reverse(one) for one in (name, *BELONGING.get(name, ())))) for label, name in NAVIGATION]
    if refusal(actor, Action.JOURNAL_READ) is None:
        items.append(_item(request, "Journal", reverse("journal")))
    if refusal(actor, Action.TEMPLATE_EDIT) is None:
        items.append(_item(request, "Templates", reverse("template-list")))
    if refusal(actor, Action.PEOPLE_MANAGE) is None:
        items.append(_item(request, "People", reverse("people")))
    return {
        "navigation": items,
        "actor": actor,
        "signed_in_person": request.user,
        "unread_notices": SimpleLazyObject(lambda: Notice.objects.unread(actor.id).count()),
        "assay_version": settings.ASSAY_VERSION,
        "now": timezone.now(),
    }


def _item(request: HttpRequest, label: str, url: str, *belonging: str) -> dict[str, Any]:
    """Return one item, which is current on its page and below, and on the pages that belong to it."""
    is_current = request.path == url if url == "/" else request.path.startswith((url, *belonging))
    return {"label": label, "url": url, "is_current": is_current}


class KindConverter:
    """``models`` or ``datasets`` in an address, ``model`` or ``dataset`` in the code."""

    regex = "models|datasets"

    def to_python(self, value: str) -> str:
        """Return the kind."""
        return value.removesuffix("s")

    def to_url(self, value: str) -> str:
        """Return the word of the address."""
        return f"{value}s"


class VersionConverter:
    """A version's name in an address."""

    regex = "[0-9A-Za-z][0-9A-Za-z._+-]*"

    def to_python(self, value: str) -> str:
        """Return the name."""
        return value

    def to_url(self, value: str) -> str:
        """Return the name."""
        return value


def display_name(person: Person) -> str:
    """Return what allauth calls a person."""
    return person.name
