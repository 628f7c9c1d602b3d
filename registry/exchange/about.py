"""What a format says of the thing that a document is about, beside the document's own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """A file of a version, by its digest."""

    name: str
    sha256: str


@dataclass(frozen=True)
class About:
    """A model or a dataset in one version.

    Attributes:
        subject: a name that is the same at every export, such as ``model:scoring:2.1.0``.
    """

    name: str
    version: str
    subject: str
    artifacts: tuple[File, ...] = ()


NOBODY = About("Unnamed", "0", "document")
