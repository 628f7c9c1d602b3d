"""Dates from which something applies, and whom each is for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from registry.catalog.parsing import Loader

FILE: Final = Path(__file__).parent / "key_dates.yaml"
TAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "everyone": "Every model",
        "prohibited": "Prohibited practices",
        "annex-iii": "High-risk uses of Annex III",
        "annex-i": "High-risk products of Annex I",
        "generative": "Generative models",
    }
)


@dataclass(frozen=True, order=True)
class KeyDate:
    """A day from which something applies.

    Attributes:
        applies: keys of ``TAGS``: the models that it is for.
    """

    on: date
    event: str
    note: str
    applies: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"date": self.on.isoformat(), "event": self.event, "note": self.note, "applies": list(self.applies)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> KeyDate:
        """Return what was kept."""
        return cls(date.fromisoformat(content["date"]), content["event"], content["note"], tuple(content["applies"]))


@cache
def shipped_dates() -> tuple[KeyDate, ...]:
    """Return the dates that come with the product, in order."""
    content = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 - a safe loader
    return tuple(sorted(KeyDate.from_json(one) for one in content["dates"]))


def dates_for(tags: Collection[str], known: Iterable[KeyDate]) -> tuple[KeyDate, ...]:
    """Return the dates that concern a model, in order."""
    return tuple(sorted(one for one in known if set(one.applies) & set(tags)))
