"""Pages of products: numbers lead to their rows, and only owners and staff change anything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.paths import product_path
from results.errors import QueryTimeout
from results.judging import judge_tree
from results.models import Product, ProductChange
from results.products.store import create_product, delete_product
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

TEXT = """\
name Acme <Tab> 3
about Three boards
select
  tree mainline
  platform kevin rpi-4 imx8
  suite boot
select
  tree mainline
  platform kevin rpi-4
  lab lab-one
  suite ltp kselftest
gate boot >= 100 %
gate tests >= 50 %
gate tests newfail = 0
gate tests fail = 0
gate coverage >= 80 %
gate boot p50 +5 %
"""
BROKE = {"boot": "P" * 30, "ltp.fine": "P" * 30, "ltp.broke": "P" * 20 + "F" * 10, "kselftest.x": "P" * 30}


@pytest.fixture
def world():
    """A tree that one commit broke, tested on two boards, and a product about it."""
    tree = create_tree()
    for number in range(30):
        at = NOW - timedelta(hours=12 * (29 - number))
        revision = create_revision(f"{number:04x}".ljust(40, "0"), tree=tree, started=at)
        build = create_build(checkout=create_checkout(revision=revision, start_time=at), start_time=at)
        for path, letters in BROKE.items():
            for board in ("kevin", "rpi-4", "other"):
                status = Status.PASS if letters[number] == "P" else Status.FAIL
                create_test(build=build, path=path, platform=board, status=status, start_time=at, value=7.0)
    count()
    judge_tree(tree.id)
    return create_product("acme", TEXT, who=None)


def page(client, url, status=200):
    """Return a page."""
    response = client.get(url)
    assert response.status_code == status, url
    return BeautifulSoup(response.content, "html.parser")


def total(found):
    """Return how many rows a listing says it has."""
    said = found.select_one(".pager span").get_text().split(" of ")[-1]
    return int(re.search(r"[\d,]+", said)[0].replace(",", ""))


@pytest.fixture
def ann():
    return User.objects.create_user("ann", password="secret")


@pytest.fixture
def signed_in(ann):
    client = Client()
    client.force_login(ann)
    return client


def test_a_product_says_whether_it_may_ship(client, world):
    found = page(client, "/p/acme")
    assert found.h1.get_text(" ", strip=True) == "Acme <Tab> 3 F FAIL"
    rows = {
        row.th.get_text(strip=True): [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in found.select("table.product tbody tr")
    }
    assert rows["All gates"][0].startswith("F FAIL 2 of 6 gates fail")
    assert rows["boot >= 100 %"] == ["· PASS 100 % 0 of 2 fail"]
    assert rows["tests >= 50 %"] == ["· PASS 66.6 % 2 of 6 fail"]
    assert rows["tests newfail = 0"] == ["F FAIL 1"]
    assert rows["tests fail = 0"] == ["F FAIL 2 fail"]
    assert rows["coverage >= 80 %"] == ["· PASS 85.7 % 1 silent of 7 suites on devices"]
    assert rows["boot p50 +5 %"][0].startswith("· PASS +0.0 % 7 → 7")
    assert rows["kevin"] == ["R 1 new fail 3 ( 1 + 2 ) pass 1 fail"]
    assert rows["imx8"][0].endswith("no run lately")
    assert "other" not in rows


def test_every_number_leads_to_what_it_counts(client, world):
    found = page(client, "/p/acme")
    checked = 0
    for count_ in found.select("table.product .count"):
        number = int(re.match(r"\d+", count_.get_text(strip=True))[0])
        links = [link["href"] for link in count_.select("a[href]")]
        assert bool(links) == bool(number)
        assert sum(total(page(client, link)) for link in links) == number, links
        checked += bool(links)
    assert checked >= 8
    for link in found.select("table.product a.state, h2 small a"):
        number = int(re.search(r"\d+", link.get_text())[0])
        behind = page(client, link["href"])
        assert total(behind) == number == len(behind.select("[data-rows] > tr"))


def test_numbers_of_a_report_are_those_of_comparisons(client, world):
    found = page(client, f"/p/acme/report?from={'000a'.ljust(40, '0')}&to={'001d'.ljust(40, '0')}")
    assert found.select_one(".verdict").get_text().startswith("2 regressions, no fixes")
    checked = 0
    for cell in found.select(".matrix td.n"):
        links = [link["href"] for link in cell.select("a[href]")]
        number = int(re.match(r"\d+", cell.get_text(strip=True))[0])
        assert sum(total(page(client, link)) for link in links) == number
        checked += bool(links)
    assert checked
    assert "ltp.broke" in found.get_text()


def test_pages_ask_few_questions(client, world):
    addresses = ("/products", "/p/acme", "/p/acme/report", "/p/acme/coverage", "/p/acme/regressions")
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= 12, f"{address}: {len(asked)}"


def test_the_list_shows_how_products_stand(client, world):
    create_product("zoo", "name Zoo\nselect\ntree nowhere\n", who=None)
    found = page(client, "/products")
    rows = [row.get_text(" ", strip=True) for row in found.select("[data-rows] > tr")]
    assert rows[0].startswith("F FAIL Acme <Tab> 3")
    assert rows[1].startswith("NO DATA Zoo")
    assert len(page(client, "/products?q=zoo").select("[data-rows] > tr")) == 1
    assert "None of its branches" in page(client, "/p/zoo").get_text()
    assert "None of its branches" in page(client, "/p/zoo/report").get_text()
    assert page(client, "/p/zoo/coverage").select_one(".empty")


def test_products_are_listed_even_when_their_state_takes_too_long(client, world, monkeypatch):
    def too_long(asked):
        raise QueryTimeout

    monkeypatch.setattr("dashboard.views.products.product_states", too_long)
    assert "Acme <Tab> 3" in page(client, "/products").select_one("[data-rows]").get_text()
    page(client, "/p/acme")


def test_products_are_found_by_their_names(client, world):
    assert client.get("/search?q=acme")["Location"] == product_path("acme") == "/p/acme"
    assert page(client, "/search?q=Tab").select_one('main a[href="/p/acme"]')


def test_regressions_can_be_those_of_a_product(client, world):
    create_product("other", "name x\nselect\ntree mainline\nplatform nobody\n", who=None)
    create_product("boots", "name x\nselect\ntree mainline\nsuite boot\n", who=None)
    shown = {
        product: len(page(client, f"/regressions?product={product}").select("[data-rows] > tr"))
        for product in ("acme", "other", "boots", "nothing")
    }
    assert shown == {"acme": 1, "other": 0, "boots": 0, "nothing": 0}


def test_an_operator_can_make_somebody_else_the_owner(admin_client, world, ann):
    url = f"/admin/results/product/{world.pk}/change/"
    assert TEXT.split("\n")[1] in admin_client.get(url).content.decode()
    assert admin_client.post(url, {"owner": ann.pk, "text": "name z"}).status_code == 302
    world.refresh_from_db()
    assert (world.owner, world.text) == (ann, TEXT)


def test_a_page_at_one_revision(client, world):
    found = page(client, "/p/acme?commit=" + "000a".ljust(40, "0"))
    assert found.h1.get_text(" ", strip=True).endswith("PASS")
    assert page(client, "/p/acme?commit=ffff", 400)
    assert "no branch" in page(client, "/p/acme?tree=next", 400).get_text()
    page(client, "/p/nobody", 404)
    page(client, "/p/acme?colour=red", 400)


def test_text_and_json_twins(client, world):
    assert "All gates" in client.get("/p/acme.txt").content.decode()
    assert client.get("/p/acme.json").json()["verdict"] == "fail"
    assert "ltp.broke" in client.get("/p/acme/report.txt?from=000a&to=001d").content.decode()
    assert client.get("/products.json").json()["items"][0]["slug"] == "acme"


def test_anybody_may_try_and_nobody_unknown_may_save(world):
    client = Client(enforce_csrf_checks=True)
    form = page(client, "/products/new").select_one("form.edit")
    token = form.select_one("[name=csrfmiddlewaretoken]")["value"]
    assert client.post("/products/new", {"text": TEXT, "action": "check"}).status_code == 403
    sent = {"text": "name x\nselect\ncolour red", "action": "check", "csrfmiddlewaretoken": token}
    answer = client.post("/products/new", sent)
    said = BeautifulSoup(answer.content, "html.parser")
    assert "Line 3: colour is not understood" in said.select_one("[role=alert]").get_text(
        " ", strip=True
    ).replace(" :", ":")
    assert said.textarea.get_text().strip() == sent["text"]
    answer = client.post("/products/new", sent | {"text": TEXT, "action": "save"})
    assert "Sign in to save it" in answer.content.decode()
    assert client.post("/p/acme/edit", sent | {"text": TEXT + "#", "action": "save"}).status_code == 403
    assert client.post("/p/acme/edit", sent | {"action": "delete", "sure": "yes"}).status_code == 403
    assert Product.objects.get().text == TEXT


def test_those_who_are_signed_in_make_change_and_delete(signed_in, world):
    text = TEXT.replace("Acme <Tab> 3", "Ours")
    checked = signed_in.post("/products/new", {"text": text, "action": "check"})
    assert "mainline/master" in checked.content.decode()
    answer = signed_in.post(
        "/products/new", {"text": text.replace("\n", "\r\n"), "action": "save", "why": "try"}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/p/ours")
    assert Product.objects.get(slug="ours").text == text
    again = signed_in.post("/products/new", {"text": text, "action": "save"})
    assert "there is a product ours already" in again.content.decode()
    answer = signed_in.post("/p/ours/edit", {"text": text + "gate boot fail = 0\n", "action": "save"})
    assert answer.status_code == 303
    history = page(signed_in, "/p/ours/history")
    assert history.select_one("ins").get_text() == "+gate boot fail = 0"
    assert "by ann" in history.get_text()
    unsure = signed_in.post("/p/ours/edit", {"text": text, "action": "delete"})
    assert "Tick the box" in unsure.content.decode()
    assert (
        signed_in.post("/p/ours/edit", {"text": text, "action": "delete", "sure": "yes"}).status_code == 303
    )
    page(signed_in, "/p/ours", 404)
    assert "deleted" in page(signed_in, "/p/ours/history").get_text()
    assert signed_in.post("/p/ours/edit", {"action": "explode"}).status_code == 404


def test_what_belongs_to_others_stays_theirs(signed_in, world, ann):
    assert signed_in.post("/p/acme/edit", {"text": TEXT + "#", "action": "save"}).status_code == 403
    assert not page(signed_in, "/p/acme/edit").select("button[value=save]")
    assert signed_in.post("/p/acme/edit", {"action": "explode"}).status_code == 400
    ann.is_staff = True
    ann.save()
    assert signed_in.post("/p/acme/edit", {"text": TEXT + "#", "action": "save"}).status_code == 303
    delete_product("acme", who=None)
    page(signed_in, "/p/acme/edit", 404)


def test_a_long_history_is_cut_and_huge_definitions_are_not_compared(client, world, ann):
    product = Product.objects.get(slug="acme")
    texts = [TEXT + "".join(f"# {line % 7} {number}\n" for line in range(1200)) for number in range(2)]
    ProductChange.objects.bulk_create(
        ProductChange(product=product, what=ProductChange.What.CHANGED, text=texts[number % 2], who=ann)
        for number in range(120)
    )
    history = page(client, "/p/acme/history")
    assert len(history.select("h2")) == 100
    assert not history.select("ins")
    assert "too many" in history.get_text()
