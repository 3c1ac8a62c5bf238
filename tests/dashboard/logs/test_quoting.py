"""Lines of a log for a mail, and how far a boot came."""

from __future__ import annotations

import pytest

from dashboard.logs.quoting import line_range, quotation
from dashboard.logs.reading import log_of
from dashboard.logs.stages import stages
from results.status import Status
from tests.factories import create_test

BOOT = """[    0.000000] Linux version 6.17.0-old
[    9.000000] Run /sbin/init as init process
[    0.000000] Linux version 6.18.0 (x@y)
[    1.250000] VFS: Mounted root (ext4 filesystem)
[    2.500000] Run /sbin/init as init process
[    7.000000] systemd[1]: systemd 252 running in system mode
Debian GNU/Linux 12 board ttyS0

board login: root
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [("12", (12, 12)), ("L12-L20", (12, 20)), (" 20-12 ", (12, 20)), ("0", None), ("x", None), ("1-", None)],
)
def test_ranges(text, lines):
    assert line_range(text) == lines


def test_a_quotation_has_its_address_and_no_control_characters():
    log = log_of("one\n\x1b[31mtwo\x1b[0m\x07\n\nfour")
    text = quotation(log, 2, 9, about="x, log:", address="https://a/t/x/log#L2-L9")
    assert text == "x, log:\nhttps://a/t/x/log#L2-L9\n\n> two␇\n>\n> four\n"
    assert quotation(log, 50, 60, about="x", address="y") == "x\ny\n\n"


def test_a_long_quotation_says_that_it_is_cut():
    log = log_of("\n".join(f"line {number}" for number in range(1, 5001)))
    lines = quotation(log, 1990, 4000, about="x", address="y").splitlines()
    assert lines[3] == "> line 1990" and lines[-1] == "> [...]" and len(lines) == 3 + 400 + 1


def test_stages_are_those_of_the_last_boot():
    log = log_of(BOOT)
    found = [(stage.name, stage.line, stage.seconds) for stage in stages(log.data, log.index)]
    assert found == [
        ("kernel started", 3, 0.0), ("root mounted", 4, 1.25), ("init started", 5, 2.5),
        ("user space", 6, 7.0), ("login", 9, 7.0),
    ]  # fmt: skip
    assert stages(b"gcc main.c\n", log.index) == ()


@pytest.mark.django_db
def test_a_quotation_is_a_text_of_its_own(client):
    create_test("maestro:run", status=Status.FAIL, excerpt=BOOT)
    answer = client.get("/t/maestro:run/log?quote=3-4")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0].endswith("excerpt of the log:")
    assert lines[1].endswith("/t/maestro:run/log#L3-L4")
    assert lines[3:] == ["> [    0.000000] Linux version 6.18.0 (x@y)",
                         "> [    1.250000] VFS: Mounted root (ext4 filesystem)"]  # fmt: skip
    assert client.get("/t/maestro:run/log?quote=a").status_code == 400
    assert "init started" in client.get("/t/maestro:run/log").content.decode()
