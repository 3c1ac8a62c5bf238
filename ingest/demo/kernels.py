"""Kernel trees and the names of their commits, as the release calendar would have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

GIT = "https://git.kernel.org/pub/scm/linux/kernel/git/"
MIRROR = "https://kernel.googlesource.com/pub/scm/linux/kernel/git/"

V6_16 = datetime(2025, 7, 27, 20, tzinfo=UTC)
CYCLE = timedelta(days=63)
WEEK = timedelta(days=7)
MERGE_WINDOW = timedelta(days=14)
MINORS = 20  # 6.19 is followed by 7.0
LONGTERM_SINCE = {
    "6.18": datetime(2025, 11, 30, tzinfo=UTC),
    "6.12": datetime(2024, 11, 17, tzinfo=UTC),
    "6.6": datetime(2023, 10, 29, tzinfo=UTC),
    "6.1": datetime(2022, 12, 11, tzinfo=UTC),
    "5.15": datetime(2021, 10, 31, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that is tested: ``size`` of a revision and ``rate`` (revisions a day), relative."""

    tree: str
    name: str
    url: str
    kind: str
    size: float
    rate: float
    origins: tuple[str, ...]
    mirror: str

    @property
    def label(self) -> str:
        """Return tree/branch."""
        return f"{self.tree}/{self.name}"


# Tree, branch, repository (below GIT unless whole), kind, size, rate, who tests it besides Maestro.
_BRANCHES = """
mainline master torvalds/linux.git mainline 1.8 1 LRTM
next master next/linux-next.git next 1.5 0.7 LT
stable-rc linux-6.12.y stable/linux-stable-rc.git stable-rc 0.5 0.35 L
next pending-fixes next/linux-next.git mainline 0.45 0.45
stable-rc linux-6.18.y stable/linux-stable-rc.git stable-rc 0.5 0.35 L
net-next main netdev/net-next.git topic 0.35 0.45 R
android android16-6.12 https://android.googlesource.com/kernel/common android 0.25 0.35
stable-rc linux-6.6.y stable/linux-stable-rc.git stable-rc 0.4 0.3 L
media-committers next https://gitlab.freedesktop.org/linux-media/media-committers.git topic 0.15 0.25
stable linux-6.12.y stable/linux.git stable 0.3 0.14 LM
arm64 for-kernelci arm64/linux.git topic 0.25 0.25
chrome-platform for-kernelci chrome-platform/linux.git topic 0.15 0.2
broonie-sound for-next broonie/sound.git topic 0.12 0.25
tip master tip/tip.git topic 0.25 0.35
stable-rc linux-6.1.y stable/linux-stable-rc.git stable-rc 0.35 0.3 L
kselftest next shuah/linux-kselftest.git topic 0.3 0.2
stable-rt linux-6.12.y-rt rt/linux-stable-rt.git stable 0.25 0.15
drm-misc drm-misc-next https://gitlab.freedesktop.org/drm/misc/kernel.git topic 0.15 0.3
stable-rc linux-5.15.y stable/linux-stable-rc.git stable-rc 0.3 0.25 L
stable linux-6.6.y stable/linux.git stable 0.25 0.14 LM
broonie-regmap for-next broonie/regmap.git topic 0.1 0.2
broonie-spi for-next broonie/spi.git topic 0.1 0.2
android android15-6.6 https://android.googlesource.com/kernel/common android 0.2 0.25
clk clk-next clk/linux.git topic 0.1 0.15
renesas master geert/renesas-devel.git topic 0.15 0.2
qcom for-next qcom/linux.git topic 0.15 0.25
mediatek for-next mediatek/linux.git topic 0.15 0.2
linux-pci next pci/pci.git topic 0.1 0.2
cip linux-6.1.y-cip cip/linux-cip.git stable 0.2 0.15
efi next efi/efi.git topic 0.08 0.1
lee-mfd for-mfd-next lee/mfd.git topic 0.08 0.15
soc for-next soc/soc.git topic 0.15 0.2
stable linux-6.18.y stable/linux.git stable 0.3 0.14 L
ulfh next ulfh/mmc.git topic 0.08 0.15
thermal linux-next thermal/linux.git topic 0.08 0.1
android android-mainline https://android.googlesource.com/kernel/common mainline 0.3 0.4
riscv for-next riscv/linux.git topic 0.12 0.2
bpf-next master bpf/bpf-next.git topic 0.2 0.4
kvmarm next kvmarm/kvmarm.git topic 0.12 0.15
hyperv hyperv-next hyperv/linux.git topic 0.1 0.1 M
"""
_ORIGINS = {"L": "linaro", "R": "redhat", "T": "ti", "M": "microsoft"}


