"""Log text: kernel boots, oopses, test runners, compilers. Made of lines, cut to an excerpt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import cycle, islice
from random import Random

from ingest.demo.hardware import Platform, Variant
from ingest.demo.loglines import BOOT, CALLS, COMPLAINTS, DRIVERS, OBJECTS, REMARKS, UNITS
from ingest.demo.suites import Suite

EXCERPT = 16_384
"""Characters of the end of a log that an excerpt holds."""

SYMPTOMS = {
    "boot": ("null", "panic", "hang", "lockdep"),
    "kselftest": ("assert", "null", "warning", "timeout", "kasan"),
    "ltp": ("tfail", "tbrok", "warning", "hang"),
}
"""Kind of suite -> what a regression looks like in its log."""
TRACED = ("null", "panic", "hang", "lockdep", "warning", "kasan")
"""Symptoms that the kernel reports, with a call trace."""
LTP_WORDS = {"PASS": "PASS", "SKIP": "CONF"}


def excerpt(lines: Sequence[str]) -> str:
    """Return the end of a log, as long as an excerpt may be."""
    return "\n".join(lines)[-EXCERPT:]


@cache
def _console(platform: Platform, arch: str) -> tuple[str, ...]:
    """Return the lines a board prints on every boot; braces stay where a job differs."""
    rng = Random(f"{platform.name} {arch}")
    words = {
        "release": "{release}",
        "job": "{job}",
        "compiler": "{compiler}",
        "arch": arch,
        "model": platform.name,
        "octet": rng.randint(0, 250),
        "irq": rng.randint(20, 250),
        "uart": f"{rng.getrandbits(28):07x}.serial",
        "mac": f"{rng.getrandbits(28):07x}.ethernet",
        "usb": f"{rng.getrandbits(28):07x}.usb",
    }
    devices = [
        f"{driver} {rng.getrandbits(28):07x}.{driver.split('-')[-1].split('_')[-1]}: {rng.choice(REMARKS)}"
        for driver in rng.choices(DRIVERS, k=170)
    ]
    lines = [line.format_map(words) for line in BOOT]
    middle = len(lines) * 2 // 3
    return (*lines[:middle], *devices, *lines[middle:])


def boot_lines(rng: Random, platform: Platform, variant: Variant, release: str, job: str) -> list[str]:
    """Return what a kernel prints until user space runs."""
    console = _console(platform, variant.arch)
    words = {"release": release.removeprefix("v"), "job": job, "compiler": variant.compiler}
    clock = 0.0
    lines = []
    for line in console:
        clock += rng.random() * platform.seconds / 120
        lines.append(f"[{clock:12.6f}] {line.format_map(words) if '{' in line else line}")
    lines += [f"[^[[0;32m  OK  ^[[0m] Started ^[[0;1;39m{unit}." for unit in rng.sample(UNITS, 8)]
    return [
        *lines,
        f"debian-bookworm login: root (automatic login) on {platform.name}",
        "/ # export SHELL=/bin/sh",
        f"/ # . /lava-{job}/environment",
        f"/ # /lava-{job}/bin/lava-test-runner /lava-{job}/0",
    ]


def oops_lines(rng: Random, symptom: str, platform: Platform, release: str) -> list[str]:
    """Return what the kernel or the test prints when a regression shows its symptom."""
    clock, pid, address = rng.uniform(20, 400), rng.randint(180, 4000), rng.getrandbits(32)
    heads = [line.format(cpu=pid % 8, pid=pid, address=address) for line in COMPLAINTS[symptom]]
    if symptom not in TRACED:
        return heads
    calls = rng.sample(CALLS, 9)
    version = release.removeprefix("v")
    lines = [
        *heads,
        f"CPU: {pid % 8} UID: 0 PID: {pid} Comm: kworker/u16:3 Not tainted {version} #1 PREEMPT",
        f"Hardware name: {platform.name} (DT)",
        f"pc : {calls[0]}+0x{rng.getrandbits(9):x}/0x2c0",
        "Call trace:",
        *(f" {call}+0x{rng.getrandbits(9):x}/0x3a0" for call in calls),
        "---[ end trace 0000000000000000 ]---",
    ]
    return [f"[{clock + 0.0001 * number:12.6f}] {line}" for number, line in enumerate(lines)]


def runner_lines(suite: Suite, results: Sequence[tuple[str, str]], job: str) -> Iterator[str]:
    """Return what the test runner prints of the last cases it ran."""
    yield f"+ export TESTRUN_ID=1_{suite.job}"
    yield f"+ cd /lava-{job}/0/tests/1_{suite.job}"
    yield f"<LAVA_SIGNAL_STARTRUN 1_{suite.job} {job}_1.1.3.5>"
    last = [(case, status) for case, status in results[-90:] if case]
    for number, (case, status) in enumerate(last, len(results) - len(last) + 1):
        if suite.kind == "ltp":
            yield f"{case}    {LTP_WORDS.get(status, 'FAIL')}    (exit: {int(status == 'FAIL')})"
            continue
        if status == "FAIL":
            yield f"# {case}: Test terminated by assertion"
        tail = " # SKIP" if status == "SKIP" else ""
        yield f"{'not ok' if status == 'FAIL' else 'ok'} {number} selftests: {suite.root}: {case}{tail}"
    for case, status in last:
        yield testcase(case.replace(".", "_"), status)
    yield f"<LAVA_SIGNAL_ENDRUN 1_{suite.job} {job}_1.1.3.5>"
    yield "<LAVA_TEST_RUNNER EXIT>"


def testcase(case: str, status: str) -> str:
    """Return the signal by which a board reports one result to LAVA."""
    word = status.lower() if status in ("PASS", "FAIL", "SKIP") else "unknown"
    return f"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID={case} RESULT={word}>"


def build_lines(rng: Random, variant: Variant, error: str | None, when: int) -> list[str]:
    """Return the end of a build's log; with the compiler's error when it failed."""
    objects = islice(cycle(rng.sample(OBJECTS, 40)), rng.randint(640, 760))
    lines = [f"  CC      {name.format(arch=variant.arch)}" for name in objects]
    if error:
        lines += [
            error,
            f"make[4]: *** [../scripts/Makefile.build:287: {error.split(':')[0]}] Error 1",
            "make[3]: *** [../scripts/Makefile.build:556: drivers] Error 2",
            "make: *** [Makefile:248: __sub-make] Error 2",
        ]
        return [*lines, "+ echo job:build_kernel=fail", "+ exit 1"]
    lines += [
        f"  LD      vmlinux.o\n  OBJCOPY arch/{variant.arch}/boot/Image",
        "+ echo job:build_kernel=done",
    ]
    for stage in ("build_modules", "package_kimage", "package_modules", "package_dtbs"):
        lines += [
            f"+ echo -----log:{stage}-----",
            f"+ echo job:{stage}=running",
            "++ date +%s",
            f"+ echo jobsts:{stage}={when}",
            "+ set -eE -o pipefail",
            f"+ echo job:{stage}=done",
        ]
    return [*lines, "Build script is completed, tail will be killed now", "+ stage=0", "+ kill 11"]
