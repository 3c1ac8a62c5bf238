"""From nodes of the KernelCI API to KCIDB v5.3 documents. Pure: no network, no database.

What Maestro's own bridge to KCIDB sends is reproduced field by field, so that a result has one
shape through both doors. Beyond that this keeps what the bridge loses: every try of a retried
job, patch sets, the physical board (``environment.misc.device``) and measurements as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from typing import Any, Final

from ingest.kernelci.node import TESTLIKE, Forest, Node
from ingest.kernelci.paths import Suites, path_below
from ingest.kernelci.verdicts import status_of_build, status_of_test

Json = dict[str, Any]

STARTED: Final = frozenset({"available", "closing", "done"})
_BUILD_MISC: Final = (
    "platform",
    "runtime",
    "job_id",
    "job_context",
    "kernel_type",
    "error_code",
    "error_msg",
)
_TEST_MISC: Final = ("test_source", "test_revision", "compiler", "kernel_type", "arch", "runtime")
_MOST_EXCERPTS: Final = 8 * 2**20  # characters: every case repeats the end of its job's log
_PATCH: Final = re.compile(r"patch([0-9]+)")
_PATCHSET_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LOGS: Final = ("lava_log", "test_log")


@dataclass(frozen=True, slots=True)
class Site:
    """What the mapping must be told besides the nodes.

    ``compatibles`` by platform and ``lab_urls`` by lab come from an operator's tables. ``excerpt``
    returns the end of the log at a URL, of something with this status, or None. Runs that people
    ordered with kci-dev are left out unless ``keep_custom``.
    """

    viewer: str
    origin: str = "maestro"
    compatibles: Mapping[str, list[str]] = field(default_factory=dict)
    lab_urls: Mapping[str, str] = field(default_factory=dict)
    suites: Suites = field(default_factory=Suites)
    excerpt: Callable[[str, str | None], str | None] = lambda url, status: None
    keep_custom: bool = True


def checkout_of(node: Node, site: Site) -> Json | None:
    """Return the KCIDB checkout of a node; None when the node gives none."""
    if node.kind != "checkout" or node.state not in STARTED or not _is_wanted(node, site):
        return None
    if node.result == "incomplete" and node.data.get("error_code") == "node_timeout":
        return None
    revision = _dict(node.data.get("kernel_revision"))
    return _without_nulls(
        {
            "id": f"{site.origin}:{node.id}",
            "origin": site.origin,
            "tree_name": revision.get("tree"),
            "git_repository_url": revision.get("url"),
            "git_commit_hash": revision.get("commit"),
            "git_commit_name": revision.get("describe"),
            "git_repository_branch": revision.get("branch"),
            "git_commit_tags": revision.get("commit_tags"),
            "git_commit_message": revision.get("commit_message"),
            "git_repository_branch_tip": revision.get("tip_of_branch"),
            "start_time": _iso(node),
            "patchset_hash": _patchset_hash(revision.get("patchset")),
            "patchset_files": _patches(node.artifacts),
            "misc": {"submitted_by": "kernelci-dev" if node.is_custom else "kernelci-pipeline"},
        }
    )


def build_of(node: Node, site: Site) -> Json | None:
    """Return the KCIDB build of a node; None when the node gives none."""
    if node.kind != "kbuild" or node.state not in STARTED or not node.parent or not _is_wanted(node, site):
        return None
    data, status = node.data, status_of_build(node)
    log_url = node.artifacts.get("build_log")
    return _without_nulls(
        {
            "checkout_id": f"{site.origin}:{node.parent}",
            "id": f"{site.origin}:{node.id}",
            "origin": site.origin,
            "comment": _dict(data.get("kernel_revision")).get("describe"),
            "start_time": _iso(node),
            "architecture": data.get("arch"),
            "compiler": data.get("compiler"),
            "config_name": data.get("config_full"),
            "status": status,
            "misc": {
                **{key: data.get(key) for key in _BUILD_MISC},
                "lab": _lab(data.get("runtime")),
                "maestro_viewer": f"{site.viewer}?node_id={node.id}",
                **_retries(node),
            },
            "output_files": _files(node.artifacts, without=("_config", "build_log")),
            "config_url": node.artifacts.get("_config"),
            "log_url": log_url,
            "log_excerpt": site.excerpt(log_url, status) if log_url else None,
        }
    )


def why_not_a_test(node: Node, forest: Forest, site: Site) -> str:
    """Return why a node gives no test, in two or three words; "" when it gives one."""
    if node.kind not in TESTLIKE:
        return f"is a {node.kind}"
    if node.state != "done":
        return "not done"
    if not _is_wanted(node, site):
        return "custom run"
    if forest.build_parent(node) is None:
        return "no build"
    if node.kind != "test" and forest.is_parent(node) and not forest.is_top_job(node):
        return "has cases"
    path = path_of(node, forest, site)
    if not path:
        return "no suite"
    return "setup" if "setup" in path and "os-release" not in path else ""


def path_of(node: Node, forest: Forest, site: Site) -> str:
    """Return the KCIDB path of a node under a build or a checkout; "" when it is not kept."""
    above = forest.build_parent(node)
    depth = len(above.path) if above else 0
    if above is None or node.path[:depth] != above.path:
        depth = 2 if above and above.kind == "kbuild" else 1
    below = node.path[depth:]
    jobs = {node.group, *below[:1]} | {
        up.name for up in forest.lineage(node) if up.kind in TESTLIKE and forest.is_top_job(up)
    }
    return path_below(below, jobs, site.suites)


def test_of(node: Node, forest: Forest, site: Site) -> Json:
    """Return the KCIDB test of a node for which ``why_not_a_test`` has no reason."""
    status, data = status_of_test(node, forest), node.data
    artifacts = {} if status == "SKIP" else _artifacts(node, forest)
    log_url = next((artifacts[name] for name in _LOGS if name in artifacts), None)
    blames = node.result not in ("pass", "skip")
    return _without_nulls(
        {
            "build_id": _build_id(node, forest, site),
            "id": f"{site.origin}:{node.id}",
            "origin": site.origin,
            "comment": f"{node.name} on {data.get('platform')} in {data.get('runtime')}",
            "start_time": _iso(node),
            "environment": _environment(node, forest, site, is_skip=status == "SKIP"),
            "path": path_of(node, forest, site),
            "misc": {
                **{key: data.get(key) for key in _TEST_MISC},
                "lab": _lab(data.get("runtime")),
                "maestro_viewer": f"{site.viewer}?node_id={node.id}",
                "error_code": forest.inherited(node, "error_code") if blames else None,
                "error_msg": forest.inherited(node, "error_msg") if blames else None,
                **_retries(node),
            },
            "status": status,
            "number": _number(node),
            "output_files": _files(artifacts, without=_LOGS),
            "log_url": log_url,
            "log_excerpt": site.excerpt(log_url, status) if log_url else None,
        }
    )


def dummy_build_of(node: Node, forest: Forest, site: Site) -> Json | None:
    """Return the made-up build of a test that hangs from a checkout; None when its build is real."""
    checkout = forest.build_parent(node)
    if checkout is None or checkout.kind != "checkout":
        return None
    return _without_nulls(
        {
            "id": _build_id(node, forest, site),
            "checkout_id": f"{site.origin}:{checkout.id}",
            "comment": "Dummy build for tests hanging from checkout",
            "origin": site.origin,
            "start_time": _iso(checkout),
            "architecture": node.data.get("arch"),
        }
    )


def to_documents(wanted: Iterable[Node], forest: Forest, site: Site, *, size: int = 5000) -> Iterator[Json]:
    """Yield KCIDB documents of at most ``size`` tests for the wanted nodes, with their parents."""
    page = _Page()
    for node in wanted:
        for above in forest.lineage(node):
            page.put("checkouts", checkout_of(above, site))
            page.put("builds", build_of(above, site))
        if not why_not_a_test(node, forest, site):
            page.put("builds", dummy_build_of(node, forest, site))
            page.put("tests", test_of(node, forest, site))
        if len(page.objects["tests"]) >= size or page.excerpts > _MOST_EXCERPTS:
            yield page.document()
            page = _Page()
    if any(page.objects.values()):
        yield page.document()


class _Page:
    """Objects of one document, each once."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Json]] = {"checkouts": {}, "builds": {}, "tests": {}}
        self.excerpts = 0

    def put(self, kind: str, thing: Json | None) -> None:
        if thing is not None:
            self.objects[kind][thing["id"]] = thing
            self.excerpts += len(thing.get("log_excerpt", ""))

    def document(self) -> Json:
        filled = {kind: list(things.values()) for kind, things in self.objects.items() if things}
        return {"version": {"major": 5, "minor": 3}, **filled}


