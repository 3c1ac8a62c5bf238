"""Test suites: their jobs, the paths of their cases and what usually becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ingest.demo.casenames import LTP, REDHAT_TASKS, XFSTESTS, ltp_cases, words
from ingest.demo.kselftest import KSELFTEST, kselftest_cases


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured case: a typical value, its unit and prefix, the spread beyond the board's."""

    case: str
    typical: float
    unit: str
    prefix: str = ""
    spread: float = 1.0
    status: str = "PASS"


@dataclass(frozen=True, slots=True)
class Suite:
    """A job and the tests it runs.

    ``fail`` and ``skip`` are the usual shares of its cases that always fail or never apply;
    ``uneven`` is how much platforms differ in that (0: not at all). ``limits`` names the only
    architectures it runs on, if there are such.
    """

    job: str
    root: str
    cases: tuple[str, ...] = ()
    weight: float = 1.0
    fail: float = 0.004
    skip: float = 0.06
    uneven: float = 1.0
    limits: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()

    @property
    def is_hopeless(self) -> bool:
        """Whether nearly all of it always fails: a block that would drown everything else."""
        return self.fail > 0.9

    @property
    def kind(self) -> str:
        """Return the first part of its paths: kselftest, ltp."""
        return self.root.split(".")[0]


def path_of(origin: str, suite: Suite, case: str) -> str:
    """Return the test path an origin gives a case; "" is the suite itself."""
    root = suite.kind if origin == "linaro" else suite.root
    return ".".join(part for part in (root, case) if part)


BOOT = Suite("baseline", "boot", fail=0.0, skip=0.0)

_SPECIAL = {
    # job: (weight, always failing, never applicable, unevenness)
    "kselftest-iommu": (0.35, 0.95, 0.0, 0.05),
    "kselftest-landlock": (0.3, 0.96, 0.0, 0.1),
    "kselftest-alsa": (0.9, 0.005, 0.3, 1.0),
    "kselftest-arm64": (0.7, 0.0, 0.57, 0.3),
    "kselftest-x86": (0.5, 0.02, 0.25, 1.0),
    "kselftest-net": (0.8, 0.09, 0.2, 1.2),
    "kselftest-bpf": (0.3, 0.25, 0.1, 0.8),
    "kselftest-mm": (0.7, 0.05, 0.2, 1.0),
    "kselftest-cgroup": (0.5, 0.12, 0.15, 0.8),
    "kselftest-dt": (1.2, 0.03, 0.1, 1.5),
    "ltp-syscalls": (1.4, 0.003, 0.12, 0.5),
    "ltp-controllers": (0.6, 0.02, 0.2, 0.8),
    "ltp-cve": (0.8, 0.02, 0.15, 0.5),
    "kselftest-seccomp": (0.9, 0.005, 0.08, 0.8),
}
_LIMITS = {
    "kselftest-arm64": ("arm64",),
    "kselftest-alsa": ("arm64", "x86_64"),
    "kselftest-x86": ("x86_64", "i386"),
    "kselftest-dt": ("arm64", "arm", "riscv"),
    "kselftest-iommu": ("arm64", "x86_64"),
}


@cache
def _suite(job: str, root: str, cases: tuple[str, ...]) -> Suite:
    usual = (0.08 * len(cases) ** 0.6, 0.004, 0.06, 1.0)
    weight, fail, skip, uneven = _SPECIAL.get(job, usual)
    return Suite(job, root, cases, weight, fail, skip, uneven, _LIMITS.get(job, ()))


_LATENCIES = (("t0-min-latency", 3.0, 0.5), ("t0-avg-latency", 9.0, 0.8), ("t0-max-latency", 74.0, 4.0))
RT_TESTS = tuple(
    Suite(
        f"rt-tests-{name}",
        f"rt-tests.{name}",
        (*(case for case, _, _ in _LATENCIES), "test-attachment"),
        weight=0.5,
        skip=0.0,
        metrics=tuple(Metric(case, scale * value, "us", spread=spread) for case, value, spread in _LATENCIES),
    )
    for name, scale in (("cyclictest", 1.0), ("pmqtest", 1.6), ("ptsematest", 1.4), ("cyclicdeadline", 2.2))
)
PERFORMANCE = (
    *RT_TESTS,
    Suite(
        "rt-tests-hackbench",
        "rt-tests.hackbench",
        ("hackbench-mean", "hackbench-pass"),
        skip=0.0,
        metrics=(Metric("hackbench-mean", 1.48, "s"),),
    ),
    Suite(
        "fio-mmc",
        "fio",
        ("seq-read", "seq-write", "rand-read", "rand-write", "rand-read-iops", "rand-write-iops"),
        skip=0.0,
        fail=0.0,
        metrics=(
            *(
                Metric(case, value, "B/s", "binary", status="DONE")
                for case, value in (
                    ("seq-read", 187e6),
                    ("seq-write", 64e6),
                    ("rand-read", 31e6),
                    ("rand-write", 14e6),
                )
            ),
            Metric("rand-read-iops", 7600.0, "IO/s", "metric", status="DONE"),
            Metric("rand-write-iops", 3400.0, "IO/s", "metric", status="DONE"),
        ),
    ),
    Suite(
        "iperf3",
        "iperf3",
        ("tcp-rx", "tcp-tx", "udp-jitter"),
        skip=0.0,
        metrics=(
            Metric("tcp-rx", 941e6, "bit/s", "metric", 0.3),
            Metric("tcp-tx", 937e6, "bit/s", "metric", 0.3),
            Metric("udp-jitter", 0.031, "ms", spread=2.0),
        ),
    ),
)

