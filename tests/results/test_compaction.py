"""Loose indexes are found and written anew."""

from __future__ import annotations

import io
import uuid

import pytest
from django.core.management import call_command
from django.db import connection

from results import compaction
from results.compaction import compact


@pytest.fixture
def loose(monkeypatch):
    """An index whose pages are mostly empty."""
    monkeypatch.setattr(compaction, "LEAST_BYTES", 100_000)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO results_document (key, body)
            SELECT gen_random_uuid(), '' FROM generate_series(1, 20000)
            """
        )
        cursor.execute("DELETE FROM results_document WHERE id % 10 > 0")
        cursor.execute("ANALYZE results_document")
    return {"results_document_pkey", "results_document_key_key"}


@pytest.mark.django_db(transaction=True)
def test_loose_indexes_are_written_anew(loose):
    written = list(compact())
    assert {index.name for index in written} == loose
    assert all(index.after < index.before / 3 for index in written)
    assert list(compact()) == []


@pytest.mark.django_db(transaction=True)
def test_what_an_interrupted_run_left_is_dropped(loose):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO results_document (key, body) VALUES (%s, '')", [uuid.UUID(int=1)])
        cursor.execute("CREATE INDEX results_document_key_key_ccnew ON results_document (key)")
        cursor.execute(
            """
            UPDATE pg_index SET indisvalid = false
            WHERE indexrelid = 'results_document_key_key_ccnew'::regclass
            """
        )
    list(compact())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'results_document_key_key_ccnew'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_it_gave_back(loose):
    out = io.StringIO()
    call_command("compact", stdout=out)
    assert "results_document_key_key: 0." in out.getvalue()
    assert out.getvalue().endswith("MB given back.\n")
