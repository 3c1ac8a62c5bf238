"""Several workers at the same outbox, each with its own connection: everything is told once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection

from dashboard.models import Delivery
from dashboard.notify.offering import offer_changes
from dashboard.notify.outbox import tell, tell_next
from dashboard.notify.subscribing import Wish, subscribe
from tests.dashboard.notify.conftest import person
from tests.events import broken
from tests.factories import create_tree

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(work, times):
    def apart(_):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(apart, range(times)))


@pytest.fixture
def slow_mail(monkeypatch):
    """Make sending take a while, so that workers meet."""
    send = EmailMessage.send

    def slowly(message, *args):
        time.sleep(0.05)
        return send(message, *args)

    monkeypatch.setattr(EmailMessage, "send", slowly)


def test_workers_share_the_work(slow_mail):
    for name in ("alice", "bob"):
        subscribe(person(name).pk, Wish(name="mine", listing="regressions", way="mail"))
    for number in range(4):
        broken(f"ltp.test{number}", tree=create_tree(f"tree-{number}"))
    assert sum(in_threads(offer_changes, 4)) == 4
    assert Delivery.objects.count() == 8
    while Delivery.objects.exclude(due_at=None).exists():
        in_threads(tell, 3)
    told = [(message.to[0], message.message()["Message-ID"]) for message in mail.outbox]
    assert len(told) == len(set(told)) == 8


def test_who_finds_a_subscription_locked_leaves_it(slow_mail):
    one = subscribe(person("alice").pk, Wish(name="mine", listing="regressions", way="mail"))
    broken()
    offer_changes()
    assert sorted(in_threads(lambda: tell_next(one.pk), 2)) == [False, True]
    assert len(mail.outbox) == 1
