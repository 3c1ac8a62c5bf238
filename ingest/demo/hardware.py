"""What tests run on: platforms, the labs that own them, and how kernels are built for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """A board or virtual machine: ``weight`` is how often it is used, ``seconds`` its usual boot time.

    ``noise`` is the relative spread of what is measured on it.
    """

    name: str
    arch: str
    labs: tuple[str, ...]
    weight: float
    seconds: float
    noise: float
    compatible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to build a kernel, in the words of the origin that builds it."""

    origin: str
    arch: str
    config: str
    compiler: str
    weight: float = 0.0
    """How often its kernels are tested; 0: only built."""


COLLABORA, BROONIE, BAYLIBRE, CIP = "lava-collabora", "lava-broonie", "lava-baylibre", "lava-cip"
QUALCOMM, PENGUTRONIX, CLABBE, OPENTEST = (
    "lava-kci-qualcomm",
    "lava-pengutronix",
    "lava-clabbe",
    "opentest-ti",
)
LAB_WEIGHTS = {
    BROONIE: 1.0,
    COLLABORA: 0.9,
    BAYLIBRE: 0.35,
    CIP: 0.12,
    QUALCOMM: 0.25,
    PENGUTRONIX: 0.12,
    CLABBE: 0.15,
    OPENTEST: 0.1,
}
JOB_URLS = {
    BROONIE: "https://lava.sirena.org.uk/scheduler/job/",
    COLLABORA: "https://lava.collabora.dev/scheduler/job/",
    BAYLIBRE: "https://lava.baylibre.com/scheduler/job/",
    QUALCOMM: "https://lava.infra.foundries.io/scheduler/job/",
    CLABBE: "https://lava.montjoie.ovh/scheduler/job/",
    PENGUTRONIX: "https://hekla.openlab.pengutronix.de/scheduler/job/",
    CIP: "https://lava.ciplatform.org/scheduler/job/",
}


_LETTERS = dict(zip("BCLIQPMO", LAB_WEIGHTS, strict=True))
# Name, architecture, labs (by letter), weight, seconds to boot, noise, compatibles. Boards that several
# labs have make one lab's trouble visible as such.
_BOARDS = """
meson-g12b-a311d-libretech-cc arm64 BL 1 14.2 0.08 libretech,aml-a311d-cc amlogic,a311d amlogic,g12b
mt8195-cherry-tomato-r2 arm64 C 0.9 11.6 0.06 google,tomato-rev2 google,tomato mediatek,mt8195
bcm2711-rpi-4-b arm64 BCL 0.9 17.8 0.09 raspberrypi,4-model-b brcm,bcm2711
sc7180-trogdor-kingoftown arm64 C 0.8 10.4 0.05 google,kingoftown qcom,sc7180
acer-cp514-2h-1160g7-volteer x86_64 C 0.8 7.9 0.03
beaglebone-black arm BLC 0.8 26.5 0.13 ti,am335x-bone-black ti,am335x-bone ti,am33xx
rk3399-rock-pi-4b arm64 BC 0.7 13.1 0.08 radxa,rockpi4b radxa,rockpi4 rockchip,rk3399
hp-x360-14a-cb0001xx-zork x86_64 C 0.7 8.6 0.04
imx8mp-verdin-nonwifi-dahlia arm64 BP 0.6 12.7 0.07 toradex,verdin-imx8mp-nonwifi-dahlia \
toradex,verdin-imx8mp-nonwifi toradex,verdin-imx8mp fsl,imx8mp
mt8183-kukui-jacuzzi-juniper-sku16 arm64 C 0.6 13.9 0.07 google,juniper-sku16 google,juniper mediatek,mt8183
qcs6490-rb3gen2 arm64 Q 0.6 15.3 0.1 qcom,qcs6490-rb3gen2 qcom,qcm6490
rk3588-rock-5b arm64 CM 0.6 12.4 0.06 radxa,rock-5b rockchip,rk3588
dell-latitude-3445-7520c-skyrim x86_64 C 0.5 9.2 0.04
juno-uboot arm64 B 0.5 19.4 0.1 arm,juno arm,vexpress
stm32mp157a-dhcor-avenger96 arm BC 0.5 22.8 0.12 arrow,stm32mp157a-avenger96 dh,stm32mp157a-dhcor-som \
st,stm32mp157
cd8180-orion-o6 arm64 B 0.4 9.9 0.05
jh7110-starfive-visionfive-2-v1-3b riscv CL 0.45 21 0.1 starfive,visionfive-2-v1.3b starfive,jh7110
sun50i-h5-libretech-all-h3-cc arm64 BM 0.35 20.3 0.11 libretech,all-h3-cc-h5 allwinner,sun50i-h5
x86-simatic-ipc227e x86_64 I 0.35 12.2 0.02
zynqmp-zcu102 arm64 I 0.3 24.6 0.09 xlnx,zynqmp-zcu102-rev1.0 xlnx,zynqmp-zcu102 xlnx,zynqmp
imx6dl-riotboard arm P 0.3 25.1 0.12 riot,imx6s-riotboard fsl,imx6dl
spacemit-k1-bananapi-f3 riscv M 0.25 23.7 0.1 bananapi,bpi-f3 spacemit,k1
qemu-x86_64 x86_64 CL 0.4 5.3 0.16
exynos850-e850-96 arm64 L 0.25 16.1 0.09 winlink,e850-96 samsung,exynos850
sun8i-h3-orangepi-pc arm MB 0.25 24.9 0.12 xunlong,orangepi-pc-plus allwinner,sun8i-h3
mt8390-genio-700-evk arm64 C 0.3 12.9 0.07 mediatek,mt8390-evk mediatek,mt8390 mediatek,mt8188
qcs9100-ride arm64 Q 0.25 18.5 0.1 qcom,qcs9100-ride qcom,qcs9100
k3-j721e-beagleboneai64 arm64 B 0.25 17.2 0.08 beagle,j721e-beagleboneai64 ti,j721e
de0-nano-soc arm I 0.2 23.3 0.08 terasic,de0-atlas altr,socfpga-cyclone5 altr,socfpga
r8a774a1-hihope-rzg2m-ex arm64 I 0.2 21.9 0.26 hoperun,hihope-rzg2-ex hoperun,hihope-rzg2m renesas,r8a774a1
"""


