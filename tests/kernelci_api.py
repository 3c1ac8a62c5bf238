"""A KernelCI API for tests: the read endpoints, with the habits of the real one.

Lists come in another order each time; a missing node is ``null`` with status 200; results handed
in as a hierarchy give one event, of their root; an event carries the node as it is now, and none
when the node was purged. ``fail`` makes the next requests go wrong.

``python -m tests.kernelci_api nodes.json …`` serves the nodes of files on a port of its own.
"""

from __future__ import annotations

import json
import random
import re
import sys
import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

OPERATORS = {
    "lt": lambda value, wanted: value is not None and value < wanted,
    "lte": lambda value, wanted: value is not None and value <= wanted,
    "gt": lambda value, wanted: value is not None and value > wanted,
    "gte": lambda value, wanted: value is not None and value >= wanted,
    "ne": lambda value, wanted: value != wanted,
    "re": lambda value, wanted: isinstance(value, str) and re.search(str(wanted), value) is not None,
    "in": lambda value, wanted: value in str(wanted).split(","),
    "nin": lambda value, wanted: value not in str(wanted).split(","),
}
TIMES = {"created", "updated", "timeout", "holdoff"}
EVENT_FIELDS = {"kind", "state", "result", "op", "name", "group"}


class Refused(Exception):
    def __init__(self, status, detail):
        self.status, self.detail = status, detail


