"""A web server over the demo data, and kci-dev pointed at it."""

from __future__ import annotations

import pytest
from django.conf import settings as project
from pytest_django.live_server_helper import LiveServer

from tests.kci_dev import KciDev


@pytest.fixture(autouse=True)
def unlimited(settings):
    """All tests have one address; they are not counted."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000


@pytest.fixture(scope="session")
def demo_server(demo):
    """Serve the demo data; for tests that only read."""
    server = LiveServer("127.0.0.1:0")
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def kci_dev(demo_server, tmp_path_factory):
    """The unmodified kci-dev, reading from the demo server."""
    running = KciDev(project.BASE_DIR, tmp_path_factory.mktemp("kci-dev"), f"{demo_server}/api/")
    yield running
    running.close()
