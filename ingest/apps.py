"""How results come in: the only writer of raw results."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "ingest"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Register the checks and the signals."""
        from ingest import checks, signals  # noqa: F401
