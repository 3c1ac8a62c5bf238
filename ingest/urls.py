"""The intake by itself. The paths are KCIDB's: CI systems switch by changing a host name."""

from __future__ import annotations

from django.urls import include, path

from ingest.intake import views

urlpatterns = [
    path("", include("ingest.intake.urls")),
    path("status", views.status, name="submit_status"),
]
