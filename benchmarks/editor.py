"""The editor when a document has a history: ``python -m benchmarks.editor [--revisions 500]``.

On the database that the settings name (``DATABASE_URL``), inside one
transaction that is rolled back: how many queries it takes to open each
section of a card with every field answered, to save by itself, and to say who
else is here, among few revisions and among many, and what that takes in time.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

import django

from benchmarks.measure import Claims, quickest

FEW = 5
NUMBERS = count()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--revisions", type=int, default=500)
    revisions = parser.parse_args().revisions
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SECURE_SSL_REDIRECT = False
    call_command("migrate", verbosity=0)
    claims = Claims()
    with transaction.atomic():
        client, made = _world()
        _write(made, FEW)
        few = {name: _queries(call) for name, call in _calls(client, made).items()}
        _write(made, revisions)
        calls = _calls(client, made)
        for name, call in calls.items():
            many = _queries(call)
            claims.tell(f"queries of {name} among {revisions} revisions", str(many), f"≤ {few[name]}", is_met=many <= few[name])
        seconds = max(quickest(call) for name, call in calls.items() if name.startswith("opening"))
        claims.tell(f"the slowest section among {revisions} revisions", f"{seconds * 1e3:.0f} ms", "≤ 500 ms", is_met=seconds <= 0.5)
        transaction.set_rollback(True)
    return claims.end()


def _world() -> tuple[Any, Any]:
    from django.test import Client

    from tests import factories

    person = factories.person(member_of=factories.team())
    made = factories.version(person.actor(), tier="limited")
    factories.fill_document(person.actor(), made)
    client = Client()
    client.force_login(person)
    return client, made


def _write(made: Any, revisions: int) -> None:
    from registry.models import Document
    from registry.services import documents

    person = made.created_by
    document = Document.objects.get(version=made)
    for number in range(revisions):
        values = {"overview": f"Draft {document.revision} {number}."}
        document = documents.save_fields(actor=person.actor(), document_id=document.pk, values=values, based_on=document.revision)


def _calls(client: Any, made: Any) -> dict[str, Callable[[], Any]]:
    from django.urls import reverse

    from registry.models import Document
    from registry.services.documents import template_of

    document = Document.objects.get(version=made)
    sections = [section.id for section in template_of(document).sections]

    def at(name: str, section: str) -> str:
        return reverse(name, args=[*made.url_args, section])

    def get(address: str) -> Callable[[], Any]:
        return lambda: _whole(client.get(address))

    known = {"based_on": document.revision, "session": "a-benchmark"}

    def save() -> Any:
        """Save another text, knowing what the answer before said, as the page does."""
        words = {**known, "primary_users": f"At {next(NUMBERS)}."}
        answer = _whole(client.post(at("document-autosave", "intended_use"), words)).json()
        assert not answer["clashes"]
        known.update({"based_on": answer["revision"], **{f"seen-{key}": seen for key, seen in answer["seen"].items()}})
        return answer

    return {
        **{f"opening {section}": get(at("document-edit", section)) for section in sections},
        "saving by itself": save,
        "saying who is here": lambda: _whole(client.post(at("document-presence", "intended_use"), {"session": "a-benchmark"})),
    }


def _whole(response: Any) -> Any:
    assert response.status_code == 200, response.status_code
    return response


def _queries(call: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call()
    with CaptureQueriesContext(connection) as counted:
        call()
    return len(counted)


if __name__ == "__main__":
    sys.exit(main())
