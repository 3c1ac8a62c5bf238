"""Reads whole families of nodes: what is above a node, what is below it, all of a tree."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Final

from ingest.kernelci.client import Api, Raw, api_time
from ingest.kernelci.node import TESTLIKE, Forest, MalformedNode, Node, parse_node

logger = logging.getLogger(__name__)

_REMEMBERED: Final = 20_000
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class TreeReader:
    """Reads nodes into forests. Remembers parents, so one reader should not outlive a round."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._parents: dict[str, Node | None] = {}

    def node(self, node_id: str) -> Node | None:
        """Return a node as it is now; None when it was purged or never was."""
        raw = self._api.node(node_id)
        return None if raw is None else parsed(raw)

    def add_ancestors(self, forest: Forest, node: Node) -> None:
        """Add what is above a node, as far as it still exists."""
        for _ in range(32):
            if not node.parent:
                return
            above = forest.get(node.parent) or self._parent(node.parent)
            if above is None:
                return
            forest.add(above)
            node = above

    def descendants(self, root: Node) -> dict[str, Node]:
        """Return everything below a node by id: hierarchies have no events of their own."""
        found: dict[str, Node] = {}
        unread = [root]
        while unread:
            for raw in self._api.nodes(parent=unread.pop().id):
                child = parsed(raw)
                if child is None or child.id in found or child.id == root.id:
                    continue
                found[child.id] = child
                if child.kind != "test":
                    unread.append(child)
        return found

    def tree(self, tree_id: str, since: datetime | None = None) -> Forest:
        """Return the nodes of a tree (updated at or after ``since``) and what is above them."""
        changed = {"updated__gte": api_time(since)} if since else {}
        forest = Forest(node for raw in self._api.nodes(treeid=tree_id, **changed) if (node := parsed(raw)))
        for node in list(forest):
            self.add_ancestors(forest, node)
        if since:
            self._note_parents(forest)
        return forest

    def checkouts(self, since: datetime, until: datetime | None = None) -> list[Node]:
        """Return the checkouts created at or after ``since`` (and before ``until``), newest first."""
        window = {"created__gte": api_time(since)} | ({"created__lt": api_time(until)} if until else {})
        found = [node for raw in self._api.nodes(kind="checkout", **window) if (node := parsed(raw))]
        return sorted(found, key=lambda node: node.created or _LONG_AGO, reverse=True)

    def _note_parents(self, forest: Forest) -> None:
        """In a part of a tree, a suite's cases may be missing: ask, or it would pass for a case."""
        for node in list(forest):
            is_suite = node.kind in TESTLIKE and node.kind != "test" and not forest.is_top_job(node)
            if is_suite and not forest.is_parent(node) and any(self._api.nodes(parent=node.id)):
                forest.note_parent(node)

    def _parent(self, node_id: str) -> Node | None:
        if node_id not in self._parents:
            if len(self._parents) >= _REMEMBERED:
                self._parents.clear()
            self._parents[node_id] = self.node(node_id)
        return self._parents[node_id]


def parsed(raw: Raw) -> Node | None:
    """Return the node in an answer; None, and a warning in the log, when it is malformed."""
    try:
        return parse_node(raw)
    except MalformedNode as error:
        logger.warning("a malformed node", extra={"reason": str(error)})
        return None
