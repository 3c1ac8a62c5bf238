"""A database with KCIDB's tables, made for a test in the server of the test database."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

STATUS = "CREATE TYPE status AS ENUM ('FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP')"
PREFIX = "CREATE TYPE unit_prefix AS ENUM ('metric', 'binary')"
HEAD = "_timestamp timestamptz DEFAULT CURRENT_TIMESTAMP, id text, origin text NOT NULL"
RUN = """
    start_time timestamptz, duration float8, log_url text, log_excerpt varchar(16384), input_files jsonb,
    output_files jsonb, status status, comment text, misc jsonb
"""
TABLES = {
    "checkouts": """
        tree_name text, git_repository_url text, git_commit_hash text, git_commit_name text,
        git_repository_branch text, patchset_files jsonb, patchset_hash text, message_id text, comment text,
        start_time timestamptz, log_url text, log_excerpt varchar(16384), valid boolean, misc jsonb,
        git_commit_tags text[], git_commit_message text, git_repository_branch_tip boolean,
        origin_builds_finish_time timestamptz, origin_tests_finish_time timestamptz, PRIMARY KEY (id)""",
    "builds": f"""
        checkout_id text NOT NULL, architecture text, command text, compiler text, config_name text,
        config_url text, {RUN}, PRIMARY KEY (id)""",
    "tests": f"""
        build_id text NOT NULL, path text, environment_comment text, environment_misc jsonb,
        environment_compatible text[], number_value float8, number_unit text, number_prefix unit_prefix,
        {RUN}, PRIMARY KEY (id)""",
    "issues": """
        version integer, report_url text, report_subject text, culprit_code boolean, culprit_tool boolean,
        culprit_harness boolean, comment text, misc jsonb, categories text[], PRIMARY KEY (id, version)""",
    "incidents": """
        issue_id text NOT NULL, issue_version integer NOT NULL, build_id text, test_id text, present boolean,
        comment text, misc jsonb, PRIMARY KEY (id)""",
}


@contextmanager
def kcidb_database():
    """Give a connection to an empty KCIDB database, and its DSN."""
    params = {
        name: connection.get_connection_params().get(name) for name in ("host", "port", "user", "password")
    }
    params = {name: value for name, value in params.items() if value}
    name = connection.settings_dict["NAME"] + "_kcidb"
    drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
    with psycopg.connect(make_conninfo(dbname="postgres", **params), autocommit=True) as server:
        server.execute(drop)
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        dsn = make_conninfo(dbname=name, **params)
        try:
            with psycopg.connect(dsn, autocommit=True) as database:
                for statement in (STATUS, PREFIX):
                    database.execute(statement)
                for table, columns in TABLES.items():
                    database.execute(f"CREATE TABLE {table} ({HEAD}, {columns})")
                yield database, dsn
        finally:
            server.execute(drop)
