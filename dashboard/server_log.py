"""What gunicorn says of itself, in the form in which everything else is logged."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger

from dashboard.logging import JSONFormatter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")


class ServerLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger; with ``LOG_FORMAT=json`` its lines are objects."""

    def setup(self, cfg: Any) -> None:
        """Set the handlers up as the settings say."""
        super().setup(cfg)
        if settings.LOG_FORMAT == "json":
            for handler in (*self.error_log.handlers, *self.access_log.handlers):
                handler.setFormatter(JSONFormatter())
