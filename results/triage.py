"""What people decide about events and issues; every decision is kept with who made it and why."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from results.errors import NotFound
from results.keys import key_of
from results.models import Event, EventChange, Issue, IssueChange, IssueTriage

LONGEST_REASON = 2000


def decide(number: int, *, triage: Event.Triage, who: int, why: str) -> None:
    """Set the triage of an event, or only add a note when it has that already.

    ``who`` is the id of a user. Raises NotFound when there is no such event.
    """
    with transaction.atomic():
        event = Event.objects.select_for_update().filter(pk=number).first()
        if event is None:
            raise NotFound(f"event {number}")
        if event.triage == triage and not why:
            return
        what = f"{event.get_triage_display()} → {triage.label}" if event.triage != triage else "note"
        EventChange.objects.create(
            event=event, who_id=who, what=what, why=why[:LONGEST_REASON], at=timezone.now()
        )
        event.triage, event.changed = triage, timezone.now()
        event.save(update_fields=["triage", "changed"])


def decide_issue(kcidb_id: str, *, state: IssueTriage.State, who: int, why: str) -> None:
    """Set the state of an issue, of all its versions, or only add a note when it has that already.

    ``who`` is the id of a user. Raises NotFound when there is no such issue.
    """
    key = key_of(kcidb_id)
    if not Issue.objects.filter(key=key).exists():
        raise NotFound(f"issue {kcidb_id}")
    with transaction.atomic():
        IssueTriage.objects.get_or_create(key=key, defaults={"changed": timezone.now()})
        issue = IssueTriage.objects.select_for_update().get(key=key)
        if issue.state == state and not why:
            return
        what = f"{issue.get_state_display()} → {state.label}" if issue.state != state else "note"
        IssueChange.objects.create(
            issue=issue, who_id=who, what=what, why=why[:LONGEST_REASON], at=timezone.now()
        )
        issue.state, issue.changed = state, timezone.now()
        issue.save(update_fields=["state", "changed"])
