"""The parts of the stack, one by one."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from dashboard.stack import places
from dashboard.stack.addresses import broker_url, cache_url, run_folder, secret_key
from dashboard.stack.places import ServiceError
from dashboard.stack.processes import ChildDied, Children, Program
from dashboard.stack.services import AlreadyRunning, sole_owner


@pytest.mark.parametrize(
    ("url", "broker", "cache"),
    [
        ("unix:///run/r.sock", "redis+socket:///run/r.sock?virtual_host=0", "unix:///run/r.sock?db=1"),
        ("unix:///run/r.sock?db=4", "redis+socket:///run/r.sock?virtual_host=4", "unix:///run/r.sock?db=5"),
        ("redis://:secret@host:6379/2", "redis://:secret@host:6379/2", "redis://:secret@host:6379/3"),
        ("rediss://host", "rediss://host/0", "rediss://host/1"),
    ],
)
def test_redis_urls(url, broker, cache):
    assert (broker_url(url), cache_url(url)) == (broker, cache)


def test_another_scheme_is_refused():
    with pytest.raises(ImproperlyConfigured, match="not amqp://"):
        broker_url("amqp://host")


def test_the_secret_key_is_made_once_and_kept_private(tmp_path):
    state = tmp_path / "state"
    key = secret_key(state)
    assert len(key) >= 60
    assert secret_key(state) == key
    assert [path.name for path in state.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((state / "secret_key").stat().st_mode) == 0o600


def test_many_first_callers_agree_on_the_secret_key(tmp_path):
    keys = set()
    threads = [threading.Thread(target=lambda: keys.add(secret_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1


def test_one_owner_of_a_state_folder(tmp_path):
    refused = pytest.raises(AlreadyRunning, match=rf"^first \(process {os.getpid()}\)$")
    with sole_owner(tmp_path, "first"), refused, sole_owner(tmp_path, "second"):
        pass
    with sole_owner(tmp_path, "third"):
        pass


def test_a_run_folder_of_somebody_else_is_refused(tmp_path):
    folder = run_folder(tmp_path)
    folder.mkdir(mode=0o755)
    try:
        with pytest.raises(ServiceError, match="not a private folder of ours"):
            places.prepare(tmp_path)
    finally:
        folder.rmdir()


def test_a_link_in_place_of_the_run_folder_is_refused(tmp_path):
    folder = run_folder(tmp_path)
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(ServiceError, match="not a private folder of ours"):
            places.prepare(tmp_path)
    finally:
        folder.unlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs the services as somebody else")
def test_root_keeps_in_public_what_nobody_cannot_reach(tmp_path, monkeypatch):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (tmp_path / "public").mkdir()
    monkeypatch.setattr(places, "_PUBLIC", tmp_path / "public")
    monkeypatch.setattr(places, "_reachable", lambda path: False)
    found = places.prepare(private / "state")
    try:
        public = tmp_path / "public" / run_folder(private / "state").name
        assert found.data == public
        assert found.postgres.is_relative_to(public)
        assert (found.postgres / "postgres").stat().st_mode & 0o005 == 0o005
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    finally:
        found.run.rmdir()


def _python(name, code, **options):
    return Program(name=name, command=[sys.executable, "-c", code], **options)


def test_children_stop_in_reverse_order(tmp_path):
    said = tmp_path / "said"
    code = """if True:
        import signal, sys, time
        def stop(*_):
            open(sys.argv[1], "a").write(sys.argv[2])
            sys.exit()
        signal.signal(signal.SIGTERM, stop)
        open(sys.argv[1] + sys.argv[2], "w")
        while True: time.sleep(1)"""
    children = Children()
    for name in "abc":
        children.start(Program(name=name, command=[sys.executable, "-c", code, str(said), name]))
    while not all((tmp_path / f"said{name}").exists() for name in "abc"):
        time.sleep(0.02)
    children.check()
    children.stop()
    assert said.read_text() == "cba"


def test_a_dead_child_is_reported_with_the_end_of_its_log(tmp_path):
    children = Children()
    code = "import sys; print('\\n'.join(map(str, range(100)))); sys.exit(3)"
    child = children.start(_python("The thing", code, log=tmp_path / "log"))
    assert child.wait() == 3
    with pytest.raises(ChildDied, match=r"The thing ended with exit code 3\n  \| 85\n(.*\n)*  \| 99\n"):
        children.check()
    children.stop()


def test_a_child_that_ignores_the_signal_is_killed_with_its_children(tmp_path):
    code = """if True:
        import signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "60"])
        open(sys.argv[1], "w").write(str(child.pid)); open(sys.argv[1] + ".done", "w")
        time.sleep(60)"""
    children = Children()
    pid = tmp_path / "pid"
    child = children.start(
        Program(name="stubborn", command=[sys.executable, "-c", code, str(pid)], patience=0.2)
    )
    while not (tmp_path / "pid.done").exists():
        time.sleep(0.02)
    children.stop()
    assert child.exit_code() == 128 + signal.SIGKILL
    while _runs(int(pid.read_text())):
        time.sleep(0.02)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_a_child_never_starts_without_its_parent():
    """The guard compares its parent with the one that meant to start it."""
    from dashboard.stack import processes

    done = os.spawnvp(os.P_WAIT, "sh", ["sh", "-c", processes._GUARD, "1", "touch", "/nowhere"])
    assert done == 1
