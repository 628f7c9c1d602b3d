"""Whose dossier it is: what the organisation says of itself on what it hands out.

The rule: plain values; the name, the address, the colour and the logo were
checked when they were set, and are part of what a dossier shows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class House:
    """The organisation on paper.

    Attributes:
        name: empty: Assay's own.
        address: lines below the name.
        colour: of the rules and the cover, as #rrggbb; empty: Assay's own.
        logo: an image as a data address; empty: the name alone.
        language: the language in which people write their cards and comments.
    """

    name: str = ""
    address: str = ""
    colour: str = ""
    logo: str = ""
    language: str = "en"

    def to_json(self) -> dict[str, str]:
        """Return the house as plain values."""
        return {"name": self.name, "address": self.address, "colour": self.colour, "logo": self.logo, "language": self.language}


ASSAY = House()
