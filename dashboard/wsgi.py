"""The web application that gunicorn serves."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = get_wsgi_application()


def _warm_up() -> None:
    """Import every view and compile every template, so that the first reader need not wait for it."""
    get_resolver().url_patterns  # noqa: B018  reading it imports them
    folder: Path = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.html"):
        get_template(str(path.relative_to(folder)))


_warm_up()
