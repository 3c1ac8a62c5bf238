"""Accounts: made, entered, proved and ended; attempts are counted, and nobody is told too much."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from dashboard.models import Follow, Mailbox, SavedView
from dashboard.people import attempts
from dashboard.people.mailbox import is_confirmed, send_proof
from tests.events import broken, changed

pytestmark = pytest.mark.django_db
PASSWORD = "a long and lovely word"


@pytest.fixture(autouse=True)
def nothing_was_tried():
    cache.clear()


@pytest.fixture
def alice():
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def text(response):
    return " ".join(soup(response).select_one("#main").get_text(" ").split())


def link_in(mail):
    return re.search(r"http://127.0.0.1:8000(/\S+)", mail.body)[1]


SIGN_UP = {"username": "alice", "email": "alice@example.org", "password": PASSWORD}


def test_signing_up_signs_in_and_asks_for_a_proof_of_the_address(client, mailoutbox):
    client.post("/follow", {"kind": "tree", "name": "mainline/master", "back": "/"})
    answer = client.post("/accounts/signup", {**SIGN_UP, "next": "/r/7"})
    assert (answer.status_code, answer["Location"]) == (303, "/r/7")
    alice = User.objects.get()
    assert not is_confirmed(alice)
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]
    assert "is confirmed" in text(Client().get(link_in(mailoutbox[0])))
    assert is_confirmed(alice)
    assert "mainline/master" in text(client.get("/account"))
    alice.email = "other@example.org"
    assert not is_confirmed(alice)


def test_a_proof_is_good_for_its_address_alone(client, alice, mailoutbox):
    send_proof(alice)
    User.objects.update(email="other@example.org")
    assert client.get(link_in(mailoutbox[0])).status_code == 404
    assert client.get("/accounts/confirm/forged").status_code == 404
    assert not Mailbox.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "alice@example"}, "too similar"),
        ({"email": ""}, "required"),
        ({"email": "nobody"}, "valid email"),
        ({"username": "ALICE"}, "taken"),
        ({"username": "a b"}, "valid username"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_beside_the_field(client, alice, change, said):
    answer = client.post("/accounts/signup", {**SIGN_UP, "username": "bob", **change})
    assert said in " ".join(each.get_text() for each in soup(answer).select(".errorlist"))
    assert User.objects.count() == 1


def test_signing_up_can_be_closed(client, settings):
    settings.SIGN_UP = False
    assert client.get("/accounts/signup").status_code == 403
    assert client.post("/accounts/signup", SIGN_UP).status_code == 403
    assert not User.objects.exists()


def test_nobody_is_led_to_another_site(client):
    assert (
        client.post("/accounts/signup", {**SIGN_UP, "next": "https://evil.example/"})["Location"]
        == "/account"
    )


def test_passwords_are_not_guessed(client, alice, settings):
    wrong = {"username": "alice", "password": "wrong"}
    for _ in range(attempts.SIGN_IN_TOGETHER.most):
        assert client.post("/accounts/login", wrong).status_code == 200
    answer = client.post("/accounts/login", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer["Retry-After"]
    # Whoever comes from elsewhere is not locked out by that.
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post("/accounts/login", {"username": "alice", "password": PASSWORD}).status_code == 302


def test_one_address_guesses_no_number_of_names(client, monkeypatch):
    monkeypatch.setattr(attempts, "SIGN_IN_FROM", attempts.Limit("sign-in-from", 3, 60))
    for number in range(3):
        client.post("/accounts/login", {"username": f"name{number}", "password": "wrong"})
    assert client.post("/accounts/login", {"username": "x", "password": "wrong"}).status_code == 429


def test_accounts_are_not_made_by_the_dozen(client):
    for number in range(attempts.SIGN_UP_FROM.most):
        client.post("/accounts/signup", {**SIGN_UP, "username": f"bot{number}"})
        client.cookies.clear()
    assert client.post("/accounts/signup", {**SIGN_UP, "username": "bot"}).status_code == 429


def test_without_redis_people_can_sign_in(client, alice, monkeypatch):
    from redis.exceptions import ConnectionError

    def gone(*args, **kwargs):
        raise ConnectionError

    for name in ("get", "add", "incr"):
        monkeypatch.setattr(f"django.core.cache.cache.{name}", gone, raising=False)
    assert client.post("/accounts/login", {"username": "alice", "password": PASSWORD}).status_code == 302


def test_a_forgotten_password_is_set_by_a_link(client, alice, mailoutbox):
    for address in ("alice@example.org", "nobody@example.org"):
        assert (
            client.post("/accounts/forgotten", {"email": address})["Location"] == "/accounts/forgotten/sent"
        )
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]
    form = client.get(link_in(mailoutbox[0]), follow=True)
    new = "quite another lovely word"
    client.post(form.request["PATH_INFO"], {"new_password1": new, "new_password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)
    assert "used already" in text(client.get(link_in(mailoutbox[0])))


def test_mails_to_one_address_have_a_bound(client, alice, mailoutbox):
    answers = [client.post("/accounts/forgotten", {"email": alice.email}) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert len(mailoutbox) == attempts.MAIL_TO.most


def test_a_password_is_changed_by_who_knows_it(client, alice):
    client.force_login(alice)
    new = "quite another lovely word"
    fields = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    assert client.post("/accounts/password", fields).status_code == 200
    assert client.post("/accounts/password", {**fields, "old_password": PASSWORD}).status_code == 302
    assert client.get("/account").status_code == 200


def test_another_address_has_to_be_proved_again(client, alice, mailoutbox):
    Mailbox.objects.create(user=alice, address=alice.email)
    client.force_login(alice)
    wrong = {"email": "new@example.org", "password": "wrong"}
    assert "not your password" in text(client.post("/account/address", wrong))
    assert User.objects.get().email == "alice@example.org"
    client.post("/account/address", wrong | {"password": PASSWORD})
    assert "not confirmed" in text(client.get("/account"))
    client.get(link_in(mailoutbox[0]))
    assert "not confirmed" not in text(client.get("/account"))


def test_an_account_is_deleted_with_all_that_is_its_own(client, alice):
    event = broken()
    changed(event, "new → reported", who=alice)
    Follow.objects.create(user=alice, kind="lab", name="lab-one")
    SavedView.objects.create(user=alice, name="mine", address="/tests")
    client.force_login(alice)
    assert "not your password" in text(client.post("/account/delete", {"password": "wrong"}))
    assert User.objects.exists()
    answer = client.post("/account/delete", {"password": PASSWORD}, follow=True)
    assert "deleted" in answer.content.decode()
    assert not User.objects.exists() and not Follow.objects.exists() and not SavedView.objects.exists()
    assert event.changes.filter(what="new → reported", who=None).exists()


@pytest.mark.parametrize(
    "path",
    ["/account", "/account/tokens", "/account/address", "/account/delete", "/accounts/password"],
)
def test_pages_of_an_account_need_one(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login?next=/account")


@pytest.mark.parametrize(
    "path",
    ["/accounts/login", "/accounts/signup", "/accounts/password", "/account/tokens", "/account/delete",
     "/account/views", "/account/address", "/accounts/logout", "/account/confirm"],
)  # fmt: skip
def test_forms_of_other_sites_are_refused(alice, path):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    answer = strict.post(path, {"password": PASSWORD, **SIGN_UP})
    assert answer.status_code == 403
    assert "Load its page again" in text(answer)
    assert User.objects.count() == 1


def test_the_header_says_who_reads(client, alice):
    header = soup(client.get("/help")).select_one(".top__end")
    assert header.select_one('[href="/accounts/login?next=/help"]')
    client.force_login(alice)
    assert soup(client.get("/help")).select_one('.top__end [href="/account"]').get_text() == "alice"


def test_readers_without_an_account_are_not_asked_for_in_the_database(client, django_assert_num_queries):
    client.get("/help")
    with django_assert_num_queries(0):
        answer = client.get("/help")
    assert "csrftoken" not in answer.cookies


def test_the_page_of_an_account_asks_as_much_for_many_things(client, alice, django_assert_max_num_queries):
    client.force_login(alice)
    for number in range(20):
        Follow.objects.create(user=alice, kind="lab", name=f"lab-{number}")
        SavedView.objects.create(user=alice, name=f"view {number}", address="/tests")
    with django_assert_max_num_queries(9):
        client.get("/account")


def test_one_account_sends_few_proofs_whatever_the_addresses(alice, mailoutbox):
    for number in range(30):
        alice.email = f"victim{number}@example.org"
        send_proof(alice)
    assert len(mailoutbox) == attempts.MAIL_OF.most


def test_wrong_passwords_count_on_the_way_to_the_admin_too(client, alice):
    wrong = {"username": "alice", "password": "wrong"}
    answers = [client.post("/admin/login/?next=/admin/", wrong).status_code for _ in range(12)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_staff_comes_to_the_admin(client):
    User.objects.create_superuser("root", "root@example.org", PASSWORD)
    assert client.get("/admin/", follow=True).status_code == 200
    sent = {"username": "root", "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", sent)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("9.9.9.9", "9.9.9.9"),
        ("2001:db8:1:2:a:b:c:d", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:9.9.9.9", "9.9.9.9"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_who_has_a_network_is_one(rf, told, key):
    assert attempts.address_of(rf.get("/", REMOTE_ADDR=told)) == key


def test_a_stolen_session_guesses_no_password(client, alice):
    client.force_login(alice)
    for _ in range(attempts.SIGN_IN_TOGETHER.most):
        client.post("/account/delete", {"password": "wrong"})
    assert "Too many" in text(client.post("/account/delete", {"password": PASSWORD}))
    assert User.objects.exists()
