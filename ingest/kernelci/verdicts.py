"""The KCIDB status of a node, decided by its result and its error code."""

from __future__ import annotations

from typing import Final

from ingest.kernelci.node import Forest, Node

_ERRORED: Final = frozenset({"Canceled", "Infrastructure", "LAVATimeout", "MultinodeTimeout", "Test"})
_MISSED: Final = frozenset(
    {
        "Bug",
        "Configuration",
        "Job",
        "ObjectNotPersisted",
        "RequestBodyTooLarge",
        "Unexisting permission codename.",
        "invalid_job_params",
        "job_generation_error",
        "kbuild_internal_error",
        "submit_error",
    }
)
_VERDICTS: Final = {"pass": "PASS", "fail": "FAIL", "skip": "SKIP"}


def status_of_build(node: Node) -> str | None:
    """Return the KCIDB status of a kbuild node, None while it has none."""
    error = node.data.get("error_code")
    if node.result == "incomplete" and error == "node_timeout":
        return "MISS"
    if error or node.result == "incomplete":
        return "ERROR"
    return _VERDICTS.get(node.result)


def status_of_test(node: Node, forest: Forest) -> str | None:
    """Return the KCIDB status of a job, test or process node, None when it has none."""
    error = node.data.get("error_code")
    blamed = error or (None if node.result in ("pass", "skip") else forest.inherited(node, "error_code"))
    if blamed == "Infrastructure":
        return "ERROR"
    if node.result == "incomplete":
        return "ERROR" if error in _ERRORED else "MISS" if error in _MISSED else None
    return _VERDICTS.get(node.result)
