"""What is true: the relational model, its summaries and every read of it."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "results"
    default_auto_field = "django.db.models.AutoField"
