from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboard.listing import Address, chips, columns, facet_panels, pager, sentence
from results.queries.facets import Facet, Facets, FacetValue
from results.queries.records import StatusCounts
from results.selection import Selection


def query(url):
    return parse_qsl(urlsplit(url).query)


@pytest.fixture
def address():
    selection = Selection.parse({"status": ["fail", "error"], "lab": ["!a b", "none"], "suite": ["ltp*"]})
    return Address("/c/mainline/master/abc", selection, (("tab", "tests"),), "-start")


def test_an_address_says_everything_in_canonical_order(address):
    assert query(address.url(("after", "x"))) == [
        ("tab", "tests"),
        ("lab", "!a b"),
        ("lab", "none"),
        ("suite", "ltp*"),
        ("status", "fail"),
        ("status", "error"),
        ("sort", "-start"),
        ("after", "x"),
    ]


def test_each_chip_drops_itself_and_nothing_else(address):
    everything = query(address.url())
    for chip in chips(address):
        dropped = [item for item in everything if item not in query(chip.url)]
        assert len(dropped) == 1
    assert [chip.text for chip in chips(address)] == ["not a b", "none", "ltp*", "fail", "error"]


def test_the_sentence_of_a_title(address):
    assert sentence(address.selection) == "not a b or none, ltp*, fail or error"


def facet(*values):
    return Facets((Facet("lab", tuple(FacetValue(*value) for value in values), 3),), StatusCounts())


def test_a_facet_leads_to_what_it_counts_or_adds_it_or_takes_it_back():
    address = Address("/tests", Selection.parse({"lab": ["a"]}))
    (panel,) = facet_panels(facet(("a", "a", 5, True, False), ("b", "b", 2, False, False)), address)
    assert [query(link.url) for link in panel.links] == [[], [("lab", "b")]]
    assert [query(link.also) for link in panel.links] == [[], [("lab", "a"), ("lab", "b")]]
    assert (panel.title, panel.more) == ("Lab", 3)


def test_a_negated_value_is_taken_back():
    address = Address("/tests", Selection.parse({"lab": ["!a"]}))
    (panel,) = facet_panels(facet(("a", "a", 5, True, True)), address)
    assert [query(link.url) for link in panel.links] == [[]]


def test_a_facet_without_a_choice_is_left_out():
    assert facet_panels(facet(("a", "a", 5, False, False)), Address("/tests")) == ()


def test_a_column_sorts_and_turns_around():
    heads = (("status", "Status", ""), ("start", "Age", ""), ("build", "Build", ""))
    first = {column.name: column for column in columns(heads, ("status", "start"), Address("/t"))}
    assert first["status"].direction == "ascending"
    assert query(first["status"].url) == [("sort", "-status")]
    assert query(first["start"].url) == [("sort", "start")]
    assert first["build"].url == ""
    again = {
        column.name: column for column in columns(heads, ("status", "start"), Address("/t", sort="start"))
    }
    assert query(again["start"].url) == [("sort", "-start")]
    assert query(again["status"].url) == []


def test_sorting_and_filtering_begin_at_the_first_page(address):
    assert "after" not in dict(query(chips(address)[0].url))


def test_pager_leads_back_and_on(address):
    assert pager(address, after=None, following=None).first == ""
    middle = pager(address, after="x", following="y")
    assert "after" not in dict(query(middle.first))
    assert dict(query(middle.next))["after"] == "y"


def test_a_form_keeps_all_but_its_own_fields(address):
    assert ("lab", "none") in address.params_but("status")
    assert not [item for item in address.params_but("status") if item[0] == "status"]
