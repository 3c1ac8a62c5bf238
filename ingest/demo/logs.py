"""Log text: kernel boots, oopses, test runners, compilers. Made of lines, cut to an excerpt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import cycle, islice
from random import Random

from ingest.demo.hardware import Platform, Variant
from ingest.demo.suites import Suite

EXCERPT = 16_384
"""Characters of the end of a log that an excerpt holds."""

SYMPTOMS = {
    "boot": ("null", "panic", "hang", "lockdep"),
    "kselftest": ("assert", "null", "warning", "timeout", "kasan"),
    "ltp": ("tfail", "tbrok", "warning", "hang"),
}
"""Kind of suite -> what a regression looks like in its log."""
BUILD_ERRORS = (
    "drivers/gpu/drm/panel/panel-edp.c:614:9: error: implicit declaration of function 'drm_panel_of_backlight'"
    " [-Werror=implicit-function-declaration]",
    "net/core/skbuff.c:4821:31: error: 'struct skb_shared_info' has no member named 'xdp_frags_truesize'",
    "arch/arm/mach-omap2/pm34xx.c:112:6: error: no previous prototype for 'omap3_sram_idle'"
    " [-Werror=missing-prototypes]",
    "ld.lld: error: undefined symbol: __aeabi_uldivmod",
    "drivers/soc/qcom/qcom_stats.c:88:14: error: variable 'ret' is uninitialized when used here"
    " [-Werror,-Wuninitialized]",
    "fs/btrfs/inode.c:9021:17: error: too few arguments to function 'btrfs_alloc_ordered_extent'",
    "lib/crypto/chacha.c:40:1: error: redefinition of 'chacha_block_generic'",
    "error: the `core` library for target `aarch64-unknown-none` is not installed (rust/core.o)",
)
OUTAGE_LINES = (
    "bootloader-action timed out after 300 seconds",
    "login-action timed out after 120 seconds",
    "Connection to ser2net closed by remote host",
    "503 Server Error: Service Unavailable for url: https://files.lab.example/kernel/Image",
)

_BOOT = (
    "Booting Linux on physical CPU 0x0000000000 [0x410fd034]", "Linux version {release} (kci@build-{job}) ({compiler})",
    "Machine model: {model}", "efi: UEFI not found.", "Zone ranges:", "  DMA      [mem 0x0000000000000000-0x00000000ffffffff]",
    "Early memory node ranges", "psci: PSCIv1.1 detected in firmware.", "percpu: Embedded 33 pages/cpu s94504 r8192 d32472 u135168",
    "Detected VIPT I-cache on CPU0", "CPU features: detected: ARM erratum 845719", "alternatives: applying boot alternatives",
    "Kernel command line: console=ttyS0,115200n8 root=/dev/nfs rw nfsroot=10.192.{octet}.1:/var/lib/lava/{job}/extract ip=dhcp",
    "Dentry cache hash table entries: 262144 (order: 9, 2097152 bytes, linear)", "mem auto-init: stack:all(zero), heap alloc:off, heap free:off",
    "SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=4, Nodes=1", "rcu: Preemptible hierarchical RCU implementation.",
    "rcu: \tRCU event tracing is enabled.", "NR_IRQS: 64, nr_irqs: 64, preallocated irqs: 0", "arch_timer: cp15 timer(s) running at 24.00MHz (phys).",
    "Console: colour dummy device 80x25", "Calibrating delay loop (skipped), value calculated using timer frequency.. 48.00 BogoMIPS (lpj=96000)",
    "LSM: initializing lsm=capability", "smp: Bringing up secondary CPUs ...", "smp: Brought up 1 node, 4 CPUs", "SMP: Total of 4 processors activated.",
    "devtmpfs: initialized", "clocksource: jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645041785100000 ns",
    "pinctrl core: initialized pinctrl subsystem", "NET: Registered PF_NETLINK/PF_ROUTE protocol family", "thermal_sys: Registered thermal governor 'step_wise'",
    "hw-breakpoint: found 6 breakpoint and 4 watchpoint registers.", "iommu: Default domain type: Translated", "SCSI subsystem initialized",
    "usbcore: registered new interface driver usbfs", "usbcore: registered new interface driver hub", "vgaarb: loaded", "VFS: Disk quotas dquot_6.6.0",
    "NET: Registered PF_INET protocol family", "tcp_listen_portaddr_hash hash table entries: 2048 (order: 3, 32768 bytes, linear)",
    "TCP: Hash tables configured (established 32768 bind 32768)", "RPC: Registered tcp NFSv4.1 backchannel transport module.",
    "kvm [1]: HYP mode not available", "Initialise system trusted keyrings", "io scheduler mq-deadline registered", "io scheduler kyber registered",
    "Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled", "{uart}: ttyS0 at MMIO 0xfe201000 (irq = {irq}, base_baud = 1500000) is a 16550A",
    "printk: legacy console [ttyS0] enabled", "loop: module loaded", "stmmaceth {mac}: User ID: 0x10, Synopsys ID: 0x37", "stmmaceth {mac}: \tDWMAC1000",
    "ehci-platform {usb}: EHCI Host Controller", "ehci-platform {usb}: new USB bus registered, assigned bus number 1", "ehci-platform {usb}: irq {irq}, io mem 0xfe380000",
    "hub 1-0:1.0: USB hub found", "hub 1-0:1.0: 1 port detected", "i2c_dev: i2c /dev entries driver", "sdhci: Secure Digital Host Controller Interface driver",
    "mmc1: CQHCI version 5.10", "mmc1: new HS400 Enhanced strobe MMC card at address 0001", "mmcblk1: mmc1:0001 DG4008 7.28 GiB",
    "hw perfevents: enabled with armv8_cortex_a53 PMU driver, 7 (0,8000003f) counters available", "faux_driver regulatory: Direct firmware load for regulatory.db failed with error -2",
    "cfg80211: failed to load regulatory.db", "brcmfmac: brcmf_fw_alloc_request: using brcm/brcmfmac43455-sdio for chip BCM4345/6", "clk: Disabling unused clocks",
    "ALSA device list:", "  No soundcards found.", "stmmaceth {mac} eth0: Link is Up - 1Gbps/Full - flow control rx/tx", "Sending DHCP requests ., OK",
    "IP-Config: Got DHCP answer from 10.192.{octet}.1, my address is 10.192.{octet}.{irq}", "VFS: Mounted root (nfs filesystem) on device 0:20.",
    "Freeing unused kernel memory: 3072K", "Run /sbin/init as init process", "systemd[1]: Detected architecture {arch}.", "random: crng init done",
)  # fmt: skip
_DRIVERS = (
    "rockchip-pinctrl", "dwmmc_rockchip", "panfrost", "pwm-regulator", "i2c-gpio", "spi-nor", "dw-apb-uart", "dwc3", "xhci-hcd", "cdns-pcie",
    "tsens-thermal", "arm-smmu-v3", "qcom-rpmh", "mtk-iommu", "meson-gxbb-wdt", "leds-gpio", "gpio-keys", "hdmi-audio-codec", "optee", "scmi-clocks",
    "imx-sdma", "snd-soc-simple", "rtc-pcf8563", "at24-eeprom", "bd718xx-pmic", "mdio_bus", "nvmem-efuse", "cpufreq-dt", "hantro-vpu", "coresight-etm4x",
)  # fmt: skip
_REMARKS = (
    "supply vcc not found, using dummy regulator", "probed", "IRQ index 1 not found", "deferred probe pending: wait for supplier",
    "Failed to locate of_node [id: -1]", "using DMA for xfers > 64 bytes", "registered", "Direct firmware load failed with error -2",
    "no reset control found", "version 1.3 initialised", "bus width 8, clock 200000000 Hz", "16 slots 4 ports 6 Gbps 0x1 impl SATA mode",
    "assigned reserved memory node", "clock rate 24000000, divider 2", "will run message pump with realtime priority", "power domain attached",
)  # fmt: skip
_UNITS = (
    "dbus.service^[[0m - D-Bus System Message Bus", "systemd-journald.service^[[0m - Journal Service", "systemd-logind.se…ice^[[0m - User Login Management",
    "e2scrub_reap.serv…e ext4 Metadata Check Snapshots", "apt-daily.timer^[[0m - Daily apt download activities", "fstrim.timer^[[0m - Discard unused blocks once a week",
    "getty@tty1.service^[[0m - Getty on tty1", "serial-getty@ttyS0…rvice^[[0m - Serial Getty on ttyS0", "modprobe@configfs…m - Load Kernel Module configfs",
    "modprobe@drm.service^[[0m - Load Kernel Module drm", "systemd-sysctl.se…ce^[[0m - Apply Kernel Variables", "systemd-timesyncd…0m - Network Time Synchronization",
)  # fmt: skip
_CALLS = (
    "__pm_runtime_resume", "drm_atomic_helper_commit_tail", "regulator_enable", "clk_core_disable", "dwc3_gadget_suspend", "kthread", "worker_thread",
    "process_one_work", "deferred_probe_work_func", "platform_probe", "really_probe", "__driver_probe_device", "bus_for_each_drv", "device_initial_probe",
    "do_syscall_64", "el0_svc_common.constprop.0", "vfs_write", "ksys_write", "netif_receive_skb_list_internal", "napi_complete_done", "ret_from_fork",
)  # fmt: skip
_OBJECTS = tuple(
    f"{folder}/{name}.o"
    for folder in ("drivers/base", "fs/ext4", "kernel/sched", "net/core", "mm", "lib", "drivers/usb/core", "arch/{arch}/kernel")
    for name in ("core", "main", "dd", "sysfs", "inode", "super", "swap", "fair", "dev", "sock", "slab", "util", "hub", "setup", "traps")
)


def excerpt(lines: Sequence[str]) -> str:
    """Return the end of a log, as long as an excerpt may be."""
    return "\n".join(lines)[-EXCERPT:]


@cache
def _console(platform: Platform, arch: str) -> tuple[str, ...]:
    """Return the lines a board prints on every boot; braces stay where a job differs."""
    rng = Random(f"{platform.name} {arch}")
    words = {
        "release": "{release}", "job": "{job}", "compiler": "{compiler}", "arch": arch, "model": platform.name,
        "octet": rng.randint(0, 250), "irq": rng.randint(20, 250), "uart": f"{rng.getrandbits(28):07x}.serial",
        "mac": f"{rng.getrandbits(28):07x}.ethernet", "usb": f"{rng.getrandbits(28):07x}.usb",
    }  # fmt: skip
    devices = [
        f"{driver} {rng.getrandbits(28):07x}.{driver.split('-')[-1].split('_')[-1]}: {rng.choice(_REMARKS)}"
        for driver in rng.choices(_DRIVERS, k=170)
    ]
    lines = [line.format_map(words) for line in _BOOT]
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
    lines += [f"[^[[0;32m  OK  ^[[0m] Started ^[[0;1;39m{unit}." for unit in rng.sample(_UNITS, 8)]
    return [
        *lines,
        f"debian-bookworm login: root (automatic login) on {platform.name}",
        "/ # export SHELL=/bin/sh",
        f"/ # . /lava-{job}/environment",
        f"/ # /lava-{job}/bin/lava-test-runner /lava-{job}/0",
    ]


def oops_lines(rng: Random, symptom: str, platform: Platform, release: str) -> list[str]:
    """Return what the kernel or the test prints when a regression shows its symptom."""
    clock = rng.uniform(20, 400)
    pid = rng.randint(180, 4000)
    version = release.removeprefix("v")
    heads = {
        "null": ["Unable to handle kernel NULL pointer dereference at virtual address 0000000000000038",
                 "Internal error: Oops: 0000000096000004 [#1]  SMP"],
        "panic": ["Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)"],
        "hang": [f"INFO: task kworker/u16:3:{pid} blocked for more than 120 seconds."],
        "lockdep": ["WARNING: possible circular locking dependency detected"],
        "warning": [f"WARNING: CPU: {pid % 8} PID: {pid} at drivers/base/power/runtime.c:1184 __pm_runtime_resume+0x74/0xa8"],
        "kasan": [f"BUG: KASAN: slab-use-after-free in regulator_enable+0x1c4/0x2a0 at addr ffff0000{rng.getrandbits(32):08x}"],
    }.get(symptom)  # fmt: skip
    if heads is None:
        return {
            "tfail": [f"{symptom}: tst_test.c:1888: TFAIL: expected EINVAL but got SUCCESS (0)"],
            "tbrok": ["tst_test.c:1704: TBROK: Test killed by SIGSEGV!", "Summary: passed 0 failed 0 broken 1"],
            "timeout": ["# TIMEOUT: exceeded the 45 seconds a test may take", "not ok 1 # TIMEOUT 45 seconds"],
        }.get(symptom, [f"# assertion failed: Expected 0 ({pid % 7}) == ret ({-(pid % 40)})", "# not ok 1 after fork"])
    calls = rng.sample(_CALLS, 9)
    return [
        f"[{clock:12.6f}] {head}" for head in heads
    ] + [
        f"[{clock:12.6f}] CPU: {pid % 8} UID: 0 PID: {pid} Comm: kworker/u16:3 Not tainted {version} #1 PREEMPT",
        f"[{clock:12.6f}] Hardware name: {platform.name} (DT)",
        f"[{clock:12.6f}] pc : {calls[0]}+0x{rng.getrandbits(9):x}/0x2c0",
        f"[{clock:12.6f}] Call trace:",
        *(f"[{clock + 0.0001 * depth:12.6f}]  {call}+0x{rng.getrandbits(9):x}/0x3a0" for depth, call in enumerate(calls)),
        f"[{clock + 0.002:12.6f}] ---[ end trace 0000000000000000 ]---",
    ]  # fmt: skip


def runner_lines(suite: Suite, results: Sequence[tuple[str, str]], job: str) -> Iterator[str]:
    """Return what the test runner prints of the last cases it ran."""
    yield f"+ export TESTRUN_ID=1_{suite.job}"
    yield f"+ cd /lava-{job}/0/tests/1_{suite.job}"
    yield f"<LAVA_SIGNAL_STARTRUN 1_{suite.job} {job}_1.1.3.5>"
    last = results[-90:]
    first = len(results) - len(last) + 1
    for number, (case, status) in enumerate(last, first):
        if suite.kind == "ltp":
            yield f"{case}    {'PASS' if status == 'PASS' else 'CONF' if status == 'SKIP' else 'FAIL'}    (exit: 0)"
        else:
            tail = " # SKIP" if status == "SKIP" else ""
            yield f"{'not ok' if status == 'FAIL' else 'ok'} {number} selftests: {suite.root}: {case}{tail}"
    for case, status in last:
        word = status.lower() if status in ("PASS", "FAIL", "SKIP") else "unknown"
        yield f"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID={case.replace('.', '_')} RESULT={word}>"
    yield f"<LAVA_SIGNAL_ENDRUN 1_{suite.job} {job}_1.1.3.5>"
    yield "<LAVA_TEST_RUNNER EXIT>"


def signal_line(clock: float, wall: str, case: str, status: str) -> str:
    """Return the line by which a board reports one result, as TuxSuite stamps it."""
    word = status.lower() if status in ("PASS", "FAIL", "SKIP") else "unknown"
    return f"[{wall}] <8>[{clock:12.6f}] <LAVA_SIGNAL_TESTCASE TEST_CASE_ID={case} RESULT={word}>"


def build_lines(rng: Random, variant: Variant, error: str | None, when: int) -> list[str]:
    """Return the end of a build's log; with the compiler's error when it failed."""
    objects = islice(cycle(rng.sample(_OBJECTS, 40)), rng.randint(640, 760))
    lines = [f"  CC      {name.format(arch=variant.arch)}" for name in objects]
    if error:
        lines += [error, f"make[4]: *** [../scripts/Makefile.build:287: {error.split(':')[0]}] Error 1",
                  "make[3]: *** [../scripts/Makefile.build:556: drivers] Error 2", "make: *** [Makefile:248: __sub-make] Error 2"]  # fmt: skip
        return [*lines, "+ echo job:build_kernel=fail", "+ exit 1"]
    lines += [f"  LD      vmlinux.o\n  OBJCOPY arch/{variant.arch}/boot/Image", "+ echo job:build_kernel=done"]
    for stage in ("build_modules", "package_kimage", "package_modules", "package_dtbs"):
        lines += [f"+ echo -----log:{stage}-----", f"+ echo job:{stage}=running", "++ date +%s", f"+ echo jobsts:{stage}={when}",
                  "+ set -eE -o pipefail", f"+ echo job:{stage}=done"]  # fmt: skip
    return [*lines, "Build script is completed, tail will be killed now", "+ stage=0", "+ kill 11"]
