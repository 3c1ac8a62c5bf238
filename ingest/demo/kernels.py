"""Kernel trees and the names of their commits, as the release calendar would have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from random import Random

GIT = "https://git.kernel.org/pub/scm/linux/kernel/git/"
MIRROR = "https://kernel.googlesource.com/pub/scm/linux/kernel/git/"
ALL_ORIGINS = ("maestro", "linaro", "redhat", "ti", "microsoft")

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
    origins: tuple[str, ...] = ("maestro",)
    mirror: str = ""

    @property
    def label(self) -> str:
        """Return tree/branch."""
        return f"{self.tree}/{self.name}"


def _branch(tree: str, name: str, path: str, kind: str, size: float, rate: float, *origins: str) -> Branch:
    url = path if path.startswith("https:") else GIT + path
    mirror = MIRROR + path if url.startswith(GIT) else url
    return Branch(tree, name, url, kind, size, rate, ("maestro", *origins), mirror)


_STABLE_RC = "stable/linux-stable-rc.git"
_STABLE = "stable/linux.git"
_NEXT = "next/linux-next.git"
BRANCHES = (
    _branch("mainline", "master", "torvalds/linux.git", "mainline", 1.8, 1.0, *ALL_ORIGINS[1:]),
    _branch("next", "master", _NEXT, "next", 1.5, 0.7, "linaro", "ti"),
    _branch("stable-rc", "linux-6.12.y", _STABLE_RC, "stable-rc", 0.5, 0.35, "linaro"),
    _branch("next", "pending-fixes", _NEXT, "mainline", 0.45, 0.45),
    _branch("stable-rc", "linux-6.18.y", _STABLE_RC, "stable-rc", 0.5, 0.35, "linaro"),
    _branch("net-next", "main", "netdev/net-next.git", "topic", 0.35, 0.45, "redhat"),
    _branch("android", "android16-6.12", "https://android.googlesource.com/kernel/common", "android", 0.25, 0.35),
    _branch("stable-rc", "linux-6.6.y", _STABLE_RC, "stable-rc", 0.4, 0.3, "linaro"),
    _branch("media", "next", "https://gitlab.freedesktop.org/linux-media/media-committers.git", "topic", 0.15, 0.25),
    _branch("stable", "linux-6.12.y", _STABLE, "stable", 0.3, 0.14, "linaro", "microsoft"),
    _branch("arm64", "for-kernelci", "arm64/linux.git", "topic", 0.25, 0.25),
    _branch("chrome-platform", "for-kernelci", "chrome-platform/linux.git", "topic", 0.15, 0.2),
    _branch("broonie-sound", "for-next", "broonie/sound.git", "topic", 0.12, 0.25),
    _branch("tip", "master", "tip/tip.git", "topic", 0.25, 0.35),
    _branch("stable-rc", "linux-6.1.y", _STABLE_RC, "stable-rc", 0.35, 0.3, "linaro"),
    _branch("kselftest", "next", "shuah/linux-kselftest.git", "topic", 0.3, 0.2),
    _branch("rt-devel", "linux-6.12.y-rt", "rt/linux-stable-rt.git", "stable", 0.25, 0.15),
    _branch("drm-misc", "drm-misc-next", "https://gitlab.freedesktop.org/drm/misc/kernel.git", "topic", 0.15, 0.3),
    _branch("stable-rc", "linux-5.15.y", _STABLE_RC, "stable-rc", 0.3, 0.25, "linaro"),
    _branch("stable", "linux-6.6.y", _STABLE, "stable", 0.25, 0.14, "linaro", "microsoft"),
    _branch("broonie-regmap", "for-next", "broonie/regmap.git", "topic", 0.1, 0.2),
    _branch("broonie-spi", "for-next", "broonie/spi.git", "topic", 0.1, 0.2),
    _branch("android", "android15-6.6", "https://android.googlesource.com/kernel/common", "android", 0.2, 0.25),
    _branch("clk", "clk-next", "clk/linux.git", "topic", 0.1, 0.15),
    _branch("renesas", "master", "geert/renesas-devel.git", "topic", 0.15, 0.2),
    _branch("qcom", "for-next", "qcom/linux.git", "topic", 0.15, 0.25),
    _branch("mediatek", "for-next", "mediatek/linux.git", "topic", 0.15, 0.2),
    _branch("linux-pci", "next", "pci/pci.git", "topic", 0.1, 0.2),
    _branch("cip", "linux-6.1.y-cip", "cip/linux-cip.git", "stable", 0.2, 0.15),
    _branch("efi", "next", "efi/efi.git", "topic", 0.08, 0.1),
    _branch("lee-mfd", "for-mfd-next", "lee/mfd.git", "topic", 0.08, 0.15),
    _branch("soc", "for-next", "soc/soc.git", "topic", 0.15, 0.2),
    _branch("stable", "linux-6.18.y", _STABLE, "stable", 0.3, 0.14, "linaro"),
    _branch("ulfh", "next", "ulfh/mmc.git", "topic", 0.08, 0.15),
    _branch("thermal", "linux-next", "thermal/linux.git", "topic", 0.08, 0.1),
    _branch("android", "android-mainline", "https://android.googlesource.com/kernel/common", "mainline", 0.3, 0.4),
    _branch("riscv", "for-next", "riscv/linux.git", "topic", 0.12, 0.2),
    _branch("bpf-next", "master", "bpf/bpf-next.git", "topic", 0.2, 0.4),
    _branch("kvmarm", "next", "kvmarm/kvmarm.git", "topic", 0.12, 0.15),
    _branch("hyperv", "hyperv-next", "hyperv/linux.git", "topic", 0.1, 0.1, "microsoft"),
)

SUBSYSTEMS = (
    "net: stmmac", "drm/amdgpu", "arm64: dts: qcom", "btrfs", "ALSA: hda/realtek", "mm/vmscan", "iommu/arm-smmu-v3",
    "sched/fair", "KVM: arm64", "spi: cadence-quadspi", "usb: dwc3", "ext4", "bpf", "x86/cpu", "regulator: core",
    "media: v4l2-core", "ASoC: SOF", "perf tools", "selftests: net", "xfs", "io_uring", "nvme-pci", "wifi: ath12k",
    "pinctrl: mediatek", "riscv: mm", "drm/panfrost", "mmc: sdhci-msm", "powerpc/64s", "firmware: arm_scmi", "clk: renesas",
)  # fmt: skip
CHANGES = (
    "fix use-after-free on the error path", "avoid a NULL dereference on probe deferral", "drop unused includes",
    "check the return value of clk_prepare_enable()", "use devm_kzalloc() for the private data",
    "fix lock ordering in suspend", "add support for the new revision", "do not sleep in atomic context",
    "convert to the scoped guard API", "fix a refcount leak in the remove callback", "correct the interrupt type",
    "handle short reads", "limit the number of retries", "fix the sign of an error code", "simplify the state machine",
)  # fmt: skip


def commit_hash(seed: int, branch: Branch, position: int) -> str:
    """Return the 40 hex digits of a commit of a linear branch."""
    return sha1(f"{seed} {branch.label} {position}".encode()).hexdigest()


def commit_subject(rng: Random, branch: Branch) -> str:
    """Return a subject line as the branch's maintainers would write it."""
    if branch.kind == "next":
        return "Add linux-next specific files"
    if branch.kind.startswith("stable"):
        return f"Linux {branch.name.removeprefix('linux-').removesuffix('.y')} release candidate review"
    if branch.kind == "mainline" and rng.random() < 0.6:
        return f"Merge tag '{rng.choice(SUBSYSTEMS).split(':')[0]}-fixes' of {GIT}{rng.choice(BRANCHES).tree}/linux"
    return f"{rng.choice(SUBSYSTEMS)}: {rng.choice(CHANGES)}"


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
    return f"{kernel_version(when)}-{1 + int(since_tag.total_seconds() / (90 if in_window else 2400))}-g{short}"


def _stable_minor(base: str, when: datetime) -> int:
    since = LONGTERM_SINCE[base]
    return max(1, int((when - since) / WEEK * 1.1))


def _hours(when: datetime) -> int:
    """Return a number (of commits, say) that grows within a week."""
    return 1 + int((when - V6_16) % WEEK / timedelta(hours=1))
