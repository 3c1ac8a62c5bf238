"""When dictionaries are made, and that loads use them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from ingest import dictionaries
from ingest.dictionaries import Dictionaries
from ingest.load import load_documents
from results import documents
from results.compression import PLAIN, SHORT
from results.models import Dictionary, Document, Excerpt, Test
from tests.ingest import kcidb

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def from_little(monkeypatch):
    monkeypatch.setattr(dictionaries, "LEAST", 2_000)
    with connection.cursor() as cursor:  # growth is seen by ids; undone with the test
        cursor.execute("ALTER TABLE results_excerpt ALTER id RESTART WITH 1")


def log(number):
    """A log that has much in common with others, and something of its own."""
    lines = [f"[ {n:4}.0] device {n}: registered as {n * n} by driver {n % 3}" for n in range(60)]
    return "\n".join([*lines, f"panic number {number}"])


def load(first, count, at=0, text=log):
    tests = [kcidb.run(number, log_excerpt=text(number)) for number in range(first, first + count)]
    return load_documents([kcidb.document(f"{first}.json", at=at, tests=tests)])


def sizes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT octet_length(body) FROM results_excerpt ORDER BY id")
        return [size for (size,) in cursor.fetchall()]


def test_a_dictionary_is_made_of_what_came_before_and_used():
    load(1, 20)
    assert not Dictionary.objects.filter(kind="excerpt").exists()
    load(21, 20, at=1)
    made = Dictionary.objects.get(kind="excerpt")
    assert b"panic number 7" in made.body
    assert max(sizes()[20:]) < min(sizes()[:20]) / 5
    assert set(Excerpt.objects.values_list("body", flat=True)) == set(map(log, range(1, 41)))


def test_every_test_comes_back_as_it_was():
    load(1, 20, text=lambda number: f"short {number}")
    load(21, 20, at=1)
    load(41, 20, at=2)
    related = ("build", "series__path", "document", "excerpt")
    items = {test.kcidb_id: documents.test_object(test) for test in Test.objects.select_related(*related)}
    assert items["o:t7"] == kcidb.run(7, log_excerpt="short 7")
    assert items["o:t55"] == kcidb.run(55, log_excerpt=log(55))


def test_it_is_made_anew_when_ten_times_as_much_is_stored(monkeypatch):
    monkeypatch.setattr(dictionaries, "RECENT", 1000)
    load(1, 20)
    load(21, 20, at=1)
    load(41, 20, at=2)
    assert Dictionary.objects.filter(kind="excerpt").count() == 1
    load(61, 250, at=3)
    load(311, 10, at=4)
    assert Dictionary.objects.filter(kind="excerpt").count() == 2


def test_it_is_made_anew_when_it_is_old(monkeypatch):
    monkeypatch.setattr(dictionaries, "RECENT", 30)
    load(1, 20)
    load(21, 20, at=1)
    load(41, 20, at=2)
    Dictionary.objects.update(created_at=kcidb.NOW - timedelta(days=400))
    load(61, 5, at=3)
    assert Dictionary.objects.filter(kind="excerpt").count() == 2


def test_two_loaders_make_one():
    load(1, 20)
    newest = Excerpt.objects.order_by("-id")[0].id
    first, second = Dictionaries("excerpt"), Dictionaries("excerpt")
    assert first.packer(newest).number == second.packer(newest).number
    assert Dictionary.objects.filter(kind="excerpt").count() == 1


def test_documents_of_checkouts_stay_readable_by_sql():
    checkouts = [kcidb.checkout(number, git_commit_name="v6.18", comment="x" * 500) for number in range(40)]
    load_documents([kcidb.document("a.json", checkouts=checkouts[:20])])
    load_documents([kcidb.document("b.json", at=1, checkouts=checkouts[20:])])
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT substr(body, 1, 2), substr(body, 3, 11) FROM results_document")
        assert cursor.fetchall() == [(PLAIN.to_bytes(2), b'{"comment":')]
    assert Document.objects.count() == 40


def test_long_excerpts_are_stored_once_short_ones_once_per_batch():
    texts = {"short": "s" * SHORT, "long": "l" * (SHORT + 1)}
    for at in range(2):
        tests = [
            kcidb.run(4 * at + 2 * number + (name == "long"), log_excerpt=text)
            for number in range(2)
            for name, text in texts.items()
        ]
        load_documents([kcidb.document(f"{at}.json", at=at, tests=tests)])
    assert sorted(body[0] for body in Excerpt.objects.values_list("body", flat=True)) == ["l", "s", "s"]
    assert Excerpt.objects.filter(key=None).count() == 2
