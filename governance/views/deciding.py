"""A reviewer's decision, in two pages: what they decide and why, then the text that they put their name to.

The rule: what was typed is kept until the decision is recorded, also over a
detour such as setting up a second factor. Who decides is proved on the second
page, where the policy asks, so that the proof belongs to this one decision.
"""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.forms.releases import ConsentForm, DecisionForm
from governance.models import Release
from governance.services import decisions
from governance.views.drafts import forget_draft, keep_draft
from governance.views.releasepage import release_page
from governance.workflow import Step
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.models import Person
from registry.views.frame import version_frame

# What the button on the second page says.
BUTTONS: Final = {
    Step.APPROVE: ("Approve", "primary"),
    Step.REQUEST_CHANGES: ("Ask for changes", "primary"),
    Step.REJECT: ("Reject", "danger"),
    Step.ABSTAIN: ("Abstain", "primary"),
}


def take_decision(request: Request, release: Release, step: Step) -> HttpResponse:
    """Show the text that belongs to a decision, or record the decision once the reviewer has agreed to it."""
    if "consent" in request.POST:
        return _record(request, release, step)
    form = DecisionForm(request.POST, roles=request.actor.reviewer_roles)
    if not form.is_valid():
        return release_page(request, release, form, 422)
    words = form.cleaned_data
    keep_draft(request, release, words)
    try:
        decisions.check(actor=request.actor, release=release, step=step, **words)
    except DomainError as error:
        show_refusal(form, None, error)
        return release_page(request, release, form, error.status)
    consent = decisions.consent_for(release, role=words["role"], step=step, conflict=words["conflict"])
    return _ask(request, release, step, _form(request, release, initial={**words, "consent": consent}))


def _record(request: Request, release: Release, step: Step) -> HttpResponse:
    form = _form(request, release, request.POST)
    proof = ""
    if form.is_valid():
        words = {key: value for key, value in form.cleaned_data.items() if key != "secret"}
        try:
            proof = _prove(request, release, form.cleaned_data["secret"])
            decisions.decide(actor=request.actor, release_id=release.pk, step=step, proof=proof, **words)
        except ValidationError as error:
            form.add_error("secret", error)
        except DomainError as error:
            show_refusal(form, None, error)
            again = DecisionForm(request.POST, roles=request.actor.reviewer_roles)
            again.is_valid()
            again.add_error(None, error.message)
            return release_page(request, release, again, error.status)
        else:
            forget_draft(request, release)
            messages.success(request, "Your decision is recorded.")
            return redirect(release)
    return _ask(request, release, step, form, 422)


def _ask(request: Request, release: Release, step: Step, form: ConsentForm, status: int = 200) -> HttpResponse:
    label, kind = BUTTONS[step]
    said = form.data if form.is_bound else form.initial
    wanted = _wanted(request, release)
    context: dict[str, Any] = {
        **version_frame(request, release.version, "Releases", f"Decide on release {release.pk}"),
        "release": release,
        "form": form,
        "lines": str(said.get("consent", "")).splitlines(),
        "comment": said.get("comment", ""),
        "label": label,
        "kind": kind,
        "wanted": wanted,
        "lacks_factor": wanted == "second-factor" and not _has_factor(request),
        "back_url": f"{release.get_absolute_url()}#decide",
        "factor_url": f"{reverse('mfa_activate_totp')}?next={release.get_absolute_url()}%23decide",
    }
    return render(request, "governance/release_consent.html", context, status=status)


def _form(request: Request, release: Release, data: Any = None, initial: Any = None) -> ConsentForm:
    return ConsentForm(data, initial=initial, roles=request.actor.reviewer_roles, wanted=_wanted(request, release))


def _wanted(request: Request, release: Release) -> str:
    """Return what this person shows: what the policy asks for, and a second factor from somebody who has no password."""
    asked: str = release.policy_content.get("reauthenticate", "")
    person = request.user
    has_password = isinstance(person, Person) and person.has_usable_password()
    return "second-factor" if asked == "password" and not has_password else asked


def _has_factor(request: Request) -> bool:
    return isinstance(request.user, Person) and is_mfa_enabled(request.user)


def _prove(request: Request, release: Release, secret: str) -> str:
    """Return what the person showed, once it is right; attempts are limited as those of signing in are.

    Raises:
        ValidationError: it is wrong, or there were too many attempts.
    """
    wanted = _wanted(request, release)
    person = request.user
    if not wanted or not isinstance(person, Person):
        return ""
    if wanted == "password":
        if get_adapter().authenticate(request, email=person.email, password=secret) != person:
            message = "This is not your password. Nothing is recorded yet."
            raise ValidationError(message)
        return wanted
    form = ReauthenticateForm({"code": secret}, user=person)
    if not form.is_valid():
        message = "This code is not right, or was used already. Nothing is recorded yet."
        raise ValidationError(message)
    return wanted
