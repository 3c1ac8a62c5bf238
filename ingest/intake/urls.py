"""Where results are sent to: looked up before all pages, because they come by the thousand."""

from __future__ import annotations

from django.urls import path

from ingest.intake import pages, views

urlpatterns = [
    path("submit", views.submit, name="submit"),
    path("authtest", views.authtest, name="authtest"),
    path("submitted/<str:submission_id>", pages.submitted, name="submitted"),
]
