"""How results are shown: the Django project, its pages and its API."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"
    default_auto_field = "django.db.models.AutoField"
