"""The numbers that were frozen with a card: in place of its claims, below its answers, and told one by one; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from governance.reports.guidance import title_of
from governance.reports.leaves import human, said
from registry.catalog.claims import Claim, claims_in, with_words
from registry.catalog.loader import templates
from registry.services.figures import Figure

Json = Mapping[str, Any]
TOLD: Final = {"field", "token", "evaluation", "name", "metric", "attribute", "group", "text", "state", "sentence"}


def with_figures(content: Json) -> dict[str, Any]:
    """Return a snapshot's document part as people read it; older snapshots have no claims."""
    return {**as_read(content), "live": content.get("live", {})}


def as_read(content: Json) -> dict[str, Any]:
    """Return a snapshot's document part with numbers in place of its claims; empty where it has no document."""
    part: dict[str, Any] = {**(content.get("document") or {})}
    words = words_of(content)
    return {**part, "content": with_words(part["content"], words)} if words and part else part


def words_of(content: Json) -> dict[Claim, str]:
    """Return what stands in place of each claim of a snapshot's card."""
    rows = content.get("claims") or []
    return {claim: Figure(claim, row["text"], row["state"]).words for row in rows for claim in claims_in(row["token"])}


def place_of(content: Json, key: str) -> str:
    """Return section and title of a field of a snapshot's document; a field that the template does not know is told by its id."""
    made_from = templates().get(((content.get("document") or {}).get("template") or {}).get("key", ""))
    places = ((section, field) for section in made_from.sections for field in section.fields) if made_from else ()
    found = next(((section, field) for section, field in places if field.id == key), None)
    return f"{found[0].title} · {found[1].title}" if found else human(key)


def claim_title(row: Json) -> str:
    """Return what a claim is about, whichever evaluation it is taken from."""
    attribute, group = row.get("attribute"), row.get("group")
    whose = f" of “{group}”" if group else ("" if attribute else " of all records")
    return f"{title_of(row['metric'])}{whose}{f' by {attribute}' if attribute else ''}"


def claim_lines(row: Json) -> list[str]:
    """Return all that a claim says: the number, what it means, where it comes from, and whether it is the newest."""
    text, sentence = row.get("text", ""), row.get("sentence", "")
    source = f"evaluation {row['evaluation']}" + (f" (“{row['name']}”)" if row.get("name") else "")
    rest = {key: value for key, value in row.items() if key not in TOLD}
    lines = ["" if text in sentence else text, sentence, f"{human(row['state'])}, from {source}", said(rest) if rest else ""]
    return [line for line in lines if line]


def claims_by_place(rows: Sequence[Json]) -> dict[tuple[str, str, int], Json]:
    """Return claims by field and by what they are about, so that a newer evaluation's number meets the earlier one's."""
    found: dict[tuple[str, str, int], Json] = {}
    for row in rows:
        number = 0
        while (place := (row["field"], claim_title(row), number)) in found:
            number += 1
        found[place] = row
    return found


def live_lines(block: Json) -> list[str]:
    """Return what stood measured below an answer, a line each."""
    rows = [f"{row.get('label', '')}: {row.get('value', '')} {row.get('note', '')}".strip() for row in block.get("rows", [])]
    rest = {key: value for key, value in block.items() if key not in {"title", "rows"}}
    return [str(block.get("title", "")), *rows, *([said(rest)] if rest else [])]
