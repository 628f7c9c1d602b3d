"""The frameworks that there are here: ours, and those that an organisation uploaded or changed.

The rule: a model is asked the present edition; a version that has begun to
answer stays on its own until somebody moves it. A framework that is retired is
not among those that are present, and can still be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils import timezone

from governance.models import Assessment, FrameworkEdition, RetiredFramework
from governance.models.frameworkedition import FrameworkEditionQuerySet
from registry.catalog import loader
from registry.catalog.schema import Framework, UnknownItemError
from registry.digest import canonical
from registry.models import Version

# Keys of frameworks that are retired; a part of a query.
RETIRED: Final = RetiredFramework.objects.values("key")


def text_of(digest: str) -> str | None:
    """Return the text of an edition, or None when it is not kept here."""
    return FrameworkEdition.objects.filter(digest=digest).order_by("-published_at").values_list("text", flat=True).first()


def present() -> dict[str, Framework]:
    """Return the present edition of every framework that is asked, by key, ours first (one query)."""
    return _all(FrameworkEdition.objects.exclude(key__in=RETIRED))


def known() -> dict[str, Framework]:
    """Return the newest edition of every framework to read, by key, retired ones too (one query)."""
    return _all(FrameworkEdition.objects.all())


def current(key: str) -> Framework:
    """Return the present edition of one framework that is asked (one query).

    Raises:
        UnknownItemError: there is none of this key, or it is retired.
    """
    return _newest(key, FrameworkEdition.objects.exclude(key__in=RETIRED))


def newest(key: str) -> Framework:
    """Return the newest edition of one framework to read, whether or not it is retired (one query).

    Raises:
        UnknownItemError: there is none of this key.
    """
    return _newest(key, FrameworkEdition.objects.all())


def on(version: Version, key: str) -> Framework:
    """Return the edition that a version answers: that of its assessment, or the present one before it has begun (two queries at most).

    Raises:
        UnknownItemError: there is none of this key.
    """
    digest = Assessment.objects.filter(version=version, framework_key=key).values_list("framework_digest", flat=True).first()
    return loader.framework(f"{key}@{digest}") if digest else current(key)


def all_on(version: Version, begun: Mapping[str, str] | None = None) -> dict[str, Framework]:
    """Return the edition of every framework that a version answers, or would (two queries, one where what has begun is known)."""
    if begun is None:
        begun = dict(Assessment.objects.filter(version=version).values_list("framework_key", "framework_digest"))
    return {**present(), **_found(begun)}


def keep_shipped(made_from: Framework) -> None:
    """Keep a shipped framework as an edition, so that whoever answers it finds it after Assay ships another."""
    shipped = loader.frameworks().get(made_from.key)
    if shipped is not None and shipped.digest == made_from.digest:
        FrameworkEdition.objects.get_or_create(
            key=shipped.key,
            version=shipped.version,
            digest=shipped.digest,
            defaults={
                "text": canonical(loader.shipped_framework(shipped.key)).decode(),
                "is_shipped": True,
                "published_at": timezone.now(),
            },
        )


def _all(editions: FrameworkEditionQuerySet) -> dict[str, Framework]:
    own = editions.published().filter(is_shipped=False).order_by("pk")
    newest_of = dict(own.values_list("key", "digest"))
    return {**loader.frameworks(), **{key: loader.framework(f"{key}@{digest}") for key, digest in newest_of.items()}}


def _newest(key: str, editions: FrameworkEditionQuerySet) -> Framework:
    own = editions.filter(key=key, is_shipped=False).published().order_by("-pk")
    digest = own.values_list("digest", flat=True).first()
    return loader.framework(f"{key}@{digest}" if digest else key)


def _found(begun: Mapping[str, str]) -> dict[str, Framework]:
    found = {}
    for key, digest in begun.items():
        try:
            found[key] = loader.framework(f"{key}@{digest}")
        except UnknownItemError:
            continue
    return found
