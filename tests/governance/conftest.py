"""Who acts in these tests, and on what; a file that wants others says so itself."""

from __future__ import annotations

import pytest

from registry.models import Version
from registry.policy import Actor, Role
from tests import factories


@pytest.fixture
def keeper() -> Actor:
    return factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()


@pytest.fixture
def engineer() -> Actor:
    return factories.engineer()


@pytest.fixture
def version(engineer) -> Version:
    return factories.version(engineer)
