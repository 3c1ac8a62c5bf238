"""The databases of the benchmark: one that is kept between runs, and scratch copies of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from subprocess import run
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg.sql import SQL, Identifier, Literal

SEED = 1
DAYS_PER_MILLION = 9
"""So that a day, and with it a revision, is as large whatever the size of the database."""


def name_for(tests: int) -> str:
    """Return the name of the database with so many tests."""
    return f"treewatch_bench_{tests}"


def days_for(tests: int) -> int:
    """Return how many days the results span."""
    return max(1, round(DAYS_PER_MILLION * tests / 1_000_000))


def url() -> str:
    """Return the connected database as a DATABASE_URL, for other processes."""
    known = connection.settings_dict
    options = {name: value for name, value in known["OPTIONS"].items() if isinstance(value, str)}
    host, port = known["HOST"] or options.pop("host", ""), str(known["PORT"] or "")
    user, password = (quote(known[name] or "", safe="") for name in ("USER", "PASSWORD"))
    login = f"{user}:{password}" if password else user
    place = f"{login}@" if login else ""
    if host.startswith("/"):  # a socket's folder
        options |= {"host": host} | ({"port": port} if port else {})
    else:
        place += f"{host}:{port}" if port else host
    return f"postgres://{place}/{known['NAME']}?{urlencode(options)}"


def environment() -> dict[str, str]:
    """Return what other processes need to use the connected database."""
    return {"DATABASE_URL": url(), "REDIS_URL": settings.REDIS_URL}


def ask(query: str | SQL, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def connect(name: str) -> None:
    """Use another database of the same server from now on."""
    connections.close_all()
    connection.settings_dict["NAME"] = name


@contextmanager
def _administration() -> Iterator[None]:
    """Talk to the server, not to one of the databases in question."""
    before = connection.settings_dict["NAME"]
    connect("postgres")
    try:
        yield
    finally:
        connect(before)


def kept(tests: int) -> str:
    """Return the name of the database with so many tests; it is made when it is not there, or outdated."""
    name, mark = name_for(tests), _mark()
    with _administration():
        found = ask("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", name)
        if found == [(mark,)]:
            return name
        _run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)
        _run(SQL("CREATE DATABASE {}"), name)
    connect(name)
    call_command("migrate", interactive=False, verbosity=0)
    seed = ["seed_demo", "--tests", str(tests), "--days", str(days_for(tests)), "--seed", str(SEED)]
    run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *seed],
        check=True,
        env={**os.environ, **environment()},
    )
    ask("VACUUM (ANALYZE)")
    with _administration(), connection.cursor() as cursor:
        cursor.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(name), Literal(mark)))
    return name


@contextmanager
def scratch(name: str) -> Iterator[None]:
    """Work on a copy of a database, which is gone afterwards."""
    copy = f"{name}_scratch"
    with _administration():
        _run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), copy)
        with connection.cursor() as cursor:
            cursor.execute(
                SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    Identifier(copy), Identifier(name)
                )
            )
            cursor.execute("CHECKPOINT")
    connect(copy)
    try:
        yield
    finally:
        connect(name)
        with _administration():
            _run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), copy)


def _run(statement: SQL, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(Identifier(name)))


def _mark() -> str:
    """Return what a database must be marked with to be current: it depends on the migrations."""
    digest = blake2b(digest_size=8)
    for path in sorted(Path(settings.BASE_DIR).glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return f"complete, migrations {digest.hexdigest()}"
