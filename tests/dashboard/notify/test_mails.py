"""Mails of subscriptions: who gets which, once, in threads, and how they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dashboard.models import Delivery, Mailbox, SeenChange
from dashboard.notify.addresses import unsubscribe_url
from dashboard.notify.offering import LATE, offer_changes, offer_tests
from dashboard.notify.outbox import forget, tell
from results.models import Event, EventChange
from tests.dashboard.notify.conftest import person
from tests.events import broken, changed
from tests.factories import create_tree

pytestmark = pytest.mark.django_db
State = Event.State


def become(event, state, what):
    """Let an event change its state."""
    event.state = state
    event.save()
    return changed(event, what)


def test_a_regression_is_mailed_once_as_its_report(wants, round_of_work, mailoutbox):
    broken("old.event")
    one = wants("tree=mainline")
    event = broken()
    assert round_of_work() == 1
    assert [round_of_work() for _ in range(3)] == [0, 0, 0]
    (mail,) = mailoutbox
    assert mail.to == ["alice@example.org"]
    assert mail.subject.startswith("[regression] ltp.futex_wait05 fails since v6.18-rc6")
    assert "#regzbot introduced:" in mail.body
    assert f"http://127.0.0.1:8000/r/{event.pk}" in mail.body
    message = mail.message()
    assert message["Message-ID"] == f"<r-{event.pk}.1@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "127.0.0.1" in message["List-Id"]
    assert message["List-Unsubscribe"] == f"<{unsubscribe_url(one)}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "In-Reply-To" not in message
    assert max(len(line) for line in mail.body.split("-- \n")[0].splitlines() if "http" not in line) <= 72


def test_what_becomes_of_it_follows_in_the_thread(wants, round_of_work, mailoutbox):
    wants()
    event = broken()
    round_of_work()
    changed(event, "3 series, were 1")
    become(event, State.FIXED, "confirmed → fixed")
    become(event, State.CLOSED, "fixed → closed")
    assert round_of_work() == 3
    first, *others = [mail.message() for mail in mailoutbox]
    assert [message["Message-ID"] for message in others] == [
        f"<r-{event.pk}.{number}@127.0.0.1>" for number in (2, 3, 4)
    ]
    for message in others:
        assert message["In-Reply-To"] == message["References"] == first["Message-ID"]
        assert message["Subject"] == f"Re: {first['Subject']}"
    assert "confirmed → fixed" in mailoutbox[2].body


def test_suspicions_are_no_alarms_until_they_are_confirmed(wants, round_of_work, mailoutbox):
    wants()
    event = broken(state=State.SUSPECTED, changes=["opened as suspected"])
    assert round_of_work() == 0
    become(event, State.CONFIRMED, "suspected → confirmed")
    assert round_of_work() == 1
    assert "passes on" in mailoutbox[0].body


def test_a_thread_begins_with_the_newest_change(wants, round_of_work, mailoutbox):
    wants()
    broken(changes=["opened as suspected", "suspected → confirmed"])
    assert round_of_work() == 1
    assert mailoutbox[0].message()["Message-ID"].startswith("<r-")
    assert ".2@" in mailoutbox[0].message()["Message-ID"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 1),
        ("tree=mainline&platform=kevin&lab=lab-one&suite=ltp&path=ltp.*", 1),
        ("platform=rpi*", 0),
        ("lab=!lab-one", 0),
        ("state=fixed", 0),
        ("state=confirmed", 1),
        ("subject=boot", 0),
        ("q=futex", 1),
        ("order=newest", 1),
    ],
)
def test_filters_are_those_of_the_listing(wants, round_of_work, mailoutbox, query, count):
    wants(query)
    broken()
    round_of_work()
    assert len(mailoutbox) == count


def test_what_was_dismissed_is_not_told(wants, round_of_work):
    wants()
    broken(triage=Event.Triage.INVALID)
    assert round_of_work() == 0


def test_nobody_is_told_what_they_did_themselves(wants, alice, round_of_work, mailoutbox):
    wants()
    wants(user=person("bob"))
    event = broken()
    round_of_work()
    changed(event, "new → reported", who=alice, why="see the list")
    round_of_work()
    assert [mail.to for mail in mailoutbox[2:]] == [["bob@example.org"]]
    assert "see the list" in mailoutbox[-1].body


def test_nothing_goes_to_an_address_that_is_not_proven(wants, alice, round_of_work, mailoutbox):
    one = wants()
    Mailbox.objects.all().delete()
    broken()
    assert round_of_work() == 0
    Mailbox.objects.create(user=alice, address=alice.email)
    assert round_of_work() == 0
    assert mailoutbox == []
    assert one.deliveries.count() == 1


def test_more_mails_than_an_hour_may_have_come_as_one(wants, round_of_work, mailoutbox, settings):
    settings.MAILS_PER_HOUR = 3
    one = wants()
    for number in range(6):
        broken(f"ltp.test{number}", tree=create_tree(f"tree-{number}"))
    assert round_of_work() == 3
    assert mailoutbox[-1].subject == "[digest] mine: 4 events"
    assert all(f"ltp.test{number}" in mailoutbox[-1].body for number in range(2, 6))
    broken("ltp.later")
    assert round_of_work() == 0
    Delivery.objects.exclude(told_at=None).update(told_at=timezone.now() - timedelta(hours=2))
    Delivery.objects.exclude(due_at=None).update(due_at=timezone.now())
    assert tell() == 1
    assert one.deliveries.exclude(due_at=None).count() == 0


def test_a_digest_comes_once_a_day_at_its_hour(wants, mailoutbox, monkeypatch):
    now = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    one = wants(way="digest", hour=6)
    event = broken()
    become(event, State.FIXED, "confirmed → fixed")
    broken("ltp.other", tree=create_tree("next"))
    Event.objects.update(state=State.CONFIRMED)
    offer_changes()
    assert tell() == 0
    now += timedelta(minutes=31)
    assert tell() == 1
    assert tell() == 0
    (mail,) = mailoutbox
    assert mail.subject == "[digest] mine: 2 events"
    assert "ltp.futex_wait05" in mail.body and "ltp.other" in mail.body
    assert "/regressions" in mail.body
    assert mail.message()["List-Unsubscribe"]
    broken("ltp.third", tree=create_tree("stable"))
    offer_changes()
    assert one.deliveries.exclude(due_at=None).get().due_at == datetime(2026, 11, 25, 6, tzinfo=UTC)


def test_failing_tests_are_told_together_and_once(wants, mailoutbox):
    wants("platform=kevin", listing="tests")
    wants("platform=rpi", listing="tests")
    broken("ltp.one")
    broken("ltp.two")
    assert offer_tests() == 2
    assert offer_tests() == 0
    assert tell() == 1
    assert mailoutbox[0].subject == "[digest] mine: 2 failing tests"
    assert "FAIL ltp.one" in mailoutbox[0].body and "FAIL ltp.two" in mailoutbox[0].body


class Killed(BaseException):
    """Nothing catches it: what is left is what a killed worker leaves."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_loses_nothing_and_repeats_one_mail_at_most(
    wants, round_of_work, mailoutbox, monkeypatch, moment
):
    wants()
    events = [broken(f"ltp.test{number}", tree=create_tree(f"tree-{number}")) for number in range(3)]
    offer_changes()
    from django.core.mail import EmailMessage

    send = EmailMessage.send

    def dies(mail, *args):
        if len(mailoutbox) == 1:
            if moment == "after":
                send(mail)
            raise Killed
        return send(mail, *args)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(EmailMessage, "send", dies)
        tell()
    assert Delivery.objects.filter(due_at=None).count() == 1
    tell()
    names = [mail.message()["Message-ID"] for mail in mailoutbox]
    assert {f"<r-{event.pk}.1@127.0.0.1>" for event in events} == set(names)
    assert len(names) == (3 if moment == "before" else 4)


