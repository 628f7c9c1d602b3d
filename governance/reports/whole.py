"""The whole content of a snapshot as a reviewer reads it: parts, groups and rows, each row with its anchor; pure.

The rule: everything that was frozen is shown, from the snapshot alone; what
no part below knows is shown as names and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from governance.reports.changes import TITLES, finding_cells, measured_text, piece_text
from governance.reports.checklists import LABELS
from governance.reports.claims import as_read, claim_lines, claim_title, place_of
from governance.reports.guidance import title_of
from governance.reports.leaves import anchored, human, leaves, said, way
from registry.catalog.documents import applies, is_filled
from registry.catalog.loader import framework_of, templates
from registry.catalog.schema import Field

Json = Mapping[str, Any]
ORDER: Final = (
    "document",
    "claims",
    "live",
    "lineage",
    "assessments",
    "evaluations",
    "risks",
    "contract",
    "version",
    "policy",
    "triage",
    "asset",
    "authors",
)
LEFT_OUT: Final = {"schema"}
FINDING: Final = ("Metric", "By", "Value", "Interval", "Verdict")


@dataclass(frozen=True)
class Table:
    """Cells by row, each row as long as the heads."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def labelled(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The rows, each cell with its head before it."""
        return tuple(tuple(zip(self.heads, row, strict=True)) for row in self.rows)


@dataclass(frozen=True)
class Row:
    """One thing to read and to comment on.

    Attributes:
        anchor: the part to which comments on it belong.
        field: of a document; its value is shown as on the document's page.
        pairs: names and values instead of a value.
        table: rows of cells in place of a value.
        label, tone: a state in words; empty where there is none.
    """

    anchor: str
    title: str
    field: Field | None = None
    value: Any = ""
    filled: bool = True
    pairs: tuple[Mapping[str, str], ...] = ()
    table: Table | None = None
    note: str = ""
    label: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Group:
    """Rows that belong together; ``note`` says what is left out."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the snapshot."""

    key: str
    title: str
    groups: tuple[Group, ...]


def parts(content: Json) -> tuple[Part, ...]:
    """Return the content of a snapshot in the order in which a reviewer reads it."""
    strange = sorted(set(content) - {*ORDER} - LEFT_OUT)
    return tuple(
        Part(key, TITLES.get(key, human(key)), tuple(_SHOWN[key](content) if key in _SHOWN else _groups(key, content[key])))
        for key in (*ORDER, *strange)
        if key in content and content[key] not in ([], {}, None)
    )


def _groups(key: str, part: Any) -> Iterator[Group]:
    if key == "lineage":
        for link in part:
            yield from _link(link)
    elif key == "assessments":
        yield from (_checklist(one) for one in part)
    elif key == "evaluations":
        yield from (_evaluation(one, is_newest=number == 0) for number, one in enumerate(part))
    elif key == "triage":
        yield from _triage(part)
    elif key == "risks":
        yield Group("", tuple(Row(anchored("risks", one.get("id", "")), str(one.get("title", "Risk")), pairs=_pairs(one)) for one in part))
    else:
        yield Group("", (Row(key, TITLES.get(key, human(key)), pairs=_pairs(part)),))


def _document(part: Json, anchor: str, of: str = "") -> Iterator[Group]:
    made_from, content = templates().get(part["template"]["key"]), part["content"]
    known: set[str] = set()
    for section in made_from.sections if made_from else ():
        asked = [field for field in section.fields if applies(field, content) or is_filled(content.get(field.id))]
        shown = [field for field in asked if field.essential or is_filled(content.get(field.id))]
        empty = [field.title for field in asked if field not in shown]
        known |= {field.id for field in section.fields}
        rows = tuple(_field(field, content.get(field.id), anchor, field.id in part.get("to_confirm", ())) for field in shown)
        note = f"Without an answer, and not essential: {', '.join(empty)}." if empty else ""
        yield Group(" · ".join(filter(None, (of, f"{section.number} {section.title}".strip()))), rows, note)
    if others := {key: value for key, value in content.items() if key not in known}:
        yield Group(of or "Fields that the template does not know", (Row(anchor, "Further fields", pairs=_pairs(others)),))


def _field(field: Field, value: Any, anchor: str, is_carried: bool) -> Row:
    filled = is_filled(value)
    label, tone = ("Carried forward, not confirmed", "warning") if is_carried else ("", "")
    if not filled:
        label, tone = "Essential, not answered", "warning"
    return Row(f"{anchor}/{anchored(field.id)}", field.title, field=field, value=value, filled=filled, label=label, tone=tone)


def _card(content: Json) -> Iterator[Group]:
    yield from _document(as_read(content), "document")


def _claims(content: Json) -> Iterator[Group]:
    pairs = (
        {"label": f"{place_of(content, row['field'])}: {claim_title(row)}", "value": " ".join(claim_lines(row))}
        for row in content["claims"]
    )
    yield Group("", (Row("claims", TITLES["claims"], pairs=tuple(pairs)),))


