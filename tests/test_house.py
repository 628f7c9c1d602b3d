"""The rules of the house that no linter knows, and those that one does, run once more as tests."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "governance", "registry")
HEAVY = ("duckdb", "fairlearn", "joblib", "numpy", "pandas", "pyhanko", "scipy", "sklearn", "weasyprint")
MODULES = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
WORDS_OF_REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".",
    "js" + "delivr",
    "unpkg" + ".com",
    "cdn" + "js",
    "google" + "apis",
)
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
# The one place where text becomes markup: after the sanitiser.
MARKUP = ROOT / "registry" / "markup.py"


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def places(match: type[ast.AST], files: list[Path] = MODULES) -> Iterator[tuple[str, ast.AST]]:
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, match):
                yield f"{name_of(file)}:{getattr(node, 'lineno', 0)}", node


def words_used(word: str, *, outside: tuple[str, ...] = ()) -> list[str]:
    found = []
    for file in MODULES:
        if name_of(file).startswith(outside):
            continue
        for place, node in places(ast.AST, [file]):
            names = (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "name", None))
            if word in names:
                found.append(place)
    return found


def lines_of_code(function: ast.AST) -> int:
    """Count the lines of a body, its docstring left out: what is explained well is not punished."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_the_house_has_modules_and_templates_to_judge():
    assert len(MODULES) > 50
    assert len(TEMPLATES) > 30


def test_the_import_contracts_hold():
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_the_migrations_tell_the_models_whole_story():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("start", ["config.wsgi", "config.celery", "config.serve", "config.prepare"])
def test_no_heavy_library_is_loaded_at_the_start(start):
    code = (
        f"import sys, django, {start}; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import governance.tasks\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_nobody_listens_to_signals():
    decorated = [
        place for place, node in places(ast.FunctionDef) if any("receiver" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    connected = [
        place for place, node in places(ast.Call) if re.search(r"(signals?\.\w+|(pre|post)_\w+)\.connect$", ast.unparse(node.func))
    ]
    assert decorated + connected == []


def test_only_services_write():
    above = [file for file in MODULES if re.search(r"/(views|forms|api|templatetags)/|/(admin|http|tasks)\.py$", f"/{name_of(file)}")]
    writes = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    found = [place for place, node in places(ast.Call, above) if isinstance(node.func, ast.Attribute) and node.func.attr in writes]
    assert len(above) > 15
    assert found == []


def test_a_lock_lets_others_refer_to_the_row():
    """On PostgreSQL a commit that refers to a row waits for whoever holds it FOR UPDATE, who may wait for the journal: a deadlock."""
    locks = [(place, node) for place, node in places(ast.Call) if getattr(node.func, "attr", "") == "select_for_update"]
    strict = [place for place, node in locks if "no_key" not in {word.arg for word in node.keywords}]
    assert len(locks) > 50
    assert strict == []


def test_permission_is_asked_of_the_policy_and_never_of_the_superuser_flag():
    assert words_used("is_superuser", outside=("registry/admin.py", "governance/admin.py", "registry/models/")) == []


def test_text_becomes_markup_in_one_place_after_the_sanitiser():
    made = [place for place, node in places(ast.Call) if ast.unparse(node.func).endswith("SafeString")]
    found = [place for place in words_used("mark_safe") + made if not place.startswith(name_of(MARKUP))]
    assert found == []
    assert "nh3" in MARKUP.read_text(encoding="utf-8")


def test_no_template_switches_escaping_off():
    pattern = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")
    assert [name_of(file) for file in TEMPLATES if pattern.search(file.read_text(encoding="utf-8"))] == []


def test_pages_hold_no_inline_script_or_style():
    pattern = re.compile(r"<style\b|\sstyle\s*=|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:")
    pages = [file for file in TEMPLATES if "print" not in file.relative_to(ROOT).parts]
    assert [name_of(file) for file in pages if pattern.search(file.read_text(encoding="utf-8"))] == []


def test_nothing_is_loaded_from_another_host():
    pattern = re.compile(
        r"<(?:script|link|img|iframe|source|video|audio|embed|object)\b[^>]*(?:src|href|data)\s*=\s*[\"']?(?:https?:)?//"
        r"|url\(\s*[\"']?(?:https?:)?//|@import\s+[\"'](?:https?:)?//|(?:import|from|fetch\()\s*[\"'](?:https?:)?//"
    )
    files = [*TEMPLATES, *(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]
    assert [name_of(file) for file in files if pattern.search(file.read_text(encoding="utf-8"))] == []


def test_no_file_names_a_package_registry_or_a_content_network():
    folders = [*APPS, "templates", "static", "bin", ".ci", "tests", "docs"]
    suffixes = {"", ".css", ".html", ".js", ".md", ".py", ".sh", ".txt", ".yaml", ".yml"}
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file() and file.suffix in suffixes]
    found = [name_of(file) for file in files for word in WORDS_OF_REGISTRIES if word in file.read_text(encoding="utf-8")]
    assert found == []


def test_modules_and_functions_keep_within_their_budget():
    long_modules = [name_of(file) for file in MODULES if len(file.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE]
    long_functions = [place for place, node in places(ast.FunctionDef) if lines_of_code(node) > LONGEST_FUNCTION]
    assert long_modules + long_functions == []


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_every_template_can_be_read(file):
    get_template(file.relative_to(ROOT / "templates").as_posix())
