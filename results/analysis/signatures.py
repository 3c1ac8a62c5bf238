"""The failure signature of a log excerpt: the same for the same crash on two boards.

Of everything bad in a log the first cause counts: a crash before the panic it leads to, a panic before
a lock warning, a warning before the line in which the test says that it failed. Numbers that differ
from run to run (addresses, offsets, times, processes, processors) are taken out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

LONGEST: Final = 200
"""Characters of a signature's text."""
NEAR: Final = 40
"""Lines after a headline in which the place of the crash is looked for."""


class SignatureKind(Enum):
    """What a signature is about, most telling first."""

    SANITIZER = "sanitizer"
    OOPS = "oops"
    BUG = "BUG"
    PANIC = "panic"
    LOCKDEP = "lockdep"
    STALL = "stall"
    WARNING = "WARNING"
    BUILD = "build error"
    TEST = "test failure"


@dataclass(frozen=True, slots=True)
class Signature:
    """How something failed; equal for equal failures."""

    kind: SignatureKind
    text: str

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.text}"


_PREFIX = re.compile(
    r"""^(?:\x1b\[[0-9;]*m
      | <\d{1,2}>
      | \d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\s+
      | \[\s*\d+\.\d{3,}\](?:\s*\[\s*[TC]\d+\])?\s*
      | \[\s*[TC]\d+\]\s*
      )""",
    re.VERBOSE,
)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOISE: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(r"\+0x[0-9a-f]+/0x[0-9a-f]+"), ""),
    (re.compile(r"\s*\[[\w.-]+\](?=\s|$)"), ""),  # the module of a function
    (re.compile(r"\.(?:isra|constprop|part|cold)(?:\.\d+)?\b"), ""),
    (re.compile(r"\b(CPU|PID|UID|TID)([:# ]+)\d+", re.IGNORECASE), r"\1\2N"),
    (re.compile(r"\b(?:0x)?[0-9a-f]{8,}\b", re.IGNORECASE), "X"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "X"),
    (re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?=(?:ms|us|ns|s|sec|seconds|kB|MB|bytes)?\b)"), "N"),
    (re.compile(r"\s+"), " "),
)
_FUNCTION = r"([A-Za-z_][\w.]*)\+0x"
_PLACE = re.compile(rf"(?:\bRIP: [0-9a-f]+:|\b(?:pc|epc) ?: |PC is at |IP: ){_FUNCTION}")
_TRACE = re.compile(rf"^\s*(?:\[<[0-9a-f]+>\]\s*)?(?:\(?{_FUNCTION}[0-9a-f]+/0x[0-9a-f]+)")
_BORING = re.compile(
    r"^(?:dump_stack|show_|print_|kasan_|__kasan|__asan|report_|check_memory|__warn|warn_|panic|die|"
    r"oops|dump_backtrace|lockdep_|__lock_acquire|lock_acquire|el1|ret_from|do_exit|__die|bug_)"
)

_Locate = Callable[[re.Match[str], Sequence[str]], str]


def _as_said(match: re.Match[str], _: Sequence[str]) -> str:
    return match.group(1)


def _with_place(match: re.Match[str], after: Sequence[str]) -> str:
    """Return the headline and the function where it happened."""
    place = _place(after)
    return f"{match.group(1)} in {place}" if place and " in " not in match.group(1) else match.group(1)


def _place(lines: Sequence[str]) -> str:
    """Return the function at the program counter, else the first telling one of the call trace."""
    for line in lines:
        if found := _PLACE.search(line):
            return _clean(found.group(1))
    for line in lines:
        if (found := _TRACE.match(line)) and not _BORING.match(found.group(1)):
            return _clean(found.group(1))
    return ""


def _warning(match: re.Match[str], after: Sequence[str]) -> str:
    """Return a warning without its line number, which moves with every commit."""
    where = re.sub(r":\d+", "", match.group(1))
    return f"{where} in {_clean(match.group(2))}" if match.group(2) else _with_place(match, after)


def _lock(match: re.Match[str], after: Sequence[str]) -> str:
    """Return the complaint and the lock it is about."""
    for line in after:
        if found := re.search(r"\(([^(){}]+)\)\{[^}]*\}", line):
            return f"{match.group(1)} ({found.group(1).strip()})"
    return match.group(1)


def _task(match: re.Match[str], after: Sequence[str]) -> str:
    """Return what a blocked task waits in; its name and number differ."""
    place = _place(after)
    return f"task blocked in {place}" if place else "task blocked"


def _compiler(match: re.Match[str], _: Sequence[str]) -> str:
    """Return the file, without the directory of the build, and the error."""
    return f"{match.group(1)}: {match.group(2)}"


_COMPILER = re.compile(
    r"^(?:\.\./)*(?:/\S*?/(?:linux|kernel|src|build)[\w.-]*/)?"
    r"([\w./+-]+\.\w+):\d+(?::\d+)?: ((?:fatal )?error: .+)"
)

