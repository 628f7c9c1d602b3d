"""What a policy administrator may do that no role of the big table may, address by address."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from registry.policy import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    client = Client()
    client.force_login(factories.person(roles=[Role.POLICY_ADMINISTRATOR]))
    return client


CALLS = [
    ("environment-list", [], None, 200),
    ("environment-add", [], None, 200),
    ("environment-add", [], {"title": "Canary", "key": "canary", "mode": "prevent"}, 302),
    ("environment-add", [], {"title": "Staging", "key": "canary", "mode": "prevent"}, 422),
    ("environment-edit", ["staging"], None, 200),
    ("environment-edit", ["staging"], {"title": "Try-out", "mode": "warn"}, 302),
    ("environment-edit", ["staging"], {"title": "", "mode": "warn"}, 422),
    ("environment-edit", ["moon"], None, 404),
    ("environment-move", ["staging"], {"towards": "later"}, 302),
    ("environment-move", ["staging"], {"towards": "earlier"}, 409),
    ("environment-move", ["staging"], {"towards": "up"}, 404),
    ("people", [], None, 403),
    ("journal", [], None, 403),
]


@pytest.mark.parametrize(("name", "args", "post", "status"), CALLS)
def test_a_policy_administrator_gets_what_the_table_says(keeper, name, args, post, status):
    address = reverse(name, args=args)
    response = keeper.get(address) if post is None else keeper.post(address, post)
    assert response.status_code == status


def test_a_refused_environment_keeps_what_was_typed(keeper):
    response = keeper.post(reverse("environment-add"), {"title": "Staging", "key": "second-one", "mode": "observe"})
    assert b'value="second-one"' in response.content
    assert "already an environment named" in response.content.decode()


def test_the_mode_is_shown_where_the_gate_answers(keeper):
    keeper.post(reverse("environment-edit", args=["staging"]), {"title": "Staging", "mode": "warn"})
    owner = factories.engineer()
    release = factories.release(owner, factories.version(owner))
    assert "Staging only warns" in keeper.get(release.get_absolute_url()).content.decode()
    answer = keeper.get(
        reverse("api-gate"), {"model": release.version.asset.slug, "version": release.version.name, "environment": "staging"}
    ).json()
    assert (answer["allowed"], answer["verdict"], answer["mode"]) == (True, False, "warn")
