"""The short address that leads from paper to the page that verifies it, as text and as QR code.

The rule: it is made from the digest of the content, which is known before the
PDF is; 64 bits of it cannot be guessed and are short enough to be typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings

LENGTH: Final = 16
QUIET_ZONE: Final = 4


@dataclass(frozen=True)
class Address:
    """Where a PDF is verified.

    Attributes:
        url: the whole address.
        short: the digits of the digest that are in it.
        size: modules of the QR code's side, its quiet zone included.
        path: the dark modules, as the path of an SVG.
    """

    url: str
    short: str
    size: int
    path: str


def address_of(content_digest: str) -> Address:
    """Return the address of a PDF."""
    import segno

    short = content_digest[:LENGTH]
    url = f"{settings.ASSAY_URL}/v/{short}"
    rows = list(segno.make(url, error="m", micro=False).matrix)
    cells = [(x + QUIET_ZONE, y + QUIET_ZONE) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return Address(url, short, len(rows) + 2 * QUIET_ZONE, "".join(f"M{x} {y}h1v1h-1z" for x, y in cells))
