"""``make soak``: kill -9 of everything, at random moments, while results stream in; then count.

A whole installation of its own (PostgreSQL, Redis, web server, worker, beat) in a temporary folder.
Two senders post documents until each is acknowledged, one drops files into a watched spool. In the
end every acknowledged test must be there once, and every count equal a recount from rows.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from http.client import HTTPConnection
from itertools import count as counter
from pathlib import Path
from threading import Lock, Thread

TESTS_PER_DOCUMENT = 40
PARTS = ("PostgreSQL", "Redis", "web", "worker", "beat")
SECRET = "a secret of the soak, longer than thirty-two bytes"


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def set_environment(state):
    """Before Django reads it: where everything of this installation lives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "STATE_DIR": str(state),
        "WATCHED_SPOOLS": str(state / "watched"),
        "PORT": str(port),
        "JWT_SECRET": SECRET,
        "STATIC_MANIFEST": "no",
        "LOG_LEVEL": "CRITICAL",
        "WEB_WORKERS": "1",
        "WORKER_PROCESSES": "2",
    }
    state.chmod(0o755)  # root runs the services as nobody
    for folder in ("watched", "static"):
        (state / folder).mkdir()


class Stack:
    """The parts of the installation, each of which can be killed and started again."""

    def __init__(self, state):
        self.state = state
        self.running = {}
        for part in PARTS[:2]:
            self.start(part)

    def start(self, part):
        from dashboard.stack import programs
        from dashboard.stack.places import ServiceError
        from dashboard.stack.processes import Children
        from dashboard.stack.services import start_services

        children = self.running[part] = Children()
        if part not in PARTS[:2]:
            children.start(replace(getattr(programs, part)(), log=self.state / "log" / f"{part}.log"))
            return
        while True:
            try:
                is_database = part == "PostgreSQL"
                start_services(children, self.state, database=is_database, redis=not is_database)
                return
            except ServiceError:  # what the killed one left behind is still ending
                children.stop()
                time.sleep(0.2)

    def kill(self, part):
        """SIGKILL, and nothing else."""
        children = self.running.pop(part)
        children.hurry()
        children.stop()

    def stop(self):
        for part in reversed(PARTS):
            if part in self.running:
                self.running.pop(part).stop()


class Stream:
    """Numbers of documents, handed out once, and which were acknowledged."""

    def __init__(self, documents):
        self.left = iter(range(documents))
        self.lock = Lock()
        self.acknowledged = set()
        self.sent = Counter()

    def numbers(self):
        while True:
            with self.lock:
                number = next(self.left, None)
            if number is None:
                return
            yield number

    def post(self, port):
        """Post documents until each is acknowledged."""
        from tests.ingest.intake.documents import document

        for number in self.numbers():
            body = document(number=number, tests=TESTS_PER_DOCUMENT)
            while not self._is_acknowledged(port, body):
                time.sleep(0.1)
            self.acknowledged.add(number)

    def _is_acknowledged(self, port, body):
        import jwt

        token = jwt.encode({"origin": "acme", "exp": int(time.time()) + 600}, SECRET, "HS256")
        client = HTTPConnection("127.0.0.1", port, timeout=10)
        self.sent["posts"] += 1
        try:
            client.request("POST", "/submit", body, {"Authorization": f"Bearer {token}"})
            response = client.getresponse()
            return response.status == 200 and response.read()
        except OSError:
            return False
        finally:
            client.close()

    def drop(self, folder):
        """Drop documents into a spool: written under another name, synced, renamed."""
        from tests.ingest.intake.documents import document

        for number in self.numbers():
            target = folder / f"submission-{number}.json"
            with open(f"{target}.temp", "wb") as file:
                file.write(document(number=number, tests=TESTS_PER_DOCUMENT))
                os.fsync(file.fileno())
            Path(f"{target}.temp").rename(target)
            self.acknowledged.add(number)
            self.sent["files"] += 1
            time.sleep(0.01)


def kill_all_the_time(stack, senders, chance, least):
    """Kill and restart parts until everything is sent and enough were killed; return how many of each."""
    killed = Counter()
    for number in counter(1):
        if number > least and not any(sender.is_alive() for sender in senders):
            return killed
        time.sleep(chance.uniform(0.1, 2.0))
        part = chance.choice(PARTS)
        stack.kill(part)
        time.sleep(chance.uniform(0, 0.5))
        stack.start(part)
        killed[part] += 1
        if number % 10 == 0:
            say(f"{number} kills …")
    raise AssertionError("never")


def wait_until_quiet(folders, patience=600):
    """Wait until nothing waits in a spool or for its summaries."""
    from results.models import Due

    deadline = time.monotonic() + patience
    while any(list(folder.glob("*.json")) for folder in folders) or Due.objects.exists():
        if time.monotonic() > deadline:
            raise AssertionError(f"something still waits after {patience} seconds")
        time.sleep(0.5)


def check(stream):
    """Compare what was acknowledged with what is there; return the figures of the database."""
    from results.models import Rejection, Submission, Test
    from tests.results.recounts import assert_counts_are_right

    wanted = {
        f"acme:test-{number}-{index}" for number in stream.acknowledged for index in range(TESTS_PER_DOCUMENT)
    }
    there = list(Test.objects.values_list("kcidb_id", flat=True))
    assert len(there) == len(set(there)), "a test is there twice"
    assert set(there) == wanted, f"{len(wanted - set(there))} acknowledged tests are missing"
    assert not Rejection.objects.exists(), "something was refused"
    assert_counts_are_right()
    return {"tests": len(there), "submissions": Submission.objects.count()}


def soak(state, *, tests, kills, seed):
    """Run it all and print the figures."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    stack = Stack(state)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        connections.close_all()
        for part in PARTS[2:]:
            stack.start(part)
        stream = Stream(tests // TESTS_PER_DOCUMENT)
        posts = [Thread(target=stream.post, args=(settings.PORT,), daemon=True) for _ in range(2)]
        senders = [*posts, Thread(target=stream.drop, args=(state / "watched",), daemon=True)]
        began = time.monotonic()
        for sender in senders:
            sender.start()
        killed = kill_all_the_time(stack, senders, random.Random(seed), kills)
        sent = time.monotonic()
        wait_until_quiet([state / "watched", Path(settings.SPOOL_DIR)])
        figures = check(stream)
        say(f"sent in {sent - began:.0f} s, quiet {time.monotonic() - sent:.0f} s later")
        say(f"{killed.total()} kills: " + ", ".join(f"{part} {killed[part]}" for part in PARTS))
        say(
            f"{stream.sent['posts']:,} posts and {stream.sent['files']:,} files sent, "
            f"{figures['submissions']:,} submissions loaded"
        )
        say(f"{figures['tests']:,} tests acknowledged, each there once; every count equals a recount")
    finally:
        connections.close_all()
        stack.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=60, help="at least; and until everything is sent")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    say(f"seed {options.seed}")
    state = Path(tempfile.mkdtemp(prefix="treewatch-soak-"))
    try:
        set_environment(state)
        soak(state, **vars(options))
    finally:
        for folder in (state / "public", state / "run", state):
            shutil.rmtree(folder.resolve(), ignore_errors=True)


if __name__ == "__main__":
    main()
