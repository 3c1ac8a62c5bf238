"""The client gets everything that the API has, once, and bears with its moods."""

from __future__ import annotations

import pytest

from ingest.kernelci.client import Api, ApiError, Unavailable
from tests.ingest.kernelci.samples import Grove
from tests.kernelci_api import KernelCIApi


@pytest.fixture
def server():
    with KernelCIApi() as running:
        yield running


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def api(server, pauses):
    client = Api(server.url, timeout=5, tries=3, sleep=pauses.append)
    yield client
    client.close()


@pytest.fixture
def grove():
    return Grove()


def fill(grove, count):
    job = grove.node("job", "ltp-mm", grove.kbuild(grove.checkout()))
    return [grove.node("test", f"case{number}", job) for number in range(count)]


def test_a_missing_node_is_none(server, api, grove):
    checkout = grove.checkout()
    server.store(checkout)
    assert api.node(checkout["id"])["kind"] == "checkout"
    assert api.node("f" * 24) is None


def test_a_bad_request_is_an_error_at_once(api, pauses):
    with pytest.raises(ApiError) as refused:
        api.node("nonsense")
    assert refused.value.status == 400
    assert pauses == []


def test_every_node_comes_once_though_pages_have_no_order(server, api, grove):
    cases = fill(grove, 3300)
    server.store(*grove.nodes)
    ids = [node["id"] for node in api.nodes(kind="test")]
    assert len(ids) == len(set(ids)) == len(cases)


def test_pages_in_a_steady_order_are_read_once(server, api, grove):
    cases = fill(grove, 2500)
    server.store(*grove.nodes)
    server.order.shuffle = lambda items: None
    assert len(list(api.nodes(kind="test"))) == len(cases)
    assert len(server.asked) == 3


def test_a_server_with_smaller_pages_than_asked_for(server, api, grove):
    cases = fill(grove, 120)
    server.store(*grove.nodes)
    server.largest_page = 50
    server.order.shuffle = lambda items: None
    assert len(list(api.nodes(kind="test"))) == len(cases)


@pytest.mark.parametrize("mood", [500, 502, 503, 504, 429, "garbage", "cut", "null"])
def test_what_may_pass_is_tried_again(server, api, grove, pauses, mood):
    server.store(grove.checkout())
    server.fail("/nodes", mood, times=2)
    assert len(list(api.nodes(kind="checkout"))) == 1
    assert pauses == [1.0, 2.0]


def test_what_does_not_pass_is_unavailable(server, api):
    server.fail("/nodes", 503, times=3)
    with pytest.raises(Unavailable) as failed:
        list(api.nodes(kind="checkout"))
    assert failed.value.status == 503


def test_a_page_that_takes_the_server_too_long_is_asked_for_in_pieces(server, api, grove):
    cases = fill(grove, 400)
    server.store(*grove.nodes)
    server.order.shuffle = lambda items: None
    server.fail("limit=1000", 504, times=3)
    assert len(list(api.nodes(kind="test"))) == len(cases)
    assert any("limit=250" in target for target in server.asked)


def test_a_server_that_is_not_there_is_unavailable(pauses):
    with pytest.raises(Unavailable):
        Api("http://127.0.0.1:9/latest", tries=2, sleep=pauses.append).node("f" * 24)


@pytest.mark.parametrize("url", ["ftp://host/", "api.kernelci.org", "http://"])
def test_only_http_addresses(url):
    with pytest.raises(ApiError):
        Api(url)


def test_events_bring_the_node_as_it_is_now_and_none_when_it_was_purged(server, api, grove):
    checkout = grove.checkout(state="running", result=None)
    build = grove.kbuild(checkout)
    server.put(checkout)
    server.put(build)
    server.change(checkout, state="done")
    server.purge(build)
    first, second = sorted(api.events(), key=lambda event: event["sequence_id"])
    assert (first["data"]["state"], first["node"]["state"]) == ("running", "done")
    assert "node" not in second


def test_the_filters_that_other_clients_use(server, api, grove):
    """kci-dev asks for the builds and boots of a revision in this way."""
    build = grove.kbuild(grove.checkout())
    boot = grove.node("job", "baseline-arm64", build)
    grove.node("job", "ltp-mm", build, result="fail")
    server.store(*grove.nodes)
    revision = {
        "data.kernel_revision.branch": "master",
        "data.kernel_revision.commit": grove.revision()["commit"],
    }
    assert [node["id"] for node in api.nodes(name__re="^baseline", state="done", **revision)] == [boot["id"]]
    assert [node["id"] for node in api.nodes(kind="kbuild", state__ne="running", **revision)] == [build["id"]]
    assert {node["name"] for node in api.nodes(kind__in="job,test", result__nin="pass")} == {"ltp-mm"}
    assert len(list(api.nodes(path="kbuild-gcc-14-arm64", retry_counter__lt="1"))) == 3
    assert [node["kind"] for node in api.nodes(parent="null")] == ["checkout"]
    with pytest.raises(ApiError):
        list(api.nodes(created__gt="yesterday"))
