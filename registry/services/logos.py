"""An uploaded logo, made safe to show: a PNG that is painted anew, or an SVG of plain shapes.

The rule: nothing of the uploaded file is kept but pixels, or shapes from a
list of what may be there; no script, no link, no style sheet, no font, and
nothing that would be fetched.
"""

from __future__ import annotations

import base64
import io
import re
from typing import Final
from xml.etree import ElementTree

from registry.errors import DomainError

MOST_BYTES: Final = 300 * 1024
MOST_SIDE: Final = 4000
WIDEST: Final = 1000
MOST_SHAPES: Final = 2000
NAMESPACE: Final = "http://www.w3.org/2000/svg"
PNG: Final = b"\x89PNG\r\n\x1a\n"
SHAPES: Final = frozenset(
    {
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title", "desc", "defs", "linearGradient",
        "radialGradient", "stop",
    }
)  # fmt: skip
ATTRIBUTES: Final = frozenset(
    {
        "viewBox", "width", "height", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "points", "transform",
        "fill", "fill-rule", "fill-opacity", "clip-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-opacity",
        "stroke-dasharray", "stroke-miterlimit", "opacity", "id", "offset", "stop-color", "stop-opacity", "gradientUnits",
        "gradientTransform", "preserveAspectRatio",
    }
)  # fmt: skip
# What a value may say: numbers, names and colours, and a gradient of the same drawing.
VALUE: Final = re.compile(r"(?:url\(#[\w-]+\)|[\w\s.,#%()+-])*")
NO_IMAGE: Final = "The logo is neither a PNG nor an SVG that can be read. Save it anew and upload it again."


def checked_logo(content: bytes) -> str:
    """Return a logo as a data address.

    Raises:
        DomainError: too large, no image, or an SVG with more in it than shapes.
    """
    if len(content) > MOST_BYTES:
        message = f"The logo may have {MOST_BYTES // 1024} KB. Make it smaller."
        raise DomainError(message)
    if content.startswith(PNG):
        return _address("image/png", _painted(content))
    return _address("image/svg+xml", _shapes(content))


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _painted(content: bytes) -> bytes:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if max(image.size) > MOST_SIDE:
                message = f"The logo may have {MOST_SIDE:,} pixels a side. Make it smaller."
                raise DomainError(message)
            pixels = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DomainError(NO_IMAGE) from error
    pixels.thumbnail((WIDEST, WIDEST))
    stream = io.BytesIO()
    pixels.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _shapes(content: bytes) -> bytes:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        message = "The SVG has a document type. Export it as a plain SVG."
        raise DomainError(message)
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - without document types there are no entities, and the size is limited
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DomainError(NO_IMAGE) from error
    if root.tag != f"{{{NAMESPACE}}}svg" or sum(1 for _ in root.iter()) > MOST_SHAPES:
        raise DomainError(NO_IMAGE)
    ElementTree.register_namespace("", NAMESPACE)
    return ElementTree.tostring(_plain(root))


def _plain(element: ElementTree.Element) -> ElementTree.Element:
    """Return an element with what may be in it; refuse what draws otherwise, leave out what draws nothing."""
    name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    if name not in SHAPES:
        message = f"The SVG holds “{name[:40]}”. Export it with plain shapes: text as outlines, no images, styles or scripts."
        raise DomainError(message)
    plain = ElementTree.Element(element.tag, {key: value for key, value in element.attrib.items() if key in ATTRIBUTES})
    if not all(VALUE.fullmatch(value) for value in plain.attrib.values()):
        message = "The SVG has a value that is no number, colour or name. Export it as a plain SVG."
        raise DomainError(message)
    plain.text = element.text if name in {"title", "desc"} else None
    drawn = [child for child in element if child.tag.startswith(f"{{{NAMESPACE}}}")]
    plain.extend([_plain(child) for child in drawn if child.tag != f"{{{NAMESPACE}}}metadata"])
    return plain
