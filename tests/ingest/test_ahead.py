"""Documents are read while others are written, one step ahead and no further."""

from __future__ import annotations

import sys
import threading

import pytest

from ingest.ahead import one_ahead


def test_everything_comes_in_order():
    before = sys.getswitchinterval()
    assert list(one_ahead(iter(range(100)))) == list(range(100))
    assert list(one_ahead(iter(()))) == []
    assert sys.getswitchinterval() == before


def test_one_item_ahead_and_no_more():
    made, more = [], threading.Event()

    def items():
        for number in range(5):
            made.append(number)
            if number:
                more.set()
            yield number

    reading = one_ahead(items())
    assert next(reading) == 0
    assert more.wait(5)
    assert made == [0, 1]
    assert list(reading) == [1, 2, 3, 4]


def test_items_are_made_in_another_thread():
    assert list(one_ahead(threading.get_ident() for _ in range(2))) != [threading.get_ident()] * 2


def test_an_error_comes_in_its_turn():
    def items():
        yield 1
        raise ValueError("broken")

    reading = one_ahead(items())
    assert next(reading) == 1
    with pytest.raises(ValueError, match="broken"):
        next(reading)


def test_who_stops_early_waits_for_nothing_more():
    made = []
    reading = one_ahead(made.append(number) or number for number in range(1000))
    assert next(reading) == 0
    reading.close()
    assert len(made) <= 2
