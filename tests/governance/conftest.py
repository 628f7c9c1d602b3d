"""Who acts in these tests, and on what; a file that wants others says so itself.

The imports stand inside: pytest reads this file before Django is set up when it is given this folder alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from registry.models import Version
    from registry.policy import Actor


@pytest.fixture
def keeper() -> Actor:
    from registry.policy import Role
    from tests import factories

    return factories.person(roles=[Role.POLICY_ADMINISTRATOR]).actor()


@pytest.fixture
def engineer() -> Actor:
    from tests import factories

    return factories.engineer()


@pytest.fixture
def version(engineer) -> Version:
    from tests import factories

    return factories.version(engineer)
