"""How results are shown: the Django project, its pages and its API."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The pages and the API."""

    name = "dashboard"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Register the checks of the settings."""
        from dashboard import checks  # noqa: F401