class KernelCIApi:
    """Holds nodes and events and serves them while it is entered as a context."""

    def __init__(self, seed=1):
        self.stored = {}
        self.happened = []
        self.asked = []
        self.faults = deque()
        self.clock = datetime(2026, 9, 2, 9, 0, tzinfo=UTC)
        self.order = random.Random(seed)
        self.largest_page = None

    # --- what a test does to it ---

    def put(self, node, *, op="updated", is_hierarchy=False):
        """Store a node and tell about it; return the event."""
        self.stored[node["id"]] = node
        return self._tell(node, op, is_hierarchy)

    def put_hierarchy(self, root, below):
        """Store a job's results: only the root makes an event."""
        self.stored |= {node["id"]: node for node in below}
        return self.put(root, is_hierarchy=True)

    def store(self, *nodes):
        """Store nodes without a word (what events have expired for, or never told)."""
        self.stored |= {node["id"]: node for node in nodes}

    def change(self, node, **fields):
        """Change a node without an event, as the bridge to KCIDB does; ``updated`` moves."""
        self.stored[node["id"]] |= fields | {"updated": self.tick()}

    def purge(self, *nodes):
        for node in nodes:
            del self.stored[node["id"]]

    def fail(self, pattern, what, times=1):
        """Make the next requests for matching targets give a status, or "null", "cut", "garbage"."""
        self.faults.append([re.compile(pattern), what, times])

    def tick(self, seconds=1.0):
        self.clock += timedelta(seconds=seconds)
        return self.clock.replace(tzinfo=None).isoformat(timespec="milliseconds")

    def _tell(self, node, op, is_hierarchy):
        number = len(self.happened)
        told = ("id", "kind", "name", "path", "group", "state", "result", "data")
        event = {
            "id": f"{0xE0000000 + number:024x}",
            "timestamp": self.tick(),
            "sequence_id": 8_412_000 + number,
            "channel": "node",
            "owner": "production",
            "data": {"op": op, "is_hierarchy": is_hierarchy} | {key: node.get(key) for key in told},
        }
        self.happened.append(event)
        return event

    # --- what a client asks of it ---

    def answer(self, path, query):
        path = re.sub(r"^/(latest|v0)", "", path)
        if match := re.fullmatch(r"/node/([^/]+)", path):
            return self._node(match[1])
        routes = {
            "/nodes": self._nodes,
            "/nodes/fast": self._fast,
            "/count": self._count,
            "/events": self._events,
        }
        if path not in routes:
            raise Refused(404, "Not Found")
        return routes[path](query)

    def _node(self, node_id):
        if not re.fullmatch("[0-9a-f]{24}", node_id):
            raise Refused(400, "Invalid node id")
        return self.stored.get(node_id)

    def _nodes(self, query):
        found = self._found(query)
        limit, offset = self._window(query, 50)
        return {
            "items": found[offset : offset + limit],
            "total": len(found),
            "limit": limit,
            "offset": offset,
        }

    def _fast(self, query):
        limit, offset = self._window(query, sys.maxsize)
        return self._found(query)[offset : offset + limit]

    def _count(self, query):
        return len(self._found(query))

    def _window(self, query, default):
        given = dict(query)
        limit = int(given.get("limit", default))
        return min(limit, self.largest_page or limit), int(given.get("offset", 0))

    def _found(self, query):
        tests = [_test(key, value) for key, value in query if key not in ("limit", "offset")]
        return self._shuffled([node for node in self.stored.values() if all(test(node) for test in tests)])

    def _shuffled(self, items):
        self.order.shuffle(items)
        return items

    def _events(self, query):
        given = dict(query)
        recursive = given.get("recursive") == "true"
        if recursive and not 0 < int(given.get("limit", 0)) <= 1000:
            raise Refused(400, "Recursive queries need a limit of at most 1000")
        events = [event for event in self.happened if _told_as(event, given)]
        limit, offset = self._window(query, sys.maxsize)
        page = self._shuffled(events)[offset : offset + limit]
        return [self._with_node(event) if recursive else event for event in page]

    def _with_node(self, event):
        node = self.stored.get(event["data"]["id"])
        return event | ({"node": node} if node else {})

    # --- the server ---

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/latest"

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.server.shutdown()
        self.server.server_close()

    def fault_for(self, target):
        for fault in self.faults:
            if fault[2] and fault[0].search(target):
                fault[2] -= 1
                return fault[1]
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement
    api: KernelCIApi

    def do_GET(self):
        self.api.asked.append(self.path)
        match self.api.fault_for(self.path):
            case None:
                self._answer()
            case int(status):
                self._send(status, {"detail": "made to fail"})
            case "null":
                self._send(200, None)
            case "garbage":
                self._send_bytes(200, b'[{"id": ')
            case "cut":
                self._send_bytes(200, b'[{"id": ', claim=1000)
                self.close_connection = True

    def _answer(self):
        parts = urlsplit(self.path)
        try:
            self._send(200, self.api.answer(parts.path, parse_qsl(parts.query)))
        except Refused as refusal:
            self._send(refusal.status, {"detail": refusal.detail})

    def _send(self, status, thing):
        self._send_bytes(status, json.dumps(thing).encode())

    def _send_bytes(self, status, body, claim=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(claim or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Say nothing on stderr."""


def _value(node, dotted):
    for key in dotted.split("."):
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _test(key, text):
    field, _, operator = key.partition("__")
    if operator and operator not in OPERATORS:
        raise Refused(400, f"Unknown operator {operator}")
    if operator and field == "parent":
        raise Refused(500, "Internal server error")
    if field == "id":
        return lambda node: False
    wanted = {"null": None, "true": True, "false": False}.get(text, text)
    if field in TIMES:
        wanted = _moment(text)
    elif operator and text.isdigit():
        wanted = int(text)
    return lambda node: _holds(node, field, operator, wanted)


def _holds(node, field, operator, wanted):
    value = _value(node, field)
    if field in TIMES:
        value = value and _moment(value)
    if operator:
        return OPERATORS[operator](value, wanted)
    return wanted in value if isinstance(value, list) else value == wanted


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(400, f"Invalid time {text}") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _told_as(event, given):
    if "from" in given and _moment(event["timestamp"]) <= _moment(given["from"]):
        return False
    return all(event["data"].get(field) == given[field] for field in EVENT_FIELDS & given.keys())


def main():
    api = KernelCIApi()
    for file in sys.argv[1:]:
        with open(file) as text:
            api.store(*json.load(text)["items"])
    with api:
        sys.stdout.write(f"{api.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
