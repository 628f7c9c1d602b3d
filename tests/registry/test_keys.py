"""The keys of the house lie in files, and every one that ever signed stays known."""

from __future__ import annotations

import pytest

from registry.errors import ConflictError, ForbiddenError
from registry.policy import ANONYMOUS, SYSTEM
from registry.services.keys import public_keys, rotate_key, signing_key
from registry.signing import generate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.ASSAY_HOME, settings.SIGNING_KEY, settings.EARLIER_KEYS = tmp_path, "", ""


def test_a_key_is_made_once_and_is_private(tmp_path):
    key = signing_key()
    assert signing_key() == key
    assert public_keys() == (key.public,)
    assert (tmp_path / "keys" / "signing.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_rotation_keeps_the_public_half_and_destroys_the_private_one(tmp_path):
    before = signing_key()
    after = rotate_key(actor=SYSTEM)
    assert signing_key() == after != before
    assert public_keys() == (after.public, before.public)
    assert not [path for path in (tmp_path / "keys").iterdir() if before.to_pem() in path.read_text()]
    assert (tmp_path / "keys" / "signing.pem").stat().st_mode & 0o777 == 0o600


def test_only_the_house_rotates():
    with pytest.raises(ForbiddenError):
        rotate_key(actor=ANONYMOUS)


def test_the_environment_may_give_the_keys(settings):
    given, earlier = generate("ecdsa-p256"), generate()
    settings.SIGNING_KEY = given.to_pem()
    settings.EARLIER_KEYS = earlier.public.pem + given.public.pem
    assert signing_key() == given
    assert public_keys() == (given.public, earlier.public)
    with pytest.raises(ConflictError, match="EARLIER_KEYS"):
        rotate_key(actor=SYSTEM)
