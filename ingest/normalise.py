"""All knowledge of how origins write things: pure functions from submitted values to names and columns.

Every text that becomes a name passes ``clip``: no NUL, no blanks around it, at most 512 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

NAME_LENGTH: Final = 512
DUMMY_PREFIX: Final = "dummy_"
UNKNOWN_TREE: Final = "unknown"

_ARCHITECTURES: Final = {
    "aarch64": "arm64",
    "aarch64_be": "arm64",
    "amd64": "x86_64",
    "x64": "x86_64",
    "i486": "i386",
    "i586": "i386",
    "i686": "i386",
    "x86": "i386",
    "armv7l": "arm",
    "armv7hl": "arm",
    "armhf": "arm",
    "s390x": "s390",
    "ppc": "powerpc",
    "ppc64": "powerpc",
    "ppc64le": "powerpc",
    "riscv32": "riscv",
    "riscv64": "riscv",
    "mips64": "mips",
    "mipsel": "mips",
    "loongarch64": "loongarch",
    "parisc64": "parisc",
    "sparc64": "sparc",
    "sh4": "sh",
}
# "gcc (GCC) 15.1.1 20250521 (Red Hat 15.1.1-2)", "aarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0",
# "Debian clang version 17.0.6"
_COMPILER_BANNER: Final = re.compile(r"\b(gcc|clang)\b(?: version|[^()]*\([^()]*\)) (\d+)\.\d")
_VIRTUAL_LAB: Final = re.compile(r"shell|(?:k8s|kubernetes|docker|podman|qemu)(?:[-_.:].*)?", re.IGNORECASE)
_LEAP_SECOND: Final = re.compile(r"(T\d\d:\d\d:)60(?=[.Z+-])")


def clip(text: str) -> str:
    """Return a name that fits its column: longer ones keep their head and end in a hash of the whole."""
    name = text.replace("\0", "").strip()
    if len(name) <= NAME_LENGTH:
        return name
    digest = blake2b(name.encode(), digest_size=8).hexdigest()
    return f"{name[: NAME_LENGTH - 17]}~{digest}"


def architecture(submitted: str | None) -> str | None:
    """Return the kernel's usual name of an architecture; None for none."""
    name = clip(submitted or "")
    return _ARCHITECTURES.get(name, name) or None


def compiler(submitted: str | None) -> str | None:
    """Return a compiler as name and major version (gcc-15); other spellings stay as they are."""
    name = clip(submitted or "")
    if banner := _COMPILER_BANNER.search(name):
        return f"{banner[1]}-{banner[2]}"
    return name or None


def config(submitted: str | None) -> str | None:
    """Return a configuration without the "+" that some origins leave at the end; None for none."""
    return clip(submitted or "").rstrip("+") or None


def lab(misc: Any, origin: str) -> str:
    """Return where something ran: the lab, else the runtime, else the origin itself."""
    if isinstance(misc, Mapping):
        for field in ("lab", "runtime"):
            if isinstance(value := misc.get(field), str) and (name := clip(value)):
                return name
    return clip(origin)


@lru_cache(maxsize=4096)
def is_physical_lab(name: str) -> bool:
    """Return whether a lab holds hardware; shells and container clusters do not."""
    return _VIRTUAL_LAB.fullmatch(name) is None


def platform(environment: Mapping[str, Any]) -> str | None:
    """Return the kind of hardware: the platform an origin names, else its first compatible."""
    misc = environment.get("misc")
    if isinstance(misc, dict) and isinstance(value := misc.get("platform"), str) and (name := clip(value)):
        return name
    compatible = environment.get("compatible")
    return clip(compatible[0]) if compatible else None


def vendor(compatibles: list[str]) -> str:
    """Return the vendor part of the most specific compatible ("ti" of "ti,am62"), or ""."""
    head, comma, _ = compatibles[0].partition(",") if compatibles else ("", "", "")
    return clip(head) if comma else ""


def suite(path: str) -> str:
    """Return what a test belongs to: its root, or of deep paths the first two parts (kselftest.net)."""
    if is_boot(path):
        return "boot"
    parts = path.split(".", 3)
    return clip(".".join(parts[:2]) if len(parts) > 2 else parts[0])


def is_boot(path: str) -> bool:
    """Return whether a test is a boot: it says whether the kernel came up at all."""
    return path == "boot" or path.startswith("boot.")


def is_dummy_build(kcidb_id: str) -> bool:
    """Return whether a build was made up by its origin, to hang tests on a checkout."""
    return kcidb_id.partition(":")[2].startswith(DUMMY_PREFIX)


class TreeName(NamedTuple):
    """What identifies a tree, and so its revisions."""

    name: str
    url: str
    branch: str


def repository(url: str) -> str:
    """Return a repository URL as it is compared: no blanks, no slash at the end."""
    return clip(url.strip().rstrip("/"))


def tree(checkout: Mapping[str, Any], aliases: Mapping[str, tuple[str, str]]) -> TreeName:
    """Return the tree of a checkout. ``aliases``: repository URL -> (tree name, canonical URL)."""
    url = repository(checkout.get("git_repository_url", ""))
    branch = clip(checkout.get("git_repository_branch", ""))
    if url in aliases:
        name, url = aliases[url]
    else:
        name = clip(checkout.get("tree_name", "")) or _name_of(url)
    return TreeName(clip(name.replace("/", "-")) or UNKNOWN_TREE, url, branch)


def _name_of(url: str) -> str:
    """Return a tree name for a URL: ".../git/next/linux-next.git" -> "next-linux-next"."""
    path = url.partition("://")[2].partition("/")[2].removesuffix(".git")
    return "-".join([part for part in path.split("/") if part][-2:])


@lru_cache(maxsize=8192)
def instant(text: str) -> tuple[datetime | None, bool]:
    """Return an RFC 3339 time in UTC, and whether that says all that the text says.

    A leap second is filed under the second after it. None: no time that a column can hold (the
    year 10000 or the year 0 in UTC).
    """
    written = text.upper()
    plain = _LEAP_SECOND.sub(r"\g<1>59", written) if ":60" in written else written
    is_leap = plain != written
    try:
        moment = datetime.fromisoformat(plain).astimezone(UTC)
        return (moment + timedelta(seconds=1) if is_leap else moment), not is_leap
    except (ValueError, OverflowError):
        return None, False


def number(value: float | None) -> tuple[float | None, bool]:
    """Return a number as a column holds it, and whether that is all of it (2**70 + 1 is not)."""
    if value is None:
        return None, True
    try:
        stored = float(value)
    except OverflowError:
        return None, False
    return stored, stored == value


def first_line(text: str) -> str:
    """Return the subject of a commit message."""
    return text.replace("\0", "").lstrip().partition("\n")[0].strip()
