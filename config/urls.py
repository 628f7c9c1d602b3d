"""Addresses: the apps' own, sign-in, the read-only admin, and a health check."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularJSONAPIView

from governance.api.gate import gate


@login_not_required
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Say that the process answers and the database too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


# One door: the admin has no sign-in of its own, so rate limits and second factors hold for it too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Programs ask the gate before every start, so its address is the first that is looked at.
urlpatterns = [
    path("api/v1/gate/", gate, name="api-gate"),
    path("healthz", health, name="health"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/v1/schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("", include("registry.urls")),
    path("", include("governance.urls")),
]