def _live(content: Json) -> Iterator[Group]:
    yield Group("", tuple(_block(content, key, block) for key, block in content["live"].items()))


def _block(content: Json, key: str, block: Json) -> Row:
    cells = tuple(tuple(str(row.get(name, "")) for name in ("label", "value", "note")) for row in block.get("rows", []))
    rest = {name: value for name, value in block.items() if name not in {"title", "rows"}}
    table = Table(("What", "Value", "Note"), cells) if cells else None
    return Row(anchored("live", key), place_of(content, key), value=block.get("title", ""), table=table, pairs=_pairs(rest) if rest else ())


def _link(link: Json) -> Iterator[Group]:
    name = f"{link['asset']['name']} {link['version']['name']}"
    anchor = anchored("lineage", link["asset"]["slug"], link["version"]["name"])
    rest = {key: value for key, value in link.items() if key != "document"}
    yield Group(name, (Row(anchor, human(link["relation"]), pairs=_pairs(rest)),))
    yield from _document(link["document"], anchor, name)


def _checklist(part: Json) -> Group:
    key = part["framework"]["key"]
    made_from = framework_of(part["framework"])
    titles = {item.id: item for item in made_from.items} if made_from else {}
    answers = {answer["item"]: answer for answer in part["answers"]}
    open_ids = [item for item in titles if item not in answers]
    waiting = [answer["item"] for answer in part["answers"] if answer.get("to_confirm")]
    rows = tuple(_answer(answer, key, titles) for answer in part["answers"])
    title = f"{made_from.title}, version {part['framework']['version']}" if made_from else key
    notes = [f"Not answered: {', '.join(open_ids)}." if open_ids else "Every item is answered."]
    if waiting:
        notes = [f"Not answered: {', '.join(open_ids)}."] if open_ids else []
        notes.append(f"Carried forward from an earlier version and not confirmed, so they count as open: {', '.join(waiting)}.")
    return Group(title, rows, " ".join(notes))


def _answer(answer: Json, framework: str, items: Mapping[str, Any]) -> Row:
    item = items.get(answer["item"])
    label, tone = LABELS.get(answer["value"], (human(answer["value"]), "neutral"))
    evidence = [{"label": piece["title"], "value": piece_text(piece)} for piece in answer["evidence"]]
    note = f"Answered by {answer['by']}{' for the organisation, and inherited' if 'inherited' in answer else ''}."
    if answer.get("to_confirm"):
        label, tone, note = f"To confirm: {label}", "warning", f"Answered by {answer['by']} about {answer['carried_from']}; not confirmed."
    return Row(
        anchored("assessments", framework, answer["item"]),
        f"{answer['item']} {item.question if item else ''}".strip(),
        value=answer["justification"],
        filled=bool(answer["justification"]),
        pairs=tuple(evidence),
        note=note,
        label=label,
        tone=tone,
    )


def _triage(part: Json) -> Iterator[Group]:
    """Return what was answered, then what it led to, then what people set otherwise."""
    answers = tuple({"label": one["question"], "value": ", ".join(one["answer"])} for one in part["answers"])
    yield Group("Answers", (Row(anchored("triage", "answers"), f"Answered by {part['answered_by']}", pairs=answers),))
    reasons = tuple({"label": f"Reason {number}", "value": reason} for number, reason in enumerate(part["reasons"], start=1))
    rest = {key: value for key, value in part.items() if key not in {"answers", "reasons", "override", "answered_by"}}
    rows = [Row(anchored("triage", "result"), f"It gives the tier {part['tier']}", pairs=(*reasons, *_pairs(rest)))]
    if override := part.get("override"):
        title = f"Instead, the tier {override['tier']} holds"
        rows.append(Row(anchored("triage", "override"), title, pairs=_pairs(override), label="Set otherwise", tone="warning"))
    yield Group("Result", tuple(rows))


def _evaluation(one: Json, *, is_newest: bool) -> Group:
    anchor = anchored("evaluations", one["id"])
    about = _pairs({"columns": one["columns"], "file": one["predictions"]})
    rows = [Row(anchor, "What was measured", value=measured_text(one), pairs=about)]
    if is_newest:
        found = tuple((title_of(gap["metric"]), human(gap["attribute"]), *finding_cells(gap)) for gap in one["findings"])
        title = "Findings, each with its interval and verdict"
        rows.append(Row(anchored("evaluations", one["id"], "findings"), title, table=Table(FINDING, found) if found else None))
    return Group(f"{one['name']}{' (the newest, which the gate looks at)' if is_newest else ''}", tuple(rows))


def _pairs(value: Any) -> tuple[Mapping[str, str], ...]:
    found: Sequence[tuple[tuple[str, ...], Any]] = list(leaves(value))
    return tuple({"label": way(path) or "Value", "value": "none" if leaf in ([], {}) else said(leaf)} for path, leaf in found)


_SHOWN: Final = {"document": _card, "claims": _claims, "live": _live}