def _branch(line: str) -> Branch:
    tree, name, path, kind, size, rate, *others = line.split()
    origins = ("maestro", *(_ORIGINS[letter] for letter in "".join(others)))
    if path.startswith("https:"):
        return Branch(tree, name, path, kind, float(size), float(rate), origins, path)
    return Branch(tree, name, GIT + path, kind, float(size), float(rate), origins, MIRROR + path)


BRANCHES = tuple(_branch(line) for line in _BRANCHES.strip().splitlines())

SUBSYSTEMS = """\
net: stmmac
drm/amdgpu
arm64: dts: qcom
btrfs
ALSA: hda/realtek
mm/vmscan
iommu/arm-smmu-v3
sched/fair
KVM: arm64
spi: cadence-quadspi
usb: dwc3
ext4
bpf
x86/cpu
regulator: core
media: v4l2-core
ASoC: SOF
perf tools
selftests: net
xfs
io_uring
nvme-pci
wifi: ath12k
pinctrl: mediatek
riscv: mm
drm/panfrost
mmc: sdhci-msm
powerpc/64s
firmware: arm_scmi
clk: renesas
""".splitlines()
CHANGES = """\
fix use-after-free on the error path
avoid a NULL dereference on probe deferral
drop unused includes
check the return value of clk_prepare_enable()
use devm_kzalloc() for the private data
fix lock ordering in suspend
add support for the new revision
do not sleep in atomic context
convert to the scoped guard API
fix a refcount leak in the remove callback
correct the interrupt type
handle short reads
limit the number of retries
fix the sign of an error code
simplify the state machine
""".splitlines()


def patch_subject(rng: Random) -> str:
    """Return the subject line of a patch."""
    return f"{rng.choice(SUBSYSTEMS)}: {rng.choice(CHANGES)}"


def commit_subject(rng: Random, branch: Branch) -> str:
    """Return a subject line as the branch's maintainers would write it."""
    if branch.kind == "next":
        return "Add linux-next specific files"
    if branch.kind.startswith("stable"):
        return f"Linux {branch.name.removeprefix('linux-').removesuffix('.y')} release candidate review"
    if branch.kind == "mainline" and rng.random() < 0.6:
        topic = rng.choice(SUBSYSTEMS).partition(":")[0]
        return f"Merge tag '{topic}-fixes' of {GIT}{rng.choice(BRANCHES).tree}/linux"
    return patch_subject(rng)


def _release(when: datetime) -> tuple[str, timedelta]:
    """Return the newest release (6.16, 7.2) at that moment and the time since then."""
    cycles, since = divmod(when - V6_16, CYCLE)
    major, minor = divmod(6 * MINORS + 16 + cycles, MINORS)
    return f"{major}.{minor}", since


def kernel_version(when: datetime) -> str:
    """Return mainline's newest tag at that moment: v7.1-rc3 or, in a merge window, v7.0."""
    release, since = _release(when)
    if since < MERGE_WINDOW:
        return f"v{release}"
    following, _ = _release(when + CYCLE)
    return f"v{following}-rc{min((since - MERGE_WINDOW) // WEEK + 1, 8)}"


def describe(branch: Branch, when: datetime, commit: str) -> str:
    """Return what git-describe would say of a commit made at that moment."""
    short = commit[:12]
    if branch.kind == "next":
        return f"next-{when:%Y%m%d}"
    if branch.kind == "android":
        base = branch.name.removeprefix("android").partition("-")[2]
        return f"{branch.name}.{_stable_minor(base, when) - 8}_r00-{3 * _hours(when)}-g{short}"
    if branch.kind.startswith("stable"):
        base = branch.name.removeprefix("linux-").partition(".y")[0]
        minor = _stable_minor(base, when)
        tag = f"v{base}.{minor}"
        return tag if branch.kind == "stable" else f"{tag}-{100 + _hours(when)}-g{short}"
    _, since = _release(when)
    if branch.kind == "topic":
        tagged = when - since + (timedelta() if since < MERGE_WINDOW else MERGE_WINDOW)
        return f"{kernel_version(tagged)}-{1 + int((when - tagged) / timedelta(hours=3))}-g{short}"
    in_window = since < MERGE_WINDOW
    since_tag = since if in_window else (since - MERGE_WINDOW) % WEEK
    return (
        f"{kernel_version(when)}-{1 + int(since_tag.total_seconds() / (90 if in_window else 2400))}-g{short}"
    )


def _stable_minor(base: str, when: datetime) -> int:
    since = LONGTERM_SINCE[base]
    return max(1, int((when - since) / WEEK * 1.1))


def _hours(when: datetime) -> int:
    """Return a number (of commits, say) that grows within a week."""
    return 1 + int((when - V6_16) % WEEK / timedelta(hours=1))
