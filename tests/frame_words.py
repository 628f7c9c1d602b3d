"""Which words the printed frame says: read from its templates and modules as Django reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.template import engines
from django.template.base import NodeList
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import trim_whitespace

from registry.catalog.readings import readings

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = [*sorted((ROOT / "templates" / "print").glob("*.html")), *sorted((ROOT / "templates" / "charts").glob("*.html"))]
MODULES = sorted((ROOT / "governance" / "reports").glob("*.py"))
CALLS = {"_", "gettext", "gettext_noop", "gettext_lazy"}
Word = tuple[str, str, str]  # context, word, plural


def words() -> set[Word]:
    """Return every word of the frame that is to be translated."""
    titles = {("", point.title, "") for law in readings().values() for point in law.points}
    return titles | {word for file in TEMPLATES for word in of_template(file)} | {word for file in MODULES for word in of_module(file)}


def of_template(file: Path) -> Iterator[Word]:
    compiled = engines["django"].from_string(file.read_text(encoding="utf-8")).template
    yield from _walk(compiled.nodelist)


def _walk(nodes: NodeList) -> Iterator[Word]:
    for node in nodes.get_nodes_by_type(TranslateNode):
        if isinstance(node.filter_expression.var, str):
            yield "", node.filter_expression.var, ""
        elif node.filter_expression.var.literal is not None:
            literal = str(node.filter_expression.var.literal).replace("%", "%%")  # as Django looks it up
            yield (node.message_context.var if node.message_context else ""), literal, ""
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        one, _ = node.render_token_list(node.singular)
        many = node.render_token_list(node.plural)[0] if node.plural else ""
        if node.trimmed:
            one, many = trim_whitespace(one), trim_whitespace(many)
        yield "", one, many


def of_module(file: Path) -> Iterator[Word]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if node.func.id in CALLS and texts:
            yield "", texts[0], ""
        elif node.func.id == "pgettext" and len(texts) == 2:
            yield texts[0], texts[1], ""
