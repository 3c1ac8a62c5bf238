"""What a first visit downloads: few files, small ones, with names that change with their content."""

from __future__ import annotations

import gzip
import re

import pytest
from django.core.management import call_command
from django.test import override_settings

KILOBYTE = 1024


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The folder that `collectstatic` fills in production."""
    folder = tmp_path_factory.mktemp("static")
    storages = {"staticfiles": {"BACKEND": "dashboard.staticfiles.BundlingStorage"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def only(folder, pattern):
    (found,) = (path for path in folder.glob(pattern) if re.search(r"\.[0-9a-f]{12}\.", path.name))
    return found.read_bytes()


def weight(content):
    return len(gzip.compress(content, 9)) / KILOBYTE


def test_the_style_sheet_is_one_file_with_all_parts(published):
    style = only(published, "css/style.*.css").decode()
    assert "@import" not in style
    parts = [
        path for path in (published / "css").rglob("*.css") if not re.search(r"\.[0-9a-f]{12}\.", path.name)
    ]
    assert style.count("@layer") == len(parts)  # one for each part, and the order of the layers
    assert "--fail-bg" in style and "@media print" in style


def test_a_first_visit_is_light(published):
    style = weight(only(published, "css/style.*.css"))
    htmx = weight(only(published, "vendor/htmx-*.min.*.js"))
    app = weight(only(published, "js/app.*.js"))
    assert style <= 8
    assert app <= 6
    assert style + htmx + app <= 28


def test_everything_is_compressed_and_served_by_us(published):
    for path in (published / "css").rglob("*.css"):
        assert not re.search(rb"https?://|//cdn", path.read_bytes()), path
    assert list(published.glob("js/app.*.js.gz"))
