"""How results are shown: the Django project, its pages and its API."""

from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
