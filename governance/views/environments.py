"""The environments: for everybody to read, for policy administrators to keep."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.forms.environments import EnvironmentForm, MoveForm, NewEnvironmentForm
from governance.models import Environment
from governance.services import environments
from registry.errors import DomainError
from registry.http import Request, show_refusal
from registry.policy import Action, refusal, require

PATH = ({"label": "Policies", "url": "policy-list"}, {"label": "Environments", "url": "environment-list"})


@require_GET
def environment_list(request: Request) -> HttpResponse:
    """List the environments in their order, with what the gate does in each."""
    context = {
        "environments": list(Environment.objects.all()),
        "why_not": refusal(request.actor, Action.ENVIRONMENT_MANAGE),
        "breadcrumb": _path(1),
    }
    return render(request, "governance/environment_list.html", context)


@require_http_methods(["GET", "POST"])
def environment_add(request: Request) -> HttpResponse:
    """Add an environment."""
    require(request.actor, Action.ENVIRONMENT_MANAGE)
    form = NewEnvironmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = environments.add_environment(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, f"{made.title} is added. Nothing is released there before a policy names it.")
            return redirect("environment-list")
    context = {"form": form, "title": "Add an environment", "label": "Add", "breadcrumb": _path(2)}
    return render(request, "governance/environment_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def environment_edit(request: Request, key: str) -> HttpResponse:
    """Rename an environment, or set its mode."""
    require(request.actor, Action.ENVIRONMENT_MANAGE)
    environment = get_object_or_404(Environment, key=key)
    form = EnvironmentForm(request.POST or None, initial={"title": environment.title, "mode": environment.mode})
    if request.method == "POST" and form.is_valid():
        try:
            environments.edit_environment(actor=request.actor, key=key, **form.cleaned_data)
        except DomainError as error:
            show_refusal(form, None, error)
        else:
            messages.success(request, "Saved, and written in the journal.")
            return redirect("environment-list")
    context = {"form": form, "title": f"Environment {environment.title}", "label": "Save", "breadcrumb": _path(2)}
    return render(request, "governance/environment_edit.html", context, status=422 if form.errors else 200)


@require_POST
def environment_move(request: Request, key: str) -> HttpResponse:
    """Change places with the environment before or after."""
    form = MoveForm(request.POST)
    if not form.is_valid() or not Environment.objects.filter(key=key).exists():
        message = "No such move"
        raise Http404(message)
    environments.move_environment(actor=request.actor, key=key, towards=form.cleaned_data["towards"])
    return redirect("environment-list")


def _path(length: int) -> list[dict[str, str]]:
    return [{"label": one["label"], "url": reverse(one["url"])} for one in PATH[:length]]
