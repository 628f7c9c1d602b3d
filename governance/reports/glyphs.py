"""Letters that no font at hand can show are written as their code point, so that nothing is lost and no box is printed.

The rule: what is replaced is told by the fonts that fontconfig sees, which is
the list that Pango chooses from; letters that are never drawn stay.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable
from typing import Any, Final

LIBRARY: Final = "libfontconfig.so.1"
# Attributes that are read out or shown.
SAID: Final = ("alt", "title", "aria-label", "content")
SEPARATORS: Final = ("Zl", "Zp")
# Format characters (Cf) guide the setting and are never drawn; so do the variation selectors and the joiners.
NEVER_DRAWN: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)


def replace_missing(root: Any, without_glyph: str = "") -> str:
    """Write every letter of a parsed document that has no glyph as its code point, and return these letters.

    Args:
        root: the parsed document.
        without_glyph: letters of which it is known already.
    """
    found = set()
    for element in root.iter():
        found |= set(element.text or "") | set(element.tail or "") if isinstance(element.tag, str) else set()
        found |= {letter for name in SAID for letter in element.get(name, "")}
    letters = {letter for letter in found if not letter.isascii() or (ord(letter) < ord(" ") and letter not in "\t\n\f\r")}
    missing = "".join(letter for letter in sorted(letters) if letter in without_glyph or not _is_shown(letter))
    if missing:
        _translate(root, {ord(letter): _written(letter) for letter in missing})
    return "".join(letter for letter in missing if letter.isprintable())


def _written(letter: str) -> str:
    return " " if unicodedata.category(letter) in SEPARATORS else f"(U+{ord(letter):04X})"


def _translate(root: Any, table: dict[int, str]) -> None:
    for element in root.iter():
        if element.text:
            element.text = element.text.translate(table)
        if element.tail:
            element.tail = element.tail.translate(table)
        for name in SAID:
            if name in element.attrib:
                element.set(name, element.get(name).translate(table))


def _is_shown(letter: str) -> bool:
    if unicodedata.category(letter) == "Cf" or ord(letter) in NEVER_DRAWN:
        return True
    return unicodedata.category(letter) not in SEPARATORS and _coverage()(ord(letter))


_known: list[Callable[[int], bool]] = []


def _coverage() -> Callable[[int], bool]:
    """Return what says whether some font has a glyph for a code point."""
    if not _known:
        _known.append(_read_coverage())
    return _known[0]


def _read_coverage() -> Callable[[int], bool]:
    library = ctypes.CDLL(LIBRARY)
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        ("FcPatternCreate", pointer, []),
        ("FcObjectSetCreate", pointer, []),
        ("FcObjectSetAdd", ctypes.c_int, [pointer, ctypes.c_char_p]),
        ("FcFontList", pointer, [pointer, pointer, pointer]),
        ("FcPatternGetCharSet", ctypes.c_int, [pointer, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(pointer)]),
        ("FcCharSetHasChar", ctypes.c_int, [pointer, ctypes.c_uint32]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    wanted = library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, b"charset")
    listed = library.FcFontList(None, library.FcPatternCreate(), wanted)
    fonts = _FontSet.from_address(listed) if listed else _FontSet()
    sets = []
    for number in range(fonts.count):
        held = pointer()
        if library.FcPatternGetCharSet(fonts.patterns[number], b"charset", 0, ctypes.byref(held)) == 0:
            sets.append(held)
    return lambda code: any(library.FcCharSetHasChar(one, code) for one in sets)


class _FontSet(ctypes.Structure):
    """FcFontSet, as fontconfig's header has it."""

    _fields_ = (("count", ctypes.c_int), ("size", ctypes.c_int), ("patterns", ctypes.POINTER(ctypes.c_void_p)))
