"""Every URL of the site. One line per page; the views live in dashboard/views by noun."""

from __future__ import annotations

from django.urls import path

from dashboard.views import probes

urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
]
