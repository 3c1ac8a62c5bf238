"""What is in a log, and how its lines are shown: pure functions on texts."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from dashboard.logs.ansi import Painter
from dashboard.logs.folding import kind_of, pieces
from dashboard.logs.index import CALL_TRACE, CHUNK_LINES, MOST_OF_A_KIND, chunk_of, index_of
from dashboard.logs.reading import LONGEST_LINE, Line, log_of
from tests.dashboard.logs.conftest import CRASH


def lines_of(*texts):
    return [Line(number, text) for number, text in enumerate(texts, 1)]


def paint(text):
    return Painter().html(text)


# --- What is in it -----------------------------------------------------------------------------------


def test_a_crash_is_found_with_its_place_and_its_trace():
    index = index_of(CRASH.encode())
    found = [(finding.line, finding.kind) for finding in index.findings]
    assert found == [(4, "oops"), (7, CALL_TRACE), (9, "panic")]
    assert index.cause == 4
    assert "tcp_mmap_receive" in index.findings[0].text
    assert (index.lines, index.errors, index.warnings) == (10, 2, 0)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("[ 1.0] BUG: KASAN: slab-use-after-free in foo+0x1/0x2", "sanitizer"),
        ("[ 1.0] kernel BUG at mm/slub.c:33!", "BUG"),
        ("[ 1.0] Internal error: Oops: 0000000096000004 [#1] SMP", "oops"),
        ("[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs", "panic"),
        ("[ 1.0] WARNING: CPU: 1 PID: 3 at kernel/x.c:3 foo+0x1/0x2", "WARNING"),
        ("[ 1.0] WARNING: possible circular locking dependency detected", "lockdep"),
        ("[ 1.0] INFO: task kworker/1:3 blocked for more than 122 seconds.", "stall"),
        ("[ 1.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "stall"),
        ("drivers/a/b.c:33:4: error: too few arguments to function 'f'", "build error"),
        ("make[2]: *** [scripts/Makefile.build:287: drivers/a/b.o] Error 1", "build error"),
        ("not ok 3 selftests: net: tcp_mmap", "test failure"),
        ("[   12.3] Call Trace:", CALL_TRACE),
    ],
)
def test_kinds_of_trouble(line, kind):
    index = index_of(f"quiet\n{line}\nquiet\n".encode())
    assert [(finding.line, finding.kind) for finding in index.findings] == [(2, kind)]


def test_warnings_are_counted():
    text = (
        "a.c:1: warning: unused\nWarning: odd\n[ 1.0] WARNING: CPU: 1 PID: 3 at a.c:3 f+0x1/0x2\nall well\n"
    )
    assert index_of(text.encode()).warnings == 3


def test_the_cause_is_the_crash_and_not_what_failed_before_it():
    index = index_of(b"not ok 1 first\n[ 1.0] Kernel panic - not syncing: x\n[ 2.0] BUG: bad page state\n")
    assert index.cause == 3


def test_all_are_counted_and_some_listed():
    index = index_of(b"not ok 1 again\n" * 300)
    assert index.counts == {"test failure": 300}
    assert len(index.findings) == MOST_OF_A_KIND


def test_trouble_is_found_across_blocks(monkeypatch):
    monkeypatch.setattr("dashboard.logs.index._BLOCK", 64)
    text = "".join(f"line {number}\n" if number % 7 else "[ 1.0] Call trace:\n" for number in range(1, 200))
    index = index_of(text.encode())
    assert [finding.line for finding in index.findings] == list(range(7, 200, 7))
    assert index.lines == 199


# --- Reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 1999, 2000, 2001, 4000, 4001])
@pytest.mark.parametrize("end", ["", "\n"])
def test_chunks_hold_every_line_once(count, end):
    log = log_of("\n".join(f"line {number}" for number in range(1, count + 1)) + (end if count else ""))
    chunks = [log.chunk(number) for number in range(len(log.index.starts) - 1)]
    lines = [line for chunk in chunks for line in chunk]
    assert [(line.number, line.text) for line in lines] == [(n, f"line {n}") for n in range(1, count + 1)]
    assert log.index.lines == count
    assert all(len(chunk) == CHUNK_LINES for chunk in chunks[:-1])


def test_a_line_that_is_not_there_leads_to_the_nearest_chunk():
    assert [chunk_of(line, 4001) for line in (0, 1, 2000, 2001, 4001, 99999)] == [0, 0, 0, 1, 2, 2]


def test_line_ends_of_a_serial_console():
    assert [line.text for line in log_of("one\r\r\ntwo\r\n").chunk(0)] == ["one", "two"]


def test_endless_lines_are_clipped():
    line = log_of("é" * 100_000 + "\nnext").chunk(0)[0]
    assert len(line.text) == LONGEST_LINE
    assert line.left_out == 2 * (100_000 - LONGEST_LINE)


def test_find_ignores_case_and_takes_signs_as_they_are():
    log = log_of("".join(f"[{number}] Loop DONE\n" for number in range(5000)))
    assert [line.number for line in log.find("[4711] loop").lines] == [4712]
    assert log.find("loop").total == 5000
    assert log.find("[0-9]+").lines == ()


def test_an_excerpt_is_found_again():
    log = log_of("\n".join(f"line {number}" for number in range(5000)))
    excerpt = "ine 4990\nline 4991\nline 4992\n\n"
    assert [log.line_of_excerpt(excerpt, number) for number in (1, 2, 3, 4, 9)] == [
        4991,
        4992,
        4993,
        None,
        None,
    ]
    assert log.line_of_excerpt("elsewhere", 1) is None


# --- Colours and controls ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain <b> & co", "plain &lt;b&gt; &amp; co"),
        ("\x1b[31mred\x1b[0m not", '<span class="t-red">red</span> not'),
        ("\x1b[1;32mok\x1b[22m!", '<span class="t-bold t-green">ok</span><span class="t-green">!</span>'),
        ("\x1b[41mground", '<span class="g-red">ground</span>'),
        ("\x1b[38;5;196mmixed", '<span class="t-red">mixed</span>'),
        ("\x1b[38;2;0;200;0mtrue", '<span class="t-green">true</span>'),
        ("\x1b[97mbright", '<span class="t-white">bright</span>'),
        ("\x1b[2K\x1b[1G\x1b[?25lmoved\x1b]0;title\x07", "moved"),
        ("\x1b[31m\x1b[mnothing", "nothing"),
        ("a\x00b\x07c\x1bd\x7f", "a␀b␇c␛d␡"),
        ("\x9b31m \u202eevil\u2028", "&lt;U+009B&gt;31m &lt;U+202E&gt;evil&lt;U+2028&gt;"),
        ("\x1b[31;\"onclick=x m<script>", "nclick=x m&lt;script&gt;"),
        ("\x1b[38;5m\x1b[38mx\x1b[48;2;1m", "x"),
        ("\x1b[" + "1;" * 200 + "1mx", '<span class="t-bold">x</span>'),
    ],
)  # fmt: skip
def test_colours_and_controls(text, html):
    assert paint(text) == html


def test_a_colour_lasts_over_the_end_of_a_line():
    painter = Painter()
    assert painter.html("\x1b[31mone") == painter.html("one") == '<span class="t-red">one</span>'


def test_no_line_escapes_from_the_html():
    nasty = "</span></pre><script>alert(1)</script>\x1b[31m<img src=x onerror=alert(1)>\x1b[0m&#60;"
    page = BeautifulSoup(paint(nasty), "html.parser")
    assert {tag.name for tag in page.find_all()} == {"span"}
    assert page.get_text() == nasty.replace("\x1b[31m", "").replace("\x1b[0m", "")


# --- Folding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("[   31.002113] usb 1-1: new device", "usb"),
        ("<6>[   31.002113][    T1] usb2-1: new", "usb"),
        ("2026-01-02T03:04:05.678Z usb x", "usb"),
        ("  CC      drivers/a/b.o", "CC"),
        ("# # ok 3 test", "ok"),
        ("\x1b[32mok\x1b[0m 1", "ok"),
        ("", ""),
        ("12 34", ""),
    ],
)
def test_kinds_of_lines(line, kind):
    assert kind_of(line) == kind


def test_long_runs_are_folded_and_short_ones_stand():
    texts = ["start", *(f"  CC  {n}.o" for n in range(40)), *(f"  LD {n}" for n in range(5)), "end"]
    found = [(len(piece.lines), piece.is_folded) for piece in pieces(lines_of(*texts), set())]
    assert found == [(4, False), (37, True), (6, False)]


def test_what_follows_trouble_stands():
    texts = [f"x{n}: 00ff" for n in range(100)]
    found = list(pieces(lines_of(*texts), {30}))
    begins = [(piece.lines[0].number, piece.is_folded) for piece in found]
    assert begins == [(1, False), (4, True), (30, False), (74, True)]
    assert sum(len(piece.lines) for piece in found) == 100
