"""Where results are sent to. The paths are KCIDB's: CI systems switch by changing a host name."""

from __future__ import annotations

from django.urls import path

from ingest.intake import pages, views

urlpatterns = [
    path("submit", views.submit, name="submit"),
    path("status", views.status, name="submit_status"),
    path("authtest", views.authtest, name="authtest"),
    path("submitted/<str:submission_id>", pages.submitted, name="submitted"),
]
