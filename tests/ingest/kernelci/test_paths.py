"""Job names become suites, places in the tree become test paths."""

from __future__ import annotations

import pytest

from ingest.kernelci.paths import Suites, known_suite, path_below


@pytest.mark.parametrize(
    ("job", "suite"),
    [
        ("baseline-arm64", "boot"),
        ("baseline", "boot"),
        ("baseline-nfs-arm64", "boot.nfs"),
        ("job-gcc-14-arm64-cip-defconfig", "boot"),
        ("job-gcc-14-cip-riscv", "boot"),
        ("job-gcc-14-arm-cip-bbb", "boot.nfs"),
        ("job-gcc-14-x86-cip", "boot.nfs"),
        ("kselftest-cpufreq", "kselftest.cpufreq"),
        ("kselftest-cpufreq-suspend", "kselftest.cpufreq.suspend"),
        ("kselftest-cpufreq-hibernate", "kselftest.cpufreq.hibernate"),
        ("kselftest-dt-ramdisk", "kselftest.dt"),
        ("kselftest-mm-8g-main", "kselftest.mm"),
        ("kselftest-timers-pull-labs", "kselftest.timers"),
        ("kselftest-cpu-hotplug", "kselftest.cpu-hotplug"),
        ("kselftest-device-error-logs", "kselftest.device_error_logs"),
        ("kselftest-device-error-logs-ramdisk", "kselftest.device-error-logs"),
        ("kselftest-perf-events", "kselftest.perf_events"),
        ("kselftest-user-events", "kselftest.user_events"),
        ("kselftest-kvm-pkvm", "kselftest.pkvm"),
        ("kselftest-splice", "kselftest.splce"),
        ("ltp-syscalls", "ltp"),
        ("rt-tests-cyclictest", "rt-tests.cyclictest"),
        ("rt-tests-pi-stress", "rt-tests.pi-params"),
        ("kunit-x86_64", "kunit"),
        ("kvm-unit-tests-arm64", "kvm-unit-tests"),
        ("fluster-debian-AV1-10bit-AOM", "fluster.debian.v4l2.gstreamer_AV1_AOM"),
        ("coverage-report-arm64", "coverage"),
        ("sleep", "kernelci_sleep"),
        ("watchdog-reset-arm64", "kernelci_watchdog_reset"),
        ("wifi-basic", "kernelci_wifi_basic"),
        ("cvehound", "security.cvehound"),
        ("h26forge-debian", "h26forge.debian"),
        ("kbuild-gcc-14-arm64-dtbscheck", "dtbs_check"),
        ("nipa-update", "kernelci_nipa-update"),
        ("blktests-ddp-x86", "blktests-ddp"),
        ("never-heard-of", "never-heard-of"),
    ],
)
def test_known_suites(job, suite):
    assert known_suite(job) == suite


def test_an_operators_rule_goes_first_exact_before_long_before_short():
    suites = Suites(
        [("ltp-*", "linux-test-project"), ("ltp-mm*", "ltp.mm"), ("ltp-mm-huge", "huge"), ("tast-*", "")]
    )
    assert suites.of_job("ltp-sched") == "linux-test-project"
    assert suites.of_job("ltp-mm-small") == "ltp.mm"
    assert suites.of_job("ltp-mm-huge") == "huge"
    assert suites.of_job("tast-kernel") == ""
    assert suites.of_job("kunit") == "kunit"


@pytest.mark.parametrize(
    ("below", "jobs", "path"),
    [
        (["baseline-arm64"], ["baseline-arm64"], "boot"),
        (["ltp-mm", "ltp-mm", "mmap01"], ["ltp-mm"], "ltp.mmap01"),
        (["kunit-x86_64", "exec", "time", "range"], ["kunit-x86_64"], "kunit.exec.time.range"),
        (["coverage-report-arm64", "coverage.lines"], ["coverage-report-arm64"], "coverage.coverage.lines"),
        (["kbuild-gcc-14-arm64", "baseline-arm64"], ["baseline-arm64"], "boot"),
        (["ltp-mm", "", "a b/c"], ["ltp-mm"], "ltp.a_b_c"),
        (["ltp-mm", "..a..b.."], ["ltp-mm"], "ltp.a.b"),
        (["suite", "sleep"], ["suite"], "suite.sleep"),
        (["..."], ["..."], ""),
        ([], [], ""),
    ],
)
def test_paths(below, jobs, path):
    assert path_below(below, jobs, Suites()) == path


def test_results_of_a_job_without_a_suite_are_not_kept():
    assert path_below(["tast-x", "case"], ["tast-x"], Suites([("tast-x", "")])) == ""
