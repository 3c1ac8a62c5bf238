"""What the parameters mean, for the schema and for readers of the reference."""

from __future__ import annotations

from typing import Final

GRAMMAR: Final = 'Repeat it for "or"; `!x` is not x, `x*` begins with x, `none` is absent.'

DESCRIPTIONS: Final = {
    "tree": ("Name of the tree.", "mainline"),
    "branch": ("Branch.", "master"),
    "url": ("Repository.", "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git"),
    "commit": ("Commit hash, or the beginning of one.", "73b318b9232a"),
    "patchset": ("Hash of the patches on top of the commit.", "none"),
    "build": ("Id of a build.", "maestro:6b057bad2ce2c1874e6fce77"),
    "origin": ("CI system that submitted the result.", "maestro"),
    "lab": ("Lab.", "lava-collabora"),
    "platform": ("Device.", "rk3399-gru-kevin"),
    "compatible": ("Device-tree compatible of the device.", "rockchip,rk3399"),
    "arch": ("Architecture.", "arm64"),
    "config": ("Kernel configuration.", "defconfig*"),
    "compiler": ("Compiler.", "gcc-14"),
    "suite": ("First one or two parts of the path.", "kselftest.net"),
    "path": ("Path of the test.", "kselftest.net.*"),
    "status": ("Status: fail, error, miss, pass, done, skip or none.", "fail"),
    "kind": ("boot, or test for everything else.", "boot"),
    "since": ("First day (UTC), or days ago.", "7d"),
    "until": ("Last day (UTC), or days ago.", "2026-11-24"),
    "issue": ("Id of a known problem that is present; `none` for no known problem.", "none"),
    "q": ("A piece of text in the name.", "net"),
}
"""Of each dimension: what it is, and an example."""

OTHERS: Final = {
    "sort": "Order of the rows; with - before it, backwards.",
    "after": "Where the page begins: the cursor in the Link header of the page before.",
    "limit": "Rows of a page, 100 by default; of JSON lines and CSV, rows in all.",
    "fields": "Fields of each row that are wanted, with commas between.",
    "format": "json; of listings also ndjson (one object a line), csv or atom; of regressions also mbox. "
    "It goes before the Accept header.",
    "culprit": "What the problem is blamed on.",
    "shown": "Which incidents: those in tests, in builds, or those that say the issue is absent.",
    "state": "What became of it.",
    "order": "Order of the rows.",
    "subject": "What fails.",
    "triage": "What people have decided about it.",
    "product": "Short name of a product: what shows in anything that it selects.",
    "unclassified": "yes: only what nobody has decided about and no known issue explains.",
    "verdict": "How sure it is that the test is flaky.",
    "source": "Way on which the submission came.",
    "days": "Length of the time that is looked at.",
    "all": "yes: of the page only, to see everything that a text may mean.",
    "submission": "Number of a submission.",
    "open": "yes: only what no later try has stored.",
    "a": "The first revision: a commit, a describe, `latest`, `latest~3`, or `tree/branch@latest`.",
    "b": "The second revision.",
    "change": "What became of it.",
    "measurements": "changed: only measurements that the analysis says changed.",
    "direction": "Whether measurements became worse or better, or only changed.",
    "rows": "Which series: those that failed, those that failed and passed, or all.",
    "n": "How many revisions.",
    "baseline": "What it is compared with, instead of the last complete revision before.",
    "under": "The path whose parts are listed.",
    "what": "newflaky: new flakes instead of regressions.",
    "from": "The older revision of a report: a commit, a describe, latest~3.",
    "to": "The newest revision: of a report, of a grid.",
}

NAMES: Final = {
    "kcidb_id": ("Id, as its origin submitted it.", "maestro:6b057bad2ce2c1874e6fce77"),
    "commit": ("Commit hash, or a beginning of at least 4 digits, or the describe.", "v6.12"),
    "number": ("Number.", 1),
    "platform": ("Device.", "rk3399-gru-kevin"),
    "name": ("Name of the lab, or of the suite.", "lava-collabora"),
    "slug": ("Short name of a product.", "arm64-boards"),
}
"""Of each parameter in a path: what it is, and an example."""