def _board(line: str) -> Platform:
    name, arch, labs, weight, seconds, noise, *compatible = line.split()
    owners = tuple(_LETTERS[letter] for letter in labs)
    return Platform(name, arch, owners, float(weight), float(seconds), float(noise), tuple(compatible))


BOARDS = tuple(_board(line) for line in _BOARDS.strip().splitlines())

TUXSUITE = (
    Platform("qemu-arm64", "arm64", (), 3.0, 14.0, 0.16),
    Platform("qemu-x86_64", "x86_64", (), 1.6, 9.0, 0.16),
    Platform("dragonboard-845c", "arm64", (), 0.6, 18.0, 0.1),
    Platform("juno-r2", "arm64", (), 0.5, 22.0, 0.1),
    Platform("qemu-armv7", "arm", (), 0.5, 21.0, 0.16),
    Platform("rk3399-rock-pi-4b", "arm64", (), 0.4, 13.0, 0.09),
    Platform("x15", "arm", (), 0.3, 24.0, 0.12),
    Platform("e850-96", "arm64", (), 0.3, 17.0, 0.1),
    Platform("qemu-riscv64", "riscv", (), 0.3, 25.0, 0.16),
)
TI_BOARDS = (
    Platform("ti,am69-sk", "arm64", (OPENTEST,), 1.0, 9.5, 0.05, ("ti,am69-sk", "ti,j784s4")),
    Platform("ti,am62p5-sk", "arm64", (OPENTEST,), 0.8, 10.5, 0.05, ("ti,am62p5-sk", "ti,am62p5")),
    Platform("ti,j721e-sk", "arm64", (OPENTEST,), 0.6, 10.1, 0.05, ("ti,j721e-sk", "ti,j721e")),
)
AZURE = Platform("azure", "x86_64", (), 1.0, 31.0, 0.2)
BEAKER = {arch: Platform("", arch, (), 1.0, 60.0, 0.2) for arch in ("x86_64", "aarch64", "s390x", "ppc64le")}

