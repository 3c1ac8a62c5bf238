"""Somebody with a proven address, and what they subscribe to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from dashboard.models import Mailbox
from dashboard.notify.offering import offer_changes
from dashboard.notify.outbox import tell
from dashboard.notify.subscribing import Wish, subscribe


@pytest.fixture(autouse=True)
def nothing_was_tried():
    cache.clear()


def person(name):
    """Make somebody whose address is known to be theirs."""
    user = User.objects.create_user(name, f"{name}@example.org", "pw")
    Mailbox.objects.create(user=user, address=user.email)
    return user


@pytest.fixture
def alice():
    return person("alice")


@pytest.fixture
def wants(alice):
    """A function that subscribes alice."""

    def subscribed(query="", way="mail", *, user=None, listing="regressions", **more):
        wish = Wish(name="mine", listing=listing, query=query, way=way, **more)
        return subscribe((user or alice).pk, wish)

    return subscribed


@pytest.fixture
def round_of_work():
    """A function that does what the worker does at a beat; returns how many messages went out."""

    def work():
        offer_changes()
        return tell()

    return work


class Hook:
    """A webhook that remembers what it was sent, and answers with ``status``."""

    def __init__(self):
        self.status, self.requests = 200, []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.requests.append((dict(self.headers), body))
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/hook?room=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def bodies(self):
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def hook(settings):
    made = Hook()
    settings.WEBHOOK_HTTP = True
    settings.WEBHOOK_PRIVATE_HOSTS = [made.host]
    yield made
    made.server.shutdown()
    made.server.server_close()