def test_a_change_that_is_committed_late_is_still_told(wants, round_of_work, mailoutbox):
    wants()
    late, early = broken(changes=[]), broken("ltp.other", tree=create_tree("next"), changes=[])
    reserved = changed(late, "opened as confirmed")
    number = reserved.pk
    reserved.delete()
    changed(early, "opened as confirmed")
    assert round_of_work() == 1
    EventChange.objects.create(pk=number, event=late, what="opened as confirmed", at=timezone.now())
    assert round_of_work() == 1
    assert round_of_work() == 0


def test_what_was_offered_long_ago_is_forgotten_but_not_offered_again(wants, round_of_work):
    wants()
    event = broken()
    for _ in range(5):
        changed(event, "1 series, were 2")
    round_of_work()
    SeenChange.objects.update(at=timezone.now() - 2 * LATE)
    assert offer_changes() == 0
    assert SeenChange.objects.count() == 1
    changed(event, "confirmed → fixed")
    assert offer_changes() == 1


def test_a_mail_server_that_is_away_only_delays(wants, round_of_work, mailoutbox, monkeypatch):
    one = wants()
    broken()

    def away(*args):
        raise ConnectionRefusedError(111, "Connection refused")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", away)
        for _ in range(20):
            round_of_work()
            Delivery.objects.update(due_at=timezone.now())
    one.refresh_from_db()
    assert one.stopped_at is None
    assert "Connection refused" in one.deliveries.get().problem
    assert round_of_work() == 1
    assert one.deliveries.get().problem == ""


