"""The pages of subscriptions, their private feeds, and what nobody else may see."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from dashboard.models import Delivery, Mailbox, Subscription
from dashboard.notify.addresses import feed_url
from dashboard.notify.offering import offer_changes, offer_tests
from tests.dashboard.notify.conftest import person
from tests.events import broken, changed

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
FORM = {"name": "mine", "listing": "regressions", "query": "tree=mainline", "way": "mail", "hour": "6"}


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def text(response):
    return " ".join(soup(response).select_one("#main").get_text(" ").split())


def own_path(url):
    return url.removeprefix("http://127.0.0.1:8000")


def test_a_listing_leads_to_a_subscription_with_its_filters(client, alice):
    client.force_login(alice)
    link = soup(client.get("/regressions?suite=ltp&suite=boot&order=newest")).find("a", string="Subscribe")
    form = soup(client.get(link["href"])).select_one("form.form")
    assert form.select_one("[name=query]")["value"] == "suite=ltp&suite=boot&order=newest"
    answer = client.post(link["href"], {**FORM, "query": form.select_one("[name=query]")["value"]})
    one = Subscription.objects.get()
    assert answer["Location"] == f"/account/subscriptions/{one.pk}"
    assert one.query == "suite=ltp&suite=boot"
    page = client.get(answer["Location"])
    assert soup(page).find("a", string="the listing with these filters")["href"].endswith(one.query)
    assert "ltp or boot" in text(page)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"query": "colour=red"}, "no parameter colour"),
        ({"way": "webhook", "url": "https://192.168.0.1/"}, "private network"),
        ({"way": "fax"}, "not one of the available choices"),
        ({"hour": "25"}, "less than or equal to 23"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, alice, wrong, said):
    client.force_login(alice)
    answer = client.post("/account/subscriptions/new", {**FORM, **wrong})
    assert said in " ".join(each.get_text() for each in soup(answer).select(".errorlist"))
    assert not Subscription.objects.exists()


def test_a_subscription_is_tried_changed_stopped_resumed_and_deleted(client, alice, wants, mailoutbox):
    one = wants("tree=mainline")
    path = f"/account/subscriptions/{one.pk}"
    client.force_login(alice)

    def press(action):
        return client.post(path, {"action": action}, follow=True)

    assert "on its way to alice@example.org" in text(press("try"))
    (mail,) = mailoutbox
    assert mail.subject == "[test] mine"
    assert "Regressions: mainline" in mail.body.capitalize() or "regressions: mainline" in mail.body
    Mailbox.objects.all().delete()
    assert "Confirm your address first" in text(press("try"))
    assert len(mailoutbox) == 1
    client.post(path, {**FORM, "name": "other", "way": "digest", "hour": "22"})
    one.refresh_from_db()
    assert (one.name, one.way, one.hour) == ("other", "digest", 22)
    assert "Stopped by you." in text(press("stop"))
    assert "goes on" in text(press("resume"))
    old = one.secret
    press("renew")
    one.refresh_from_db()
    assert one.secret != old
    assert client.post(path, {"action": "explode"}).status_code == 400
    press("delete")
    assert not Subscription.objects.exists()


def test_a_webhook_is_tried(client, alice, wants, hook):
    one = wants(way="webhook", url=hook.url)
    client.force_login(alice)
    path = f"/account/subscriptions/{one.pk}"
    assert "took it" in text(client.post(path, {"action": "try"}, follow=True))
    assert hook.bodies[0]["kind"] == "test"
    hook.status = 500
    assert "answers 500" in text(client.post(path, {"action": "try"}, follow=True))


def test_trials_have_a_bound(client, alice, wants, mailoutbox):
    made = [wants(), wants()]
    client.force_login(alice)
    for number in range(24):
        client.post(f"/account/subscriptions/{made[number % 2].pk}", {"action": "try"})
    assert len(mailoutbox) == 10


def test_what_happened_while_it_was_stopped_is_not_told(client, alice, wants, round_of_work):
    one = wants()
    client.force_login(alice)
    path = f"/account/subscriptions/{one.pk}"
    client.post(path, {"action": "stop"})
    broken()
    round_of_work()
    client.post(path, {"action": "resume"})
    assert round_of_work() == 0


def test_subscriptions_of_others_do_not_exist(client, wants):
    one = wants()
    client.force_login(person("bob"))
    path = f"/account/subscriptions/{one.pk}"
    assert client.get(path).status_code == 404
    for action in ("try", "stop", "renew", "delete", "save"):
        assert client.post(path, {**FORM, "action": action}).status_code == 404
    one.refresh_from_db()
    assert one.stopped_at is None
    assert "mine" not in text(client.get("/account"))


@pytest.mark.parametrize("path", ["/account/subscriptions/new", "/account/subscriptions/1"])
def test_subscriptions_need_an_account_and_a_form_of_ours(client, alice, path):
    assert client.get(path).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(path, FORM).status_code == 403


def test_every_subscription_has_a_private_feed(client, wants, alice):
    one = wants("platform=kevin", way="feed")
    event = broken()
    changed(event, "confirmed → fixed")
    offer_changes()
    broken("ltp.later")
    offer_changes()
    answer = client.get(own_path(feed_url(one)))
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert "private" in answer["Cache-Control"] and answer["X-Robots-Tag"] == "noindex"
    assert "sessionid" not in answer.cookies
    feed = ElementTree.fromstring(answer.content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles[0].startswith("opened as confirmed: ltp.later")
    assert titles[1].startswith("confirmed → fixed: ltp.futex_wait05")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    one.secret = "another"
    one.save()
    assert client.get(own_path(feed_url(Subscription(id=one.id, secret="old")))).status_code == 404
    alice.is_active = False
    alice.save()
    assert client.get(own_path(feed_url(one))).status_code == 404


@pytest.mark.parametrize("token", ["1-x", "0-", "a", "1", "%00-x", "99999999999999999999-x"])
def test_feeds_are_not_guessed(client, wants, token):
    wants(way="feed")
    assert client.get(f"/feed/{token}.atom").status_code == 404


def test_pages_cost_as_much_with_many_deliveries(client, alice, wants, django_assert_max_num_queries):
    one = wants()
    Delivery.objects.bulk_create(
        Delivery(subscription=one, event=number, change=number) for number in range(1, 90)
    )
    client.force_login(alice)
    client.get("/help")
    with django_assert_max_num_queries(10):
        client.get(f"/account/subscriptions/{one.pk}")


def test_offering_costs_as_much_for_many_subscriptions(alice, wants, django_assert_max_num_queries):
    for _ in range(30):
        wants("tree=mainline")
    for number in range(5):
        broken(f"ltp.test{number}")
    with django_assert_max_num_queries(12):
        offer_changes()
    assert Delivery.objects.count() == 150


def test_threads_go_on_after_a_pause_and_end_with_other_filters(client, alice, wants, round_of_work):
    one = wants("platform=kevin")
    event = broken()
    assert round_of_work() == 1
    client.force_login(alice)
    path = f"/account/subscriptions/{one.pk}"
    client.post(path, {"action": "stop"})
    changed(event, "2 series, were 1")
    assert round_of_work() == 0
    client.post(path, {"action": "resume"})
    changed(event, "confirmed → fixed")
    assert round_of_work() == 1
    client.post(path, {**FORM, "query": "platform=rpi"})
    changed(event, "fixed → closed")
    assert round_of_work() == 0


def test_the_page_lists_what_was_told(client, alice, wants, round_of_work):
    events, tests = wants(), wants("platform=kevin", listing="tests")
    broken()
    Delivery.objects.create(subscription=events, event=1_000_000, change=1)
    offer_tests()
    round_of_work()
    client.force_login(alice)
    page = soup(client.get(f"/account/subscriptions/{events.pk}"))
    links = [link["href"] for link in page.select("[data-rows] th a")]
    assert [client.get(link).status_code for link in links] == [200]
    assert "(not known any more)" in page.select_one("[data-rows]").get_text()
    page = soup(client.get(f"/account/subscriptions/{tests.pk}"))
    (link,) = page.select("[data-rows] th a")
    assert link.get_text() == "ltp.futex_wait05"
    assert client.get(link["href"]).status_code == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/tree/mainline/master", "tree=mainline/master"),
        ("/device/kevin", "platform=kevin"),
        ("/lab/lab-one", "lab=lab-one"),
        ("/suite/ltp", "suite=ltp"),
    ],
)
def test_pages_of_things_lead_to_a_subscription_to_their_regressions(
    client, alice, round_of_work, mailoutbox, path, query
):
    broken("ltp.old")
    client.force_login(alice)
    link = soup(client.get(path)).find("a", string="Subscribe")
    form = soup(client.get(link["href"])).select_one("form.form")
    fields = {**FORM, "query": form.select_one("[name=query]")["value"]}
    client.post("/account/subscriptions/new", fields)
    assert Subscription.objects.get().query == query
    broken("ltp.new")
    round_of_work()
    assert len(mailoutbox) == 1