_RULES: Final[Sequence[tuple[SignatureKind, re.Pattern[str], _Locate]]] = (
    (SignatureKind.SANITIZER, re.compile(r"BUG: ((?:KASAN|KCSAN|KMSAN|KFENCE): .+)"), _with_place),
    (SignatureKind.SANITIZER, re.compile(r"(UBSAN: .+?)(?: in \S+)?$"), _with_place),
    (SignatureKind.SANITIZER, re.compile(r"(unreferenced object) "), _with_place),
    (SignatureKind.OOPS, re.compile(r"(Unable to handle kernel [\w ]+?)(?: at | for |$)"), _with_place),
    (SignatureKind.OOPS, re.compile(r"BUG: (unable to handle [\w ]+?)(?: for| at|:|$)"), _with_place),
    (SignatureKind.OOPS, re.compile(r"BUG: (kernel NULL pointer dereference)"), _with_place),
    (SignatureKind.OOPS, re.compile(r"\b(general protection fault|divide error)\b"), _with_place),
    (SignatureKind.OOPS, re.compile(r"\b(Oops(?:: [A-Za-z][\w ]*)?)"), _with_place),
    (SignatureKind.STALL, re.compile(r"BUG: ((?:soft|hard) lockup)"), _with_place),
    (SignatureKind.STALL, re.compile(r"(workqueue lockup)"), _with_place),
    (SignatureKind.BUG, re.compile(r"(kernel BUG at [^:\s]+)"), _with_place),
    (SignatureKind.BUG, re.compile(r"BUG: (.+)"), _with_place),
    (SignatureKind.PANIC, re.compile(r"Kernel panic - not syncing: (.+)"), _as_said),
    (SignatureKind.LOCKDEP, re.compile(
        r"WARNING: ((?:possible |inconsistent |suspicious |bad |held |lock |nested )[\w -]+)", re.IGNORECASE
    ), _lock),
    (SignatureKind.STALL, re.compile(r"(rcu\w* (?:self-)?detected \w* ?stalls?)"), _with_place),
    (SignatureKind.STALL, re.compile(r"INFO: (task \S+ blocked for more than)"), _task),
    (SignatureKind.WARNING, re.compile(r"WARNING: (?:CPU: .+)?at (\S+?:\d+)(?: (\S+)\+0x)?"), _warning),
    (SignatureKind.BUILD, _COMPILER, _compiler),
    (SignatureKind.BUILD, re.compile(r"((?:fatal )?error: .+|undefined reference to .+)"), _as_said),
    (SignatureKind.BUILD, re.compile(r"ERROR: modpost: (.+)"), _as_said),
    (SignatureKind.BUILD, re.compile(r"(?:make|ninja)\S*: \*\*\* (?:\[[^\]]*?([\w./-]+)\]) Error"), _as_said),
    (SignatureKind.TEST, re.compile(r"\b(?:TFAIL|TBROK)\b[: ]+(.+)"), _as_said),
    (SignatureKind.TEST, re.compile(r"^(?:# )*not ok \d+ (?:- )?(.+?)(?: # (?!SKIP|TODO).*)?$"), _as_said),
    (SignatureKind.TEST, re.compile(r"^(?:# )*\[?\s*(?:FAIL|FAILED)\]?[: ]+(.+)"), _as_said),
)  # fmt: skip
_RANK: Final = {kind: rank for rank, kind in enumerate(SignatureKind)}
_CRASHES: Final = (SignatureKind.SANITIZER, SignatureKind.OOPS, SignatureKind.BUG)


def signature_of(excerpt: str) -> Signature | None:
    """Return the signature of a log excerpt, or None when nothing in it is known to be bad."""
    lines = [_bare(line) for line in excerpt.splitlines()]
    best: tuple[int, int, Signature] | None = None
    for number, line in enumerate(lines):
        found = _read(line, lines[number + 1 : number + 1 + NEAR])
        if found is None:
            continue
        rank = weight(found.kind)
        if best is None or (rank, number) < best[:2]:
            best = rank, number, found
    return best[2] if best else None


def weight(kind: SignatureKind) -> int:
    """Return how little a kind tells; 0: the cause. Crashes are equals, of these the earlier one counts."""
    return 0 if kind in _CRASHES else _RANK[kind]


def headline(lines: Sequence[str]) -> Signature | None:
    """Return the signature of the trouble that the first of these lines tells, or None.

    The others are those that follow it in the log; ``NEAR`` of them are looked at.
    """
    first = _bare(lines[0])
    if _read(first, ()) is None:
        return None
    return _read(first, [_bare(line) for line in lines[1 : 1 + NEAR]])


def _read(line: str, after: Sequence[str]) -> Signature | None:
    for kind, pattern, locate in _RULES:
        if (match := pattern.search(line)) and (text := _clean(locate(match, after))):
            return Signature(kind, text)
    return None


def _bare(line: str) -> str:
    """Return a line without colours, times and log levels in front."""
    line = _ANSI.sub("", line[:2000])
    while match := _PREFIX.match(line):
        line = line[match.end() :]
    return line.rstrip()


def _clean(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return text.strip(" .,:;!-")[:LONGEST]