def test_one_click_ends_a_subscription_and_a_look_does_not(wants, round_of_work, mailoutbox):
    one = wants()
    path = unsubscribe_url(one).removeprefix("http://127.0.0.1:8000")
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200
    one.refresh_from_db()
    assert one.stopped_at is None
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    one.refresh_from_db()
    assert one.stopped_at and one.stopped_why
    broken()
    assert round_of_work() == 0


@pytest.mark.parametrize("token", ["1-x", "x", "-", "99999999999999-x", "{id}-", "{id}-{feed}"])
def test_a_link_is_not_guessed(client, wants, token):
    from dashboard.notify.addresses import feed_url

    one = wants()
    feed = feed_url(one).rpartition("-")[2].removesuffix(".atom")
    assert client.post("/unsubscribe/" + token.format(id=one.id, feed=feed)).status_code == 404
    one.refresh_from_db()
    assert one.stopped_at is None


def test_old_records_are_deleted(wants, round_of_work):
    wants()
    broken()
    round_of_work()
    assert forget() == 0
    Delivery.objects.update(made_at=timezone.now() - timedelta(days=100))
    assert forget() == 1


def test_what_waits_is_in_the_metrics(client, wants):
    wants()
    assert "treewatch_messages_due 0" in client.get("/metrics").content.decode()
    broken()
    offer_changes()
    found = client.get("/metrics").content.decode()
    assert "treewatch_messages_due 1" in found and "treewatch_messages_due_age_seconds" in found


def test_a_closed_account_is_told_nothing(wants, alice, round_of_work):
    wants(way="feed")
    wants()
    broken()
    alice.is_active = False
    alice.save()
    assert round_of_work() == 0
    assert not Delivery.objects.exists()


def test_a_message_that_cannot_be_made_keeps_nobody_else_waiting(wants, mailoutbox, monkeypatch):
    from dashboard.notify import outbox

    poisoned, other = wants(), wants(user=person("bob"))
    broken()
    offer_changes()
    news_of = outbox.news_of

    def poison(batch):
        if batch[0].subscription_id == poisoned.pk:
            raise ValueError("poison")
        return news_of(batch)

    monkeypatch.setattr(outbox, "news_of", poison)
    assert tell() == 1
    assert [mail.to for mail in mailoutbox] == [["bob@example.org"]]
    left = poisoned.deliveries.get()
    assert left.problem and left.due_at > timezone.now()
    assert other.deliveries.get().told_at


def test_no_subscription_takes_more_than_its_turn(wants, mailoutbox, monkeypatch, settings):
    settings.MAILS_PER_HOUR = 1000
    monkeypatch.setattr("dashboard.notify.outbox.TURN", 2)
    wants()
    for number in range(4):
        broken(f"ltp.test{number}", tree=create_tree(f"tree-{number}"))
    offer_changes()
    assert [tell() for _ in range(3)] == [2, 2, 0]


def test_filters_that_take_too_long_stop_their_subscription_alone(
    wants, round_of_work, mailoutbox, monkeypatch
):
    from dashboard.notify import offering
    from results.errors import QueryTimeout

    slow, quick = wants("suite=ltp"), wants()
    matching = offering.matching_events

    def takes_long(which, events, **options):
        if which.about:
            raise QueryTimeout
        return matching(which, events, **options)

    monkeypatch.setattr(offering, "matching_events", takes_long)
    broken()
    assert round_of_work() == 1
    slow.refresh_from_db()
    quick.refresh_from_db()
    assert "too long" in slow.stopped_why
    assert quick.stopped_at is None


def test_no_subscription_is_always_the_last_to_be_looked_at(wants, monkeypatch):
    made = [wants("suite=ltp", listing="tests").pk for _ in range(20)]
    looked = []
    monkeypatch.setattr("dashboard.notify.offering._offer_tests", lambda one, now: looked.append(one.pk) or 0)
    offer_tests()
    assert sorted(looked) == made
    assert looked != made
