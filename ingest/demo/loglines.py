"""Lines of kernel consoles and test logs. In braces: what differs between boards and jobs."""

from __future__ import annotations

BOOT = """\
Booting Linux on physical CPU 0x0000000000 [0x410fd034]
Linux version {release} (kci@build-{job}) ({compiler})
Machine model: {model}
efi: UEFI not found.
Zone ranges:
  DMA      [mem 0x0000000000000000-0x00000000ffffffff]
Early memory node ranges
psci: PSCIv1.1 detected in firmware.
percpu: Embedded 33 pages/cpu s94504 r8192 d32472 u135168
Detected VIPT I-cache on CPU0
CPU features: detected: ARM erratum 845719
alternatives: applying boot alternatives
Kernel command line: console=ttyS0,115200n8 root=/dev/nfs rw nfsroot=10.192.{octet}.1:/lava/{job}/extract
Dentry cache hash table entries: 262144 (order: 9, 2097152 bytes, linear)
mem auto-init: stack:all(zero), heap alloc:off, heap free:off
SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=4, Nodes=1
rcu: Preemptible hierarchical RCU implementation.
rcu: \tRCU event tracing is enabled.
NR_IRQS: 64, nr_irqs: 64, preallocated irqs: 0
arch_timer: cp15 timer(s) running at 24.00MHz (phys).
Console: colour dummy device 80x25
Calibrating delay loop (skipped), value calculated using timer frequency.. 48.00 BogoMIPS (lpj=96000)
LSM: initializing lsm=capability
smp: Bringing up secondary CPUs ...
smp: Brought up 1 node, 4 CPUs
SMP: Total of 4 processors activated.
devtmpfs: initialized
clocksource: jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645041785100000 ns
pinctrl core: initialized pinctrl subsystem
NET: Registered PF_NETLINK/PF_ROUTE protocol family
thermal_sys: Registered thermal governor 'step_wise'
hw-breakpoint: found 6 breakpoint and 4 watchpoint registers.
iommu: Default domain type: Translated
SCSI subsystem initialized
usbcore: registered new interface driver usbfs
usbcore: registered new interface driver hub
vgaarb: loaded
VFS: Disk quotas dquot_6.6.0
NET: Registered PF_INET protocol family
tcp_listen_portaddr_hash hash table entries: 2048 (order: 3, 32768 bytes, linear)
TCP: Hash tables configured (established 32768 bind 32768)
RPC: Registered tcp NFSv4.1 backchannel transport module.
kvm [1]: HYP mode not available
Initialise system trusted keyrings
io scheduler mq-deadline registered
io scheduler kyber registered
Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled
{uart}: ttyS0 at MMIO 0xfe201000 (irq = {irq}, base_baud = 1500000) is a 16550A
printk: legacy console [ttyS0] enabled
loop: module loaded
stmmaceth {mac}: User ID: 0x10, Synopsys ID: 0x37
stmmaceth {mac}: \tDWMAC1000
ehci-platform {usb}: EHCI Host Controller
ehci-platform {usb}: new USB bus registered, assigned bus number 1
ehci-platform {usb}: irq {irq}, io mem 0xfe380000
hub 1-0:1.0: USB hub found
hub 1-0:1.0: 1 port detected
i2c_dev: i2c /dev entries driver
sdhci: Secure Digital Host Controller Interface driver
mmc1: CQHCI version 5.10
mmc1: new HS400 Enhanced strobe MMC card at address 0001
mmcblk1: mmc1:0001 DG4008 7.28 GiB
hw perfevents: enabled with armv8_cortex_a53 PMU driver, 7 (0,8000003f) counters available
faux_driver regulatory: Direct firmware load for regulatory.db failed with error -2
cfg80211: failed to load regulatory.db
brcmfmac: brcmf_fw_alloc_request: using brcm/brcmfmac43455-sdio for chip BCM4345/6
clk: Disabling unused clocks
ALSA device list:
  No soundcards found.
stmmaceth {mac} eth0: Link is Up - 1Gbps/Full - flow control rx/tx
Sending DHCP requests ., OK
IP-Config: Got DHCP answer from 10.192.{octet}.1, my address is 10.192.{octet}.{irq}
VFS: Mounted root (nfs filesystem) on device 0:20.
Freeing unused kernel memory: 3072K
Run /sbin/init as init process
systemd[1]: Detected architecture {arch}.
random: crng init done
""".splitlines()
"""What any kernel prints while it boots."""
DRIVERS = """\
rockchip-pinctrl
dwmmc_rockchip
panfrost
pwm-regulator
i2c-gpio
spi-nor
dw-apb-uart
dwc3
xhci-hcd
cdns-pcie
tsens-thermal
arm-smmu-v3
qcom-rpmh
mtk-iommu
meson-gxbb-wdt
leds-gpio
gpio-keys
hdmi-audio-codec
optee
scmi-clocks
imx-sdma
snd-soc-simple
rtc-pcf8563
at24-eeprom
bd718xx-pmic
mdio_bus
nvmem-efuse
cpufreq-dt
hantro-vpu
coresight-etm4x
""".splitlines()
REMARKS = """\
supply vcc not found, using dummy regulator
probed
IRQ index 1 not found
deferred probe pending: wait for supplier
Failed to locate of_node [id: -1]
using DMA for xfers > 64 bytes
registered
Direct firmware load failed with error -2
no reset control found
version 1.3 initialised
bus width 8, clock 200000000 Hz
16 slots 4 ports 6 Gbps 0x1 impl SATA mode
assigned reserved memory node
clock rate 24000000, divider 2
will run message pump with realtime priority
power domain attached
""".splitlines()
"""What drivers say of their devices."""
UNITS = """\
dbus.service^[[0m - D-Bus System Message Bus
systemd-journald.service^[[0m - Journal Service
systemd-logind.se…ice^[[0m - User Login Management
e2scrub_reap.serv…e ext4 Metadata Check Snapshots
apt-daily.timer^[[0m - Daily apt download activities
fstrim.timer^[[0m - Discard unused blocks once a week
getty@tty1.service^[[0m - Getty on tty1
serial-getty@ttyS0…rvice^[[0m - Serial Getty on ttyS0
modprobe@configfs…m - Load Kernel Module configfs
modprobe@drm.service^[[0m - Load Kernel Module drm
systemd-sysctl.se…ce^[[0m - Apply Kernel Variables
systemd-timesyncd…0m - Network Time Synchronization
""".splitlines()
"""Services that systemd starts; the colours are as a serial console leaves them."""
CALLS = """\
__pm_runtime_resume
drm_atomic_helper_commit_tail
regulator_enable
clk_core_disable
dwc3_gadget_suspend
kthread
worker_thread
process_one_work
deferred_probe_work_func
platform_probe
really_probe
__driver_probe_device
bus_for_each_drv
device_initial_probe
do_syscall_64
el0_svc_common.constprop.0
vfs_write
ksys_write
netif_receive_skb_list_internal
napi_complete_done
ret_from_fork
""".splitlines()
"""Functions of call traces."""
COMPLAINTS = {
    "null": (
        "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000038",
        "Internal error: Oops: 0000000096000004 [#1]  SMP",
    ),
    "panic": ("Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",),
    "hang": ("INFO: task kworker/u16:3:{pid} blocked for more than 120 seconds.",),
    "lockdep": ("WARNING: possible circular locking dependency detected",),
    "warning": ("WARNING: CPU: {cpu} PID: {pid} at drivers/base/power/runtime.c:1184 __pm_runtime_resume",),
    "kasan": ("BUG: KASAN: slab-use-after-free in regulator_enable at addr ffff0000{address:08x}",),
    "tfail": ("tst_test.c:1888: TFAIL: expected EINVAL but got SUCCESS (0)",),
    "tbrok": ("tst_test.c:1704: TBROK: Test killed by SIGSEGV!", "Summary: passed 0 failed 0 broken 1"),
    "timeout": ("# TIMEOUT: exceeded the 45 seconds a test may take", "not ok 1 # TIMEOUT 45 seconds"),
    "assert": ("# assertion failed: Expected 0 (0) == ret (-{cpu})", "# not ok 1 after fork"),
}
"""Symptom -> what is printed first."""
BUILD_ERRORS = """\
drivers/gpu/drm/panel/panel-edp.c:614:9: error: implicit declaration of \
function 'drm_panel_of_backlight' [-Werror=implicit-function-declaration]
net/core/skbuff.c:4821:31: error: 'struct skb_shared_info' has no member named 'xdp_frags_truesize'
arch/arm/mach-omap2/pm34xx.c:112:6: error: no previous prototype for \
'omap3_sram_idle' [-Werror=missing-prototypes]
ld.lld: error: undefined symbol: __aeabi_uldivmod
drivers/soc/qcom/qcom_stats.c:88:14: error: variable 'ret' is uninitialized when \
used here [-Werror,-Wuninitialized]
fs/btrfs/inode.c:9021:17: error: too few arguments to function 'btrfs_alloc_ordered_extent'
lib/crypto/chacha.c:40:1: error: redefinition of 'chacha_block_generic'
error: the `core` library for target `aarch64-unknown-none` is not installed (rust/core.o)
""".splitlines()
OBJECTS = tuple(
    f"{folder}/{name}.o"
    for folder in (
        "drivers/base",
        "fs/ext4",
        "kernel/sched",
        "net/core",
        "mm",
        "lib",
        "drivers/usb/core",
        "arch/{arch}/kernel",
    )
    for name in (
        "core",
        "main",
        "dd",
        "sysfs",
        "inode",
        "super",
        "swap",
        "fair",
        "dev",
        "sock",
        "slab",
        "util",
        "hub",
        "setup",
        "traps",
    )
)
