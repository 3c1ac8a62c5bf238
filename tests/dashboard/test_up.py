"""`manage.py up` as a user meets it: a copy of the checkout, signals, and what is left afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

from dashboard.stack.addresses import run_folder

CODE = ("manage.py", "dashboard", "ingest", "results", "static", "templates")
DEEP = "a path with spaces/" + "deep/" * 30
PATIENCE = 60  # seconds; a start takes four when nothing else runs


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the code in a deep folder that `nobody` may enter, when we are root."""
    top = tmp_path_factory.mktemp("checkout")
    folder = top / DEEP
    for name in CODE:
        source = settings.BASE_DIR / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    yield folder
    for place in (folder / "var" / "run", folder / "var" / "public"):
        shutil.rmtree(place.resolve(), ignore_errors=True)


class Up:
    """A running `manage.py up`."""

    def __init__(self, checkout, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        unset = ("STATE_DIR", "DATABASE_URL", "REDIS_URL", "STATIC_MANIFEST")
        clean = {name: value for name, value in os.environ.items() if name not in unset}
        self.log = checkout / "up.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=checkout,
                env=clean | {"PORT": str(self.port), "DEMO_TESTS": "0"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def output(self):
        return self.log.read_text()

    def wait_until_ready(self):
        wait_for(lambda: "Treewatch is at" in self.output() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output()
        wait_for(lambda: "celery@" in self.output())
        return self

    def children(self):
        """Process ids of the supervisor's own children."""
        return children_of(self.process.pid)

    def family(self):
        """Process ids of the supervisor's children and of theirs."""
        found = self.children()
        return found + [grandchild for child in found for grandchild in children_of(child)]


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def running(family):
    """Those of a family that still run; a killed one may wait for init to take note of it."""

    def state(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "gone"

    return [pid for pid in family if state(pid) not in ("Z", "X", "gone")]


@pytest.fixture
def up(checkout):
    started = []

    def start(**environment):
        started.append(Up(checkout, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_starts_answers_and_stops_in_order(up, checkout, signum):
    one = up().wait_until_ready()
    with urlopen(f"http://127.0.0.1:{one.port}/readyz") as answer:
        assert answer.read() == b'{"database": true, "redis": true}'
    family = one.family()
    assert len(os.fsencode(run_folder(checkout / "var") / ".s.PGSQL.5432.lock")) < 100

    one.process.send_signal(signum)
    assert one.process.wait(PATIENCE) == 0
    assert one.output().rstrip().endswith("Stopped.")
    assert running(family) == []


def test_a_second_one_is_refused(up):
    up().wait_until_ready()
    second = up()
    assert second.process.wait(PATIENCE) == 1
    assert "Already running here: make run (process" in second.output()


def test_nothing_survives_sigkill_and_the_next_start_repairs(up):
    one = up().wait_until_ready()
    family = one.family()
    assert len(family) > 10
    one.process.kill()
    one.process.wait()
    after = up(PORT=str(one.port)).wait_until_ready()
    wait_for(lambda: not running(family))
    after.process.terminate()
    assert after.process.wait(PATIENCE) == 0


def test_a_child_that_dies_stops_all_with_a_message(up):
    one = up().wait_until_ready()
    family = one.family()
    worker = next(pid for pid in one.children() if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    assert one.process.wait(PATIENCE) == 1
    assert "The worker was killed by SIGKILL" in one.output()
    assert running(family) == []


def test_a_taken_port_is_told_before_anything_starts(up):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        one = up(PORT=str(other.getsockname()[1]))
        assert one.process.wait(PATIENCE) == 1
    assert "Address already in use. PORT=8001 chooses another port." in one.output()


def test_with_services_starts_them_for_one_command(checkout, up):
    asked = ["-c", "from results.models import Tree; print(Tree.objects.count()); raise SystemExit(7)"]
    command = [
        sys.executable,
        "manage.py",
        "with_services",
        "--",
        sys.executable,
        "manage.py",
        "shell",
        *asked,
    ]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    alone = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    assert (alone.returncode, alone.stdout.strip()[-1:]) == (7, "0"), alone.stderr

    up().wait_until_ready()
    beside = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    assert (beside.returncode, beside.stdout.strip()[-1:]) == (7, "0"), beside.stderr
