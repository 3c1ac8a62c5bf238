"""Every URL of the site. One line per page; the views live in dashboard/views by noun."""

from __future__ import annotations

from django.urls import path, register_converter

from dashboard.converters import AnythingConverter
from dashboard.views import help, home, prefs, probes, trees

register_converter(AnythingConverter, "anything")

handler400 = "dashboard.views.errors.bad_request"
handler403 = "dashboard.views.errors.forbidden"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("trees", trees.trees, name="trees"),
    path("help", help.help_index, name="help"),
    path("help/keys", help.help_keys, name="help_keys"),
    path("prefs", prefs.prefs, name="prefs"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
]
