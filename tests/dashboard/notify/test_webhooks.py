"""Webhooks: what is sent and signed, who is never called, and when it ends."""

from __future__ import annotations

import hmac
import json
import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.conf import settings
from django.utils import timezone

from dashboard.models import Delivery
from dashboard.notify.offering import offer_changes, offer_tests
from dashboard.notify.outbox import tell
from dashboard.notify.subscribing import BadSubscription, Wish, subscribe
from tests.events import broken, changed

pytestmark = pytest.mark.django_db


def due_now():
    Delivery.objects.exclude(due_at=None).update(due_at=timezone.now())


def test_a_change_is_posted_and_signed(wants, round_of_work, hook):
    one = wants(way="webhook", url=hook.url)
    event = broken()
    assert round_of_work() == 1
    changed(event, "confirmed → fixed")
    assert round_of_work() == 1
    assert round_of_work() == 0
    headers, body = hook.requests[0]
    expected = hmac.new(
        one.secret.encode(), headers["X-Treewatch-Timestamp"].encode() + b"." + body, sha256
    ).hexdigest()
    assert headers["X-Treewatch-Signature"] == f"sha256={expected}"
    assert headers["X-Treewatch-Delivery"] != hook.requests[1][0]["X-Treewatch-Delivery"]
    sent = json.loads(body)
    assert (sent["kind"], sent["regression"]["id"]) == ("regression", event.pk)
    assert sent["change"]["what"] == "opened as confirmed"
    assert sent["url"] == f"http://127.0.0.1:8000/r/{event.pk}"


def test_the_documented_verification_verifies(wants, round_of_work, hook):
    text = (settings.BASE_DIR / "docs" / "accounts.md").read_text()
    documented = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], documented)
    one = wants(way="webhook", url=hook.url)
    broken()
    round_of_work()
    (headers, body) = hook.requests[0]
    assert documented["is_genuine"](one.secret, headers, body)
    assert not documented["is_genuine"](one.secret, headers, body + b" ")
    assert not documented["is_genuine"]("other", headers, body)


def test_failing_tests_are_posted_together(wants, hook):
    wants("platform=kevin", "webhook", listing="tests", url=hook.url)
    broken("ltp.one")
    offer_tests()
    assert tell() == 1
    assert [test["path"] for test in hook.bodies[0]["tests"]] == ["ltp.one"]


def test_a_webhook_that_fails_is_tried_again_later_and_later_and_then_no_more(wants, hook, settings):
    settings.WEBHOOK_TRIES = 4
    one = wants(way="webhook", url=hook.url)
    broken()
    hook.status = 500
    offer_changes()
    waits = []
    for _ in range(4):
        assert tell() == 0
        waits.append(one.deliveries.get().due_at - timezone.now())
        assert tell() == 0
        due_now()
    one.refresh_from_db()
    assert len(hook.requests) == 4
    assert waits == sorted(waits) and waits[0] > timedelta(seconds=50)
    assert one.stopped_at
    assert one.stopped_why == "Stopped after 4 tries: 127.0.0.1 answers 500."
    assert {headers["X-Treewatch-Delivery"] for headers, _ in hook.requests} == {
        hook.requests[0][0]["X-Treewatch-Delivery"]
    }


def test_success_forgives_failures(wants, hook):
    one = wants(way="webhook", url=hook.url)
    broken()
    hook.status = 503
    offer_changes()
    tell()
    hook.status = 204
    due_now()
    assert tell() == 1
    one.refresh_from_db()
    assert (one.failures, one.stopped_at) == (0, None)


def test_a_webhook_that_is_gone_is_not_tried_again(wants, hook):
    one = wants(way="webhook", url=hook.url)
    broken()
    hook.status = 410
    offer_changes()
    tell()
    one.refresh_from_db()
    assert one.stopped_at


def test_no_redirect_is_followed(wants, hook):
    one = wants(way="webhook", url=hook.url)
    broken()
    hook.status = 302
    offer_changes()
    assert tell() == 0
    assert len(hook.requests) == 1
    assert one.deliveries.get().problem == "127.0.0.1 answers 302."


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "https://"),
        ("https://127.0.0.1/", "private"),
        ("https://localhost/", "private"),
        ("https://10.1.2.3/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[64:ff9b::7f00:1]/", "private"),
        ("https://2130706433/", "private"),
        ("https://0x7f.1/", "private"),
        ("https://user:pw@127.0.0.1/", "user name"),
        ("ftp://example.org/", "not one of the web"),
        ("file:///etc/passwd", "not one of the web"),
        ("javascript:alert(1)", "not one of the web"),
        ("https://", "not one of the web"),
        ("https://example.org:99999/", "not one of the web"),
        ("https://a\nb/", "no address"),
        ("", "not one of the web"),
    ],
)
def test_hostile_addresses_are_refused(alice, url, reason):
    with pytest.raises(BadSubscription, match=reason) as caught:
        subscribe(alice.pk, Wish(name="x", listing="regressions", way="webhook", url=url))
    assert caught.value.field == "url"


def test_a_name_that_leads_elsewhere_later_is_not_followed(wants, hook, settings):
    one = wants(way="webhook", url=hook.url)
    settings.WEBHOOK_PRIVATE_HOSTS = []
    broken()
    offer_changes()
    assert tell() == 0
    assert hook.requests == []
    assert "private network" in one.deliveries.get().problem
