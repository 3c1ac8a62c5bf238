"""Events as mails: one message for each entry of an event's history, in one thread.

Who sends and who exports makes the same messages here: ``event_message`` for one entry,
``event_thread`` for all of them, ``mbox`` for a file.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from datetime import UTC
from email import policy
from email.message import EmailMessage
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from dashboard.event_report import paragraph, report_body, report_subject, table
from dashboard.event_rows import statement
from dashboard.mailto import mailto, one_line
from dashboard.paths import event_path
from results.models import Event
from results.queries.event_detail import ChangeRow, EventDetail

POLICY: Final = policy.default.clone(max_line_length=250)
"""Long enough that no Message-ID is folded: readers of mail do not unfold them."""

_MESSAGE_ID: Final = re.compile(r"<?([!-;=?-~]{1,100}@[!-;=?-~]{1,100}?)>?")
_ALARMS: Final = tuple(f"→ {state.label}" for state in (Event.State.CONFIRMED, Event.State.FLAKY))


def message_id(event: int, number: int, site: str) -> str:
    """Return the Message-ID of the entry with a number (from 1) in the history of an event."""
    return f"<r-{event}.{number}@{_host(site)}>"


def event_message(detail: EventDetail, change: ChangeRow, site: str) -> EmailMessage:
    """Return the mail that tells of a change, without a receiver: the whole report, or what became of it.

    ``site`` is the address of this site, with a slash at its end. The first entry begins the thread
    (as an answer to the patches that were tested, if that is what they were); the others follow it.
    """
    event, host = detail.event, _host(site)
    is_first = change.number == 1
    message = EmailMessage(POLICY)
    message["From"] = settings.DEFAULT_FROM_EMAIL
    message["Subject"] = one_line(("" if is_first else "Re: ") + report_subject(detail))
    message["Date"] = change.at.astimezone(UTC)
    message["Message-ID"] = message_id(event.id, change.number, site)
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"Treewatch events <events.{host}>"
    message["Archived-At"] = f"<{_url(detail, site)}>"
    cover = _MESSAGE_ID.fullmatch(detail.cover)
    parents = [f"<{cover[1]}>"] if cover else []
    if not is_first:
        parents.append(message_id(event.id, 1, site))
    if parents:
        message["In-Reply-To"] = parents[-1]
        message["References"] = " ".join(parents)
    is_whole = is_first or any(change.what.endswith(alarm) for alarm in _ALARMS)
    message.set_content(report_body(detail, site) if is_whole else _follow_up(detail, change, site))
    return message


def event_thread(detail: EventDetail, site: str) -> list[EmailMessage]:
    """Return the mails of an event, the first one first; see ``event_message``."""
    return [event_message(detail, change, site) for change in reversed(detail.changes)]


def mbox(messages: Iterable[EmailMessage]) -> Iterator[bytes]:
    """Yield mails in the format mboxrd."""
    for message in messages:
        sent = message["Date"].datetime.astimezone(UTC)
        body = re.sub(rb"^(>*From )", rb">\1", message.as_bytes(), flags=re.MULTILINE)
        yield f"From treewatch {time.asctime(sent.timetuple())}\n".encode() + body.rstrip(b"\n") + b"\n\n"


def mail_address(detail: EventDetail, site: str) -> str:
    """Return the mailto: address of the report; what is written there answers the thread."""
    first = message_id(detail.event.id, 1, site)
    return mailto(report_subject(detail), report_body(detail, site), _url(detail, site), first)


def _follow_up(detail: EventDetail, change: ChangeRow, site: str) -> str:
    event = detail.event
    facts = [("Change", one_line(change.what)), ("Why", one_line(change.why)), ("By", one_line(change.who))]
    parts = [table(facts), paragraph(statement(event)), table([("Details", _url(detail, site))])]
    return "\n\n".join(parts) + "\n"


def _url(detail: EventDetail, site: str) -> str:
    return site.rstrip("/") + event_path(detail.event.id)


def _host(site: str) -> str:
    return urlsplit(site).hostname or "localhost"
