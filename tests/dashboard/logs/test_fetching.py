"""Logs are fetched from allowed hosts in the public network, bounded in time and size, and kept."""

from __future__ import annotations

import gzip
import os
import socket

import pytest

from dashboard.logs import hosts, store
from dashboard.logs.fetching import Connection
from dashboard.logs.hosts import Unavailable, addresses, is_public, place_of, web_place
from dashboard.logs.store import whole_log
from tests.dashboard.logs.conftest import CRASH

LISTED = ["files.example.org", "files.example.org:8443", "http://old.example.org"]


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        ("https://files.example.org/a b/é.gz?x=1&y=%20", "https://files.example.org/a%20b/%C3%A9.gz?x=1&y=%20"),
        ("http://files.example.org//ti/log", "https://files.example.org//ti/log"),
        ("https://FILES.example.org:8443", "https://files.example.org:8443/"),
        ("http://old.example.org/log#L3", "http://old.example.org/log"),
    ],
)  # fmt: skip
def test_allowed_places(url, fetched):
    assert place_of(url, LISTED).url == fetched


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example.org/log", "https://old.example.org/log", "https://files.example.org:22/log",
        "https://files.example.org.evil.example/", "https://files.example.org@evil.example/",
        "https://x:y@files.example.org/", "ftp://files.example.org/", "file:///etc/passwd",
        "javascript:alert(1)", "", "https://", "https://[files.example.org/", "https://files.example.org:99999/",
        "https://ﬁles.example.org/",
    ],
)  # fmt: skip
def test_places_that_are_refused(url):
    with pytest.raises(Unavailable):
        place_of(url, LISTED)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "ff02::1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1", "fec0::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_public_addresses(address):
    assert is_public(address)


def test_one_private_address_among_others_is_enough(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(hosts.socket, "getaddrinfo", lambda *args, **kwargs: found)
    place = place_of("https://files.example.org/", LISTED)
    with pytest.raises(Unavailable, match="private network"):
        addresses(place, may_be_private=False)


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(logs, settings, monkeypatch):
    origin = f"http://localhost:{logs.server_port}"
    settings.LOG_PRIVATE_HOSTS = [origin]
    asked, look_up = [], socket.getaddrinfo

    def answer(host, *args, **kwargs):
        asked.append(host)
        return look_up("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    whole_log(f"{origin}/plain")
    assert asked == ["localhost", "127.0.0.1"]


@pytest.mark.parametrize("path", ["/plain", "/packed", "/twice", "/moved"])
def test_a_log_arrives_whole(logs, path):
    assert bytes(whole_log(logs.url(path)).data) == CRASH.encode()


def test_odd_logs_arrive(logs):
    assert bytes(whole_log(logs.url("/members")).data) == b"first\nsecond\n"
    assert bytes(whole_log(logs.url("/latin-1")).data).decode() == "café €\nsecond\n"
    assert whole_log(logs.url("/empty")).index.lines == 0


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing", "answers 404"),
        ("/slow", "in 1 seconds"),
        ("/slow-headers", "in 1 seconds"),
        ("/endless", "more than 8 MiB"),
        ("/bomb", "more than 8 MiB"),
        ("/broken", "broken"),
        ("/cut", "stopped in the middle"),
        ("/round", "from address to address"),
        ("/inside", "does not fetch from http://127.0.0.2"),
        ("/listed-inside", "private network"),
    ],
)
def test_traps(logs, stopwatch, path, reason):
    with pytest.raises(Unavailable, match=reason):
        whole_log(logs.url(path))
    assert stopwatch() < 8
    assert "/plain" not in logs.asked


def test_a_dead_server_is_told_and_not_asked_again(logs, monkeypatch):
    url = logs.url("/plain")
    asked = []
    monkeypatch.setattr(socket, "create_connection", lambda *args: (asked.append(args), os.stat("/no/such")))
    for _ in range(2):
        with pytest.raises(Unavailable, match="did not deliver it"):
            whole_log(url)
    assert len(asked) == 1


def test_a_log_is_fetched_once(logs):
    for _ in range(3):
        assert whole_log(logs.url("/plain")).index.lines == 10
    assert logs.asked == ["/plain"]


def test_an_old_log_is_fetched_again(logs, monkeypatch):
    whole_log(logs.url("/plain"))
    monkeypatch.setattr(store, "KEPT_SECONDS", -1)
    whole_log(logs.url("/plain"))
    assert logs.asked == ["/plain"] * 2


def test_what_was_read_longest_ago_leaves_first(logs, settings):
    settings.LOG_CACHE_BYTES = 3 * 200_000
    for number in range(4):
        logs.logs[f"/{number}"] = b"0123456789\n" * 15_000
        whole_log(logs.url(f"/{number}"))
    kept = sorted(settings.LOG_CACHE_DIR.glob("*.log"))
    assert len(kept) == 3
    whole_log(logs.url("/3"))
    assert logs.asked == ["/0", "/1", "/2", "/3"]


def test_nothing_is_left_of_what_failed(logs, settings):
    with pytest.raises(Unavailable):
        whole_log(logs.url("/endless"))
    assert [path.suffix for path in settings.LOG_CACHE_DIR.iterdir()] == [".json"]


def test_a_packed_log_is_unpacked_in_pieces(logs):
    logs.logs["/big"] = gzip.compress(b"line\n" * 1_000_000)
    assert whole_log(logs.url("/big")).index.lines == 1_000_000


def test_a_host_of_many_addresses_gets_no_more_time(monkeypatch):
    many = [(0, 0, 0, "", (f"9.9.9.{number}", 443)) for number in range(1, 100)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: many)
    place = web_place("https://files.example.org/", "https")
    tried = []

    def slow(address, seconds):
        tried.append(seconds)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", slow)
    with pytest.raises(TimeoutError):
        Connection(place, addresses(place, may_be_private=False), 5.0).connect()
    assert len(tried) > 1
    assert sum(tried) <= 5.0