CHROMEOS = (
    "cros://chromeos-6.6/x86_64/chromeos-intel-pineview.flavour.config"
    "+lab-setup+x86-board+CONFIG_MODULE_COMPRESS=n+CONFIG_MODULE_COMPRESS_NONE=y"
)
REDHAT_GCC = "gcc (GCC) 15.1.1 20250521 (Red Hat 15.1.1-2)"
VARIANTS = (
    Variant("maestro", "arm64", "defconfig+lab-setup+kselftest", "gcc-12", 1.0),
    Variant("maestro", "arm64", "defconfig+", "gcc-12", 0.9),
    Variant("maestro", "x86_64", "x86_64_defconfig+lab-setup+x86-board+kselftest", "gcc-12", 1.0),
    Variant("maestro", "arm", "multi_v7_defconfig", "gcc-12", 0.8),
    Variant(
        "maestro", "arm64", "defconfig+lab-setup+arm64-chromebook+CONFIG_MODULE_COMPRESS=n", "gcc-12", 0.5
    ),
    Variant("maestro", "riscv", "defconfig", "gcc-12", 0.4),
    Variant("maestro", "x86_64", CHROMEOS, "clang-17", 0.4),
    Variant("maestro", "arm64", "defconfig", "clang-17", 0.4),
    Variant("maestro", "i386", "i386_defconfig+allnoconfig", "gcc-12"),
    Variant("maestro", "mips", "32r2el_defconfig", "gcc-12"),
    Variant("maestro", "arm", "imx_v6_v7_defconfig", "gcc-12", 0.2),
    Variant("maestro", "arm64", "allmodconfig", "gcc-12"),
    Variant("maestro", "arc", "haps_hs_smp_defconfig", "gcc-12"),
    Variant("maestro", "arm64", "defconfig+preempt_rt", "gcc-12", 0.3),
    Variant("maestro", "um", "", "gcc-12"),
    Variant("maestro", "x86_64", "x86_64_defconfig", "rustclang-17", 0.2),
    Variant("maestro", "arm", "vexpress_defconfig", "gcc-12"),
    Variant("maestro", "x86_64", "allmodconfig", "clang-17"),
    Variant("maestro", "riscv", "nommu_k210_defconfig", "gcc-12"),
    Variant("maestro", "arm", "omap2plus_defconfig", "gcc-12", 0.15),
    Variant("maestro", "i386", "i386_defconfig", "gcc-12"),
    Variant("maestro", "arm64", "defconfig+CONFIG_ARM64_64K_PAGES=y", "gcc-12", 0.2),
    Variant("maestro", "mips", "ath79_defconfig", "gcc-12"),
    Variant("maestro", "x86_64", "x86_64_defconfig+kcidebug", "gcc-12", 0.2),
    Variant("maestro", "arm", "allmodconfig", "clang-17"),
    Variant("maestro", "sparc", "sparc64_defconfig", "gcc-12"),
    Variant("linaro", "arm64", "defconfig", "gcc-13", 1.0),
    Variant("linaro", "x86_64", "defconfig", "gcc-13", 0.7),
    Variant("linaro", "sh", "defconfig", "gcc-11"),
    Variant("linaro", "arm64", "lkftconfig-kselftest", "clang-20", 0.5),
    Variant("linaro", "s390", "defconfig", "gcc-13"),
    Variant("linaro", "arm", "lkftconfig", "gcc-13", 0.4),
    Variant("linaro", "i386", "allnoconfig", "gcc-8"),
    Variant("linaro", "powerpc", "ppc64e_defconfig", "korg-clang-20"),
    Variant("linaro", "riscv", "defconfig", "gcc-13", 0.25),
    Variant("linaro", "mips", "malta_defconfig", "gcc-8"),
    Variant("linaro", "sparc", "tinyconfig", "gcc-11"),
    Variant("redhat", "x86_64", "", REDHAT_GCC, 1.0),
    Variant("redhat", "aarch64", "", REDHAT_GCC, 0.8),
    Variant("redhat", "noarch", "", REDHAT_GCC),
    Variant("redhat", "s390x", "", REDHAT_GCC, 0.4),
    Variant("redhat", "ppc64le", "", REDHAT_GCC, 0.4),
    Variant("microsoft", "x86_64", "olddefconfig", "gcc (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0", 1.0),
)
