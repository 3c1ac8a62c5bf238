"""Headers that every answer carries."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from dashboard.middleware import security_headers, with_charts

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CHARTS = (
    "default-src 'none'; script-src 'self'; style-src 'self' "
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_policy_and_friends(client):
    headers = client.get("/healthz").headers
    assert headers["Content-Security-Policy"] == STRICT
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_charts_get_what_they_need_and_no_more():
    view = with_charts(lambda request: HttpResponse("chart"))
    answer = security_headers(view)(RequestFactory().get("/"))
    assert answer["Content-Security-Policy"] == CHARTS


@pytest.mark.django_db
def test_server_timing_counts_statements(client):
    timing = client.get("/readyz").headers["Server-Timing"]
    assert re.fullmatch(r'total;dur=\d+\.\d, sql;dur=\d+\.\d;desc="1"', timing), timing


def test_slow_requests_are_logged(client, monkeypatch, caplog):
    monkeypatch.setattr("dashboard.middleware.SLOW_REQUEST_MS", -1)
    client.get("/healthz")
    assert "slow request /healthz" in caplog.text


def test_slow_requests_are_logged_without_what_opens_something(client, caplog, monkeypatch, db):
    monkeypatch.setattr("dashboard.middleware.SLOW_REQUEST_MS", -1)
    client.get("/feed/1-geheim.atom")
    client.get("/x%0aforged")
    said = [record.getMessage() for record in caplog.records if record.name == "dashboard.middleware"]
    assert said == ["slow request /feed/<str:token>.atom", "slow request /x%0Aforged"]


@pytest.mark.django_db
def test_a_host_that_is_none_of_ours_is_refused_with_a_page(client):
    response = client.get("/trees?tree=x", headers={"host": "evil.example"})
    assert response.status_code == 400
    page = response.content.decode()
    assert "treewatch" in page
    assert "evil.example" not in page
