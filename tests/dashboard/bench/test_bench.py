"""The command, on a database of next to nothing."""

import os
import sys
from subprocess import run

import pytest
from django.conf import settings
from django.db import connection

from dashboard.bench.database import environment, name_for

TESTS = 900
WORDS = (
    "Disk",
    "everything",
    "biggest revision: tests",
    "peak of a web worker",
    "first request: home",
    "ingest, 2 processes",
    "submission → counts",
    "Small pages while",
    "documents of one job",
    "documents of 200 tests",
)


@pytest.mark.django_db(transaction=True)
def test_it_measures_everything_and_keeps_its_database():
    options = ["--tests", str(TESTS), "--fresh", "200", "--requests", "1"]
    command = [sys.executable, "manage.py", "bench", *options]
    variables = {**os.environ, **environment(), "STATE_DIR": str(settings.STATE_DIR)}
    try:
        done = run(command, cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        for words in WORDS:
            assert words in done.stdout
        assert "(status" not in done.stdout
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [name_for(TESTS)])
            assert cursor.fetchall() == [(name_for(TESTS),)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name_for(TESTS)} WITH (FORCE)")
