"""Events as mails: a thread whose messages keep their names, and files that mail programs read."""

from __future__ import annotations

import mailbox
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.event_mail import event_thread, mail_address, mbox
from dashboard.event_report import report_text
from dashboard.mailto import mailto
from results.models import Event
from results.queries.event_detail import ChangeRow, EventDetail
from results.queries.events import EventRow
from results.queries.records import RevisionRef, TreeRef

SITE = "https://treewatch.example/"
TREE = TreeRef("mainline", "master", "https://git.example/linux.git")
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def detail():
    event = EventRow(
        id=1234, kind=Event.Kind.REGRESSION, subject=Event.Subject.TEST, state=Event.State.FIXED,
        triage=Event.Triage.NEW, title="ltp.futex_wait05", scope="", signature="From here on: TFAIL",
        tree=TREE, good=RevisionRef(TREE, "a" * 40, "", "v6.18-rc6-12"),
        bad=RevisionRef(TREE, "b" * 40, "", "v6.18-rc6-41"),
        fixed=RevisionRef(TREE, "c" * 40, "", "v6.18-rc6-50"), commits=2, rate=1.0, confidence=0.999,
        lab_specific=False, n_series=3, n_platforms=3, n_labs=1, impact=9, began=AT, opened=AT, changed=AT,
        issues=(),
    )  # fmt: skip
    changes = (
        ChangeRow(2, AT, "ann", "confirmed → fixed", "see\nFrom the list"),
        ChangeRow(1, AT, "", "opened as confirmed", ""),
    )
    return EventDetail(event, (), (), None, changes, "")


def test_the_thread_begins_with_the_report_and_its_follow_ups_answer_it(detail):
    first, second = event_thread(detail, SITE)
    assert first["Message-ID"] == "<r-1234.1@treewatch.example>"
    assert first["In-Reply-To"] is None
    assert f"Subject: {first['Subject']}" in report_text(detail, SITE).replace("\n ", " ")
    assert "#regzbot introduced: aaaaaaaaaaaa..bbbbbbbbbbbb" in first.get_content()
    assert second["Message-ID"] == "<r-1234.2@treewatch.example>"
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert "confirmed → fixed" in second.get_content()
    for message in (first, second):
        assert message["Auto-Submitted"] == "auto-generated"
        assert "treewatch.example" in message["List-Id"]
        assert message["Date"].datetime == AT


def test_patches_are_answered(detail):
    first, second = event_thread(replace(detail, cover="<20261124.1@kernel.example>"), SITE)
    assert first["In-Reply-To"] == "<20261124.1@kernel.example>"
    assert second["References"] == "<20261124.1@kernel.example> <r-1234.1@treewatch.example>"
    for hostile in ("no id", "<a@b>\nBcc: <x@y>", "@"):
        assert event_thread(replace(detail, cover=hostile), SITE)[0]["In-Reply-To"] is None


def test_a_title_with_a_line_end_adds_no_header(detail):
    hostile = replace(detail, event=replace(detail.event, title="a\r\nBcc: eve@evil.example"))
    message = event_thread(hostile, SITE)[0]
    assert message["Bcc"] is None
    assert "a Bcc: eve@evil.example fails" in message["Subject"]


def test_a_mail_program_reads_the_file(detail, tmp_path):
    file = tmp_path / "events.mbox"
    file.write_bytes(b"".join(mbox(event_thread(detail, SITE))))
    with closing(mailbox.mbox(file)) as read:
        names = [message["Message-ID"] for message in read]
    assert names == [
        "<r-1234.1@treewatch.example>",
        "<r-1234.2@treewatch.example>",
    ]


def test_a_long_mail_is_cut_and_says_where_the_rest_is():
    url = "https://treewatch.example/r/1"
    address = mailto("[regression] ü", "line ü\n" * 1000, url, "<r-1.1@treewatch.example>")
    query = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert query["subject"] == ["[regression] ü"]
    assert query["In-Reply-To"] == ["<r-1.1@treewatch.example>"]
    assert len(query["body"][0].encode()) <= 1800
    assert query["body"][0].endswith(f"line ü\n[…]\n{url}\n")


def test_a_mail_about_an_event_answers_its_thread(detail):
    query = parse_qs(urlsplit(mail_address(detail, SITE)).query, strict_parsing=True)
    assert query["In-Reply-To"] == ["<r-1234.1@treewatch.example>"]
    assert query["subject"][0].startswith("[regression] ltp.futex_wait05 fails since v6.18-rc6-41")
