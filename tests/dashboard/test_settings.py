"""Settings from the environment: production is clean, wrong combinations are named."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.checks import run_checks
from django.core.management import call_command
from gunicorn.config import Config

from dashboard.checks import database_is_postgresql, database_is_recent
from dashboard.logging import JSONFormatter
from dashboard.server_log import ServerLogger

PRODUCTION = {
    "SECRET_KEY": "a key of more than fifty characters with $ome d1fferent 0nes in it",
    "DATABASE_URL": "postgres://treewatch:secret@database/treewatch",
    "REDIS_URL": "redis://redis:6379",
    "ALLOWED_HOSTS": "treewatch.example.org",
    "HTTPS": "yes",
    "TRUST_PROXY": "yes",
    "LOG_FORMAT": "json",
    "EMAIL_URL": "smtp+tls://treewatch:secret@mail.example.org:587",
}


def _deploy_check(environment):
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    clean = {name: os.environ[name] for name in ("PATH", "STATE_DIR")}
    return subprocess.run(
        command, cwd=project.BASE_DIR, env=clean | environment, capture_output=True, text=True
    )


def test_production_settings_are_clean():
    done = _deploy_check(PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"DATABASE_URL": ""}, "treewatch.W001"),
        ({"ALLOWED_HOSTS": "localhost"}, "treewatch.W002"),
        ({"TRUST_PROXY": "no"}, "treewatch.W003"),
        ({"EMAIL_URL": ""}, "treewatch.W004"),
        ({"HTTPS": "no"}, "security.W004"),
        ({"DEBUG": "yes"}, "security.W018"),
    ],
)
def test_what_is_wrong_for_production_is_named(changed, found):
    done = _deploy_check(PRODUCTION | changed)
    assert done.returncode == 1
    assert found in done.stderr


def test_defaults_are_clean_for_one_machine():
    assert run_checks() == []


def test_only_postgresql(monkeypatch):
    monkeypatch.setitem(project.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert [found.id for found in database_is_postgresql()] == ["treewatch.E001"]


@pytest.mark.django_db
def test_not_an_old_postgresql(monkeypatch):
    assert database_is_recent(databases=["default"]) == []
    monkeypatch.setattr("dashboard.checks.OLDEST_POSTGRESQL", 990000)
    assert [found.id for found in database_is_recent(databases=["default"])] == ["treewatch.E002"]
    assert database_is_recent(databases=None) == []


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_json_log_lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter())
    logger = logging.getLogger("some.part")
    logger.addHandler(handler)
    try:
        raise KeyError("a\nb")
    except KeyError:
        logger.exception("%s happened", "it", extra={"rows": 3})
    finally:
        logger.removeHandler(handler)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"], line["rows"]) == (
        "ERROR",
        "some.part",
        "it happened",
        3,
    )
    assert line["traceback"].endswith("KeyError: 'a\\nb'")
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_web_server_logs_in_the_same_form(settings, form):
    settings.LOG_FORMAT = form
    logger = ServerLogger(Config())
    try:
        ours = [handler for handler in logger.error_log.handlers if getattr(handler, "_gunicorn", False)]
        assert [isinstance(handler.formatter, JSONFormatter) for handler in ours] == [form == "json"]
    finally:
        logger.error_log.handlers.clear()
