"""One small world, made once: its timeline, its documents and what they say."""

from datetime import UTC, datetime
from types import SimpleNamespace

import orjson
import pytest

from ingest.demo.plan import Spec
from ingest.demo.timeline import Timeline
from ingest.demo.truth import truth_of

UNTIL = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPEC = Spec(tests=8000, days=20, seed=3, until=UNTIL)


@pytest.fixture(scope="session")
def world():
    timeline = Timeline(SPEC)
    documents = list(timeline.documents())
    contents = [orjson.loads(document.raw) for document in documents]
    found = {kind: [item for content in contents for item in content.get(kind, [])]
             for kind in ("checkouts", "builds", "tests", "issues", "incidents")}  # fmt: skip
    return SimpleNamespace(
        spec=SPEC,
        timeline=timeline,
        documents=documents,
        contents=contents,
        truth=truth_of(timeline),
        **found,
    )
