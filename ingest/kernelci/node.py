"""A node of the KernelCI API, reduced to what Treewatch keeps, and the forest nodes form."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

TESTLIKE: Final = frozenset({"job", "test", "process"})
BUILD_PARENTS: Final = frozenset({"kbuild", "checkout"})

_DATA_KEYS: Final = frozenset(
    [
        "arch",
        "compatible",
        "compiler",
        "config_full",
        "device",
        "error_code",
        "error_msg",
        "job_context",
        "job_id",
        "kernel_type",
        "misc",
        "platform",
        "runtime",
        "test_revision",
        "test_source",
    ]
)
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DEEPEST: Final = 32


class MalformedNode(ValueError):
    """A node without the fields that place it in a tree."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``data`` holds the keys that are mapped, without nulls; times are UTC."""

    id: str
    kind: str
    name: str
    path: tuple[str, ...]
    group: str
    parent: str
    state: str
    result: str
    created: datetime | None
    updated: datetime | None
    tree_id: str
    submitter: str
    retry_counter: int
    retried_by: str
    artifacts: Mapping[str, str]
    data: Mapping[str, Any]

    @property
    def is_custom(self) -> bool:
        """Whether a person ordered this run, rather than the pipeline."""
        return self.submitter not in ("", "service:pipeline")


def parse_node(raw: object) -> Node:
    """Return the node in an answer of the API; MalformedNode when it has no id, kind or path."""
    if not isinstance(raw, dict):
        raise MalformedNode(f"a node is an object, not {type(raw).__name__}")
    path = raw.get("path")
    if not (isinstance(path, list) and path and all(isinstance(part, str) for part in path)):
        raise MalformedNode(f"node {raw.get('id')!r:.80} has no path")
    node_id, kind = _text(raw, "id"), _text(raw, "kind")
    if not _ID.fullmatch(node_id) or not kind:
        raise MalformedNode(f"node {raw.get('id')!r:.80} has no usable id or no kind")
    return Node(
        id=node_id,
        kind=kind,
        name=_text(raw, "name") or path[-1],
        path=tuple(sys.intern(part) for part in path),
        group=_text(raw, "group"),
        parent=_text(raw, "parent"),
        state=_text(raw, "state"),
        result=_text(raw, "result"),
        created=parse_time(raw.get("created")),
        updated=parse_time(raw.get("updated")),
        tree_id=_text(raw, "treeid"),
        submitter=_text(raw, "submitter"),
        retry_counter=_count(raw.get("retry_counter")),
        retried_by=_text(_dict(raw, "debug"), "retry_by"),
        artifacts={name: url for name, url in _dict(raw, "artifacts").items() if isinstance(url, str)},
        data=_data(kind, _dict(raw, "data")),
    )


def parse_time(text: object) -> datetime | None:
    """Return a time of the API (naive means UTC) as an aware one, None when it is not a time."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return sys.intern(value) if isinstance(value, str) else ""


def _dict(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _data(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Tests come by the ten thousand, each with a copy of its revision: only parents keep theirs."""
    keys = _DATA_KEYS | {"kernel_revision"} if kind in BUILD_PARENTS else _DATA_KEYS
    return {
        key: sys.intern(value) if isinstance(value, str) else value
        for key, value in data.items()
        if key in keys and value not in (None, {})
    }


class Forest:
    """Nodes by id, with the way up (ancestors) and down (who has children)."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._nodes: dict[str, Node] = {}
        self._parents: set[str] = set()
        for node in nodes:
            self.add(node)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def get(self, node_id: str) -> Node | None:
        """Return the node of this id, None when it is not here."""
        return self._nodes.get(node_id)

    def add(self, node: Node) -> None:
        """Keep a node; of two states of one node, the later updated one stays."""
        known = self._nodes.get(node.id)
        if known is None or known.updated is None or (node.updated and node.updated >= known.updated):
            self._nodes[node.id] = node
        if node.parent:
            self._parents.add(node.parent)

    def is_parent(self, node: Node) -> bool:
        """Whether any node here names this one as its parent."""
        return node.id in self._parents

    def note_parent(self, node: Node) -> None:
        """Record that a node has children which are not here."""
        self._parents.add(node.id)

    def lineage(self, node: Node) -> Iterator[Node]:
        """Yield the node and its ancestors, nearest first, as far as they are here."""
        current: Node | None = node
        for _ in range(_DEEPEST):
            if current is None:
                return
            yield current
            current = self._nodes.get(current.parent)

    def inherited(self, node: Node, key: str) -> Any:
        """Return the node's own value of a data key, or its nearest ancestor's; None when no one has it."""
        return next((value for up in self.lineage(node) if (value := up.data.get(key))), None)

    def build_parent(self, node: Node) -> Node | None:
        """Return the nearest ancestor that is a kbuild or a checkout, None when there is none here."""
        ancestors = (above for above in self.lineage(node) if above is not node)
        return next((above for above in ancestors if above.kind in BUILD_PARENTS), None)

    def is_top_job(self, node: Node) -> bool:
        """Whether the node is a job (or a lone test) itself, not a part of one."""
        above = self._nodes.get(node.parent)
        return above is None or above.kind not in TESTLIKE or above.group != node.group
