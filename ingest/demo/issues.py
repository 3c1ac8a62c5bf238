"""Known issues and their incidents, as log parsers and people file them: most right, some stale."""

from __future__ import annotations

from hashlib import sha1

from ingest.demo.events import Break, BuildBreak
from ingest.demo.manners import Json
from ingest.demo.plan import Spec

SUMMARIES = {
    "null": ("linux.kernel.null_pointer_dereference", "Unable to handle kernel NULL pointer dereference"),
    "panic": ("linux.kernel.panic", "Kernel panic - not syncing: VFS: Unable to mount root fs"),
    "hang": ("linux.kernel.hung_task", "task blocked for more than 120 seconds"),
    "lockdep": ("linux.kernel.lockdep", "possible circular locking dependency detected"),
    "warning": ("linux.kernel.warning", "WARNING at drivers/base/power/runtime.c:1184"),
    "kasan": ("linux.kernel.kasan", "KASAN: slab-use-after-free in regulator_enable"),
}
TRACKED = 0.7
"""How many of the breaks that leave a trace in the kernel log somebody files an issue for."""
MAX_INCIDENTS = 6
"""Incidents a parser reports for one job."""


class IssueBook:
    """Remembers which issues were filed, so that their versions can be raised."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._filed: dict[str, int] = {}

    def for_break(self, event: Break) -> Json | None:
        """Return the issue object of a break, filed or repeated now; None when nobody tracks it."""
        kind, summary = SUMMARIES.get(event.symptom, ("", ""))
        rng = self._spec.rng("issue", event.id)
        if not kind or rng.random() > TRACKED:
            return None
        culprit = {"code": True, "harness": False, "tool": False}
        where = f"{event.suite.root}{'.' + event.case if event.case else ''}"
        return self._issue(event.id, kind, f"{summary} in {where}", "generic_linux_boot", culprit)

    def for_build(self, event: BuildBreak) -> Json:
        """Return the issue object of a broken build."""
        target, _, message = event.message.partition(": ")
        issue = self._issue(
            event.id,
            "kbuild.compiler.error",
            f"{message or target} in {target.split(':')[0]}",
            "kbuild",
            {"code": True, "harness": False, "tool": False},
        )
        issue["misc"]["logspec"]["error"] |= {"src_file": target.split(":")[0], "log_excerpt": event.message}
        return issue

    def for_lab(self) -> Json:
        """Return the issue that says a board never started its kernel."""
        culprit = {"code": False, "harness": True, "tool": False}
        return self._issue(
            "bootloader",
            "maestro.linux.kernel.boot",
            "Bootloader did not finish or kernel did not start.",
            "generic_linux_boot",
            culprit,
        )

    def _issue(self, name: str, kind: str, summary: str, parser: str, culprit: Json) -> Json:
        """Return an issue; one filed for the tenth time gets a second version, with a category."""
        times = self._filed[name] = self._filed.get(name, 0) + 1
        signature = sha1(f"{self._spec.seed} {name}".encode()).hexdigest()
        issue: Json = {
            "origin": "maestro",
            "id": f"maestro:{signature}",
            "version": 1 if times < 10 else 2,
            "comment": f"{summary} [logspec:{parser},{kind}]",
            "culprit": culprit,
            "misc": {
                "logspec": {
                    "version": "1.0.0",
                    "parser": parser,
                    "error": {
                        "error_type": kind,
                        "error_summary": summary,
                        "signature_fields": {"error_type": kind},
                    },
                }
            },
        }
        if times >= 10:
            issue["categories"] = ["kernel." + kind.rpartition(".")[2]]
        return issue

    def incident(self, issue: Json, *, test: str = "", build: str = "", present: bool | None = True) -> Json:
        """Return the incident that says whether an issue occurs in a test or a build."""
        digest = sha1(f"{test or build} {issue['id']} {issue['version']}".encode()).hexdigest()
        incident: Json = {
            "id": f"maestro:{digest}",
            "issue_id": issue["id"],
            "issue_version": issue["version"],
            "comment": "test incident, automatically generated",
            "origin": "maestro",
        }
        incident |= {"test_id": test} if test else {}
        incident |= {"build_id": build} if build else {}
        if present is not None:
            incident["present"] = present
        return incident