_H264 = words("""
BA1_Sony_D BA2_Sony_F BA3_SVA_C BAMQ1_JVC_C BA_MW_D BANM_MW_D BASQP1_Sony_C CABA1_SVA_B
CABACI3_Sony_B CABAST3_Sony_E CAFI1_SVA_C CAMA1_Sony_C CANM_Sony_E CAPCM_NL_E CI1_FT_B CVBS3_Sony_C
FI1_Sony_E HCBP2_HHI_A LS_SVA_D MIDR_MW_D MPS_MW_A NL1_Sony_D NLMQ1_JVC_C NRF_MW_E SL1_SVA_B
SVA_BA1_B sp1_bt_a sp2_bt_b src19td_IBP_264
""")
HYPHENS = Suite(
    "kselftest-arm64-qualcomm",
    "kselftest-arm64-qualcomm",
    ("fastrpc_main_sh", "qrtr_ns_sh", "rpmsg_char"),
    weight=0.2,
    limits=("arm64",),
)
OTHER = (
    Suite(
        "fluster-h264",
        "fluster",
        tuple(f"debian.v4l2.GStreamer-H_264-V4L2SL-Gst1_0.JVT-AVC_V1.{vector}" for vector in _H264),
        weight=0.35,
        fail=0.05,
        skip=0.1,
        limits=("arm64",),
    ),
    Suite("xfstests-ext4", "xfstests", XFSTESTS, weight=0.4, fail=0.01, skip=0.35, uneven=0.3),
    Suite(
        "tast-ui",
        "tast",
        words(
            "ui.DesktopControl ui.WindowControl ui.ChromeLogin ui.CheckIntelGPU "
            "ui.HotseatSmoothness ui.OverviewPerf ui.TabSwitch ui.WebGL"
        ),
        weight=0.3,
        fail=0.08,
        limits=("x86_64",),
    ),
    Suite("wifi-basic", "kernelci_wifi_basic", ("scan", "connect", "ping"), weight=0.4, fail=0.02),
    Suite("watchdog-reset", "kernelci_watchdog_reset", weight=0.3, fail=0.02, skip=0.0),
    Suite("kernelci-modules", "modules", ("load_all", "unload_all", "verify_deps", "no_taint"), weight=0.3),
    HYPHENS,
)
COVERAGE = Suite("process-coverage", "coverage", ("functions", "lines"), skip=0.0, fail=0.0)
DTBS_CHECK = Suite("dtbs-check", "dtbs_check", tuple(f"qcom_board{n:02d}_dtb" for n in range(12)), fail=0.1)


@cache
def suites_of(origin: str) -> tuple[Suite, ...]:
    """Return the suites an origin runs besides booting."""
    if origin == "redhat":
        return (Suite("cki", "", REDHAT_TASKS, skip=0.02, fail=0.02),)
    if origin == "microsoft":
        return (Suite("lisa", "microsoft_lisa", LISA, skip=0.0, fail=0.1),)
    if origin == "ti":
        return ()
    kselftest = tuple(
        _suite(f"kselftest-{name}", f"kselftest.{name}", kselftest_cases(name)) for name in KSELFTEST
    )
    ltp = tuple(_suite(f"ltp-{name}", "ltp", ltp_cases(name)) for name in LTP)
    return (*ltp, *kselftest) if origin == "linaro" else (*kselftest, *ltp, *PERFORMANCE, *OTHER)


LISA = (
    "NetworkPerformace.perf_tcp_iperf_sriov",
    "NetworkPerformace.perf_tcp_ntttcp_sriov",
    "StoragePerformance.perf_premium_datadisks_io",
    "AzureDiskFeatures.smoke_test_boot",
)