def _build_id(node: Node, forest: Forest, site: Site) -> str | None:
    parent = forest.build_parent(node)
    if parent is None:
        return None
    if parent.kind == "kbuild":
        return f"{site.origin}:{parent.id}"
    arch = node.data.get("arch")
    return f"{site.origin}:dummy_{parent.id}" + (f"_{arch}" if arch else "")


def _environment(node: Node, forest: Forest, site: Site, *, is_skip: bool) -> Json:
    data = node.data
    runtime, platform = data.get("runtime"), data.get("platform")
    misc = {"platform": platform, "measurement": _dict(data.get("misc")).get("measurement")}
    if not is_skip:
        job = next((up for up in forest.lineage(node) if up.data.get("job_id")), None)
        misc |= _job(job, runtime, site) if job else {}
    misc["device"] = forest.inherited(node, "device")
    return {
        "comment": f"Runtime: {runtime}" if runtime else None,
        "compatible": data.get("compatible") or site.compatibles.get(str(platform)),
        "misc": misc,
    }


def _job(job: Node, runtime: object, site: Site) -> Json:
    job_id, lab_url = job.data["job_id"], site.lab_urls.get(str(runtime), "")
    url = f"{lab_url.rstrip('/')}/scheduler/job/{job_id}" if lab_url else None
    return {"job_id": job_id, "job_context": job.data.get("job_context"), "job_url": url}


