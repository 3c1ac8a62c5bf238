"""The sample nodes of a real tree shape, and small trees that the tests make up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.kernelci.mapping import Site
from ingest.kernelci.node import Forest, parse_node

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "maestro"
needs_samples = pytest.mark.skipif(not DATA.is_dir(), reason="sample data is not beside the repository")

COMPATIBLES = {
    "mt8195-cherry-tomato-r2": ["google,tomato-rev2", "google,tomato", "mediatek,mt8195"],
    "meson-g12b-a311d-libretech-cc": ["libretech,aml-a311d-cc", "amlogic,a311d", "amlogic,g12b"],
    "bcm2711-rpi-4-b": ["raspberrypi,4-model-b", "brcm,bcm2711"],
}
LABS = {"lava-collabora": "https://lava.collabora.dev/", "lava-broonie": "https://lava.sirena.org.uk"}


def sample_nodes():
    return [node for file in sorted(DATA.glob("0*.json")) for node in json.loads(file.read_text())["items"]]


def expected():
    return json.loads((DATA / "expected-kcidb.json").read_text())


def site(**changes):
    return Site(
        **{
            "viewer": "https://api.kernelci.org/viewer",
            "compatibles": COMPATIBLES,
            "lab_urls": LABS,
            "excerpt": lambda url, status: f"(last 16 KiB of {url})",
        }
        | changes
    )


def forest(raw_nodes):
    return Forest(parse_node(raw) for raw in raw_nodes)


class Grove:
    """Makes nodes that hang together; ids count up, times begin at noon of a day."""

    def __init__(self, start="2026-09-10T12:00:00", tree="mainline"):
        self.nodes = []
        self.start = datetime.fromisoformat(start)
        self.tree = tree
        self.tree_id = sha256(f"{tree} {start}".encode()).hexdigest()

    def node(self, kind, name, parent=None, result="pass", state="done", group=None, **more):
        made = len(self.nodes)
        when = (self.start + timedelta(seconds=made)).isoformat(timespec="milliseconds")
        data = more.pop("data", {})
        if kind not in ("checkout", "kbuild"):
            data = {"platform": "bcm2711-rpi-4-b", "runtime": "lava-broonie", "arch": "arm64"} | data
        data = {"kernel_revision": self.revision()} | data
        node = {
            "id": f"{int(self.start.replace(tzinfo=UTC).timestamp()):08x}{self.tree_id[:8]}{made:08x}",
            "kind": kind,
            "name": name,
            "path": [*(parent["path"] if parent else []), name],
            "group": group
            or (parent and parent["kind"] not in ("checkout", "kbuild") and parent["group"])
            or name,
            "parent": parent and parent["id"],
            "state": state,
            "result": result,
            "artifacts": {},
            "data": data,
            "debug": {},
            "created": when,
            "updated": when,
            "submitter": "service:pipeline",
            "treeid": self.tree_id,
            "retry_counter": 0,
        } | more
        self.nodes.append(node)
        return node

    def revision(self, **more):
        return {
            "tree": self.tree,
            "url": f"https://git.example.org/{self.tree}.git",
            "branch": "master",
            "commit": self.tree_id[:40],
            "describe": "v6.17",
            "commit_tags": [],
        } | more

    def checkout(self, **more):
        return self.node("checkout", "checkout", **more)

    def kbuild(self, parent, name="kbuild-gcc-14-arm64", **more):
        data = {"arch": "arm64", "compiler": "gcc-14", "config_full": "defconfig"} | more.pop("data", {})
        return self.node("kbuild", name, parent, data=data, **more)
