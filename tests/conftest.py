"""What every test runs on: a PostgreSQL and a Redis of its own, made for this run and removed after it.

With DATABASE_URL or REDIS_URL set, those servers are used instead. Under xdist the controller starts
the services once; each worker has its own database and its own pair of Redis databases.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
DEMO_TESTS = 4000


def _set_environment():
    """Before anything of ours is imported: what it reads from the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    os.environ["STATIC_MANIFEST"] = "no"
    os.environ["LOG_HOSTS"] = ""  # no test asks a host of others
    if WORKER:
        number = 2 + 2 * int(WORKER.removeprefix("gw"))
        os.environ["REDIS_URL"] = f"{os.environ['TEST_REDIS_URL']}?db={number}"
        return
    state = Path(tempfile.mkdtemp(prefix="treewatch-tests-"))
    atexit.register(_remove, state)
    state.chmod(0o755)  # root runs PostgreSQL as nobody
    (state / "static").mkdir()
    os.environ["STATE_DIR"] = str(state)


def _remove(state):
    for folder in (state / "public", state / "run", state):
        shutil.rmtree(folder.resolve(), ignore_errors=True)


_set_environment()
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from dashboard.stack.processes import Children  # noqa: E402
from dashboard.stack.services import start_services  # noqa: E402

SERVICES = Children()


if not WORKER:
    os.environ["TEST_REDIS_URL"] = settings.REDIS_URL
    atexit.register(SERVICES.stop)  # before the folders are removed: last in, first out


def pytest_configure(config):
    """Start the services, once, unless nothing will be run."""
    if WORKER or config.option.collectonly or config.option.help:
        return
    start_services(
        SERVICES,
        settings.STATE_DIR,
        database=settings.EMBEDDED_DATABASE,
        redis=settings.EMBEDDED_REDIS,
        # A crash of this server loses nothing that anybody wants.
        options={"fsync": "off", "full_page_writes": "off", "shared_buffers": "256MB"},
    )


def pytest_collection_modifyitems(items):
    """Run what reads the demo data last: they stay in the database from the first such test on."""
    for item in items:
        if "demo" in item.fixturenames:
            item.add_marker(pytest.mark.django_db)
    items.sort(key=lambda item: "demo" in item.fixturenames)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """End the sessions that outlived their test: a server thread whose client kept its connection."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def demo(django_db_setup, django_db_blocker):
    """Generated data, committed, with their summaries; for tests that only read."""
    with django_db_blocker.unblock():
        call_command("seed_demo", tests=DEMO_TESTS, days=14, seed=1)