def _number(node: Node) -> Json | None:
    """A measurement is a number unless it is the version that an os-release case reports."""
    value = _dict(node.data.get("misc")).get("measurement")
    if isinstance(value, bool) or not isinstance(value, int | float) or "os-release" in node.path:
        return None
    if not isfinite(value):
        return None
    return {"value": value, "unit": "%"} if node.name.startswith("coverage.") else {"value": value}


def _retries(node: Node) -> Json:
    return {"retry_counter": node.retry_counter or None, "retry_by": node.retried_by or None}


def _artifacts(node: Node, forest: Forest) -> Mapping[str, str]:
    return next((up.artifacts for up in forest.lineage(node) if up.artifacts), {})


def _files(artifacts: Mapping[str, str], *, without: Collection[str]) -> list[Json] | None:
    files = [
        {"name": name.replace("/", "_"), "url": url} for name, url in artifacts.items() if name not in without
    ]
    return files or None


def _patches(artifacts: Mapping[str, str]) -> list[Json] | None:
    numbered = sorted((int(match[1]), name) for name in artifacts if (match := _PATCH.fullmatch(name)))
    return [{"name": name, "url": artifacts[name]} for _, name in numbered] or None


def _patchset_hash(patchset: object) -> str:
    if not isinstance(patchset, str) or not patchset:
        return ""
    return patchset if _PATCHSET_HASH.fullmatch(patchset) else sha256(patchset.encode()).hexdigest()


def _lab(runtime: object) -> str | None:
    return runtime if isinstance(runtime, str) and runtime.startswith(("lava-", "pull-")) else None


def _is_wanted(node: Node, site: Site) -> bool:
    return site.keep_custom or not node.is_custom


def _iso(node: Node) -> str | None:
    return node.created.isoformat() if node.created else None


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _without_nulls(thing: Json) -> Json:
    """Drop keys without a value, at every depth, and objects that are left empty."""
    parts = ((key, _without_nulls(part) if isinstance(part, dict) else part) for key, part in thing.items())
    return {key: part for key, part in parts if part is not None and part != {}}
