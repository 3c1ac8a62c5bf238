"""Well-known kernel repositories: the usual names of their trees, and the mirrors that hold the same."""

from __future__ import annotations

from itertools import product
from typing import Final

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Below https://git.kernel.org/pub/scm/linux/kernel/git/, which kernel.googlesource.com mirrors.
KERNEL_ORG: Final = {
    "akpm-mm": "akpm/mm.git",
    "amlogic": "amlogic/linux.git",
    "ardb": "ardb/linux.git",
    "arm64": "arm64/linux.git",
    "bpf": "bpf/bpf.git",
    "bpf-next": "bpf/bpf-next.git",
    "broonie-misc": "broonie/misc.git",
    "broonie-regmap": "broonie/regmap.git",
    "broonie-regulator": "broonie/regulator.git",
    "broonie-sound": "broonie/sound.git",
    "broonie-spi": "broonie/spi.git",
    "cip": "cip/linux-cip.git",
    "clk": "clk/linux.git",
    "efi": "efi/efi.git",
    "hyperv": "hyperv/linux.git",
    "kselftest": "shuah/linux-kselftest.git",
    "lee-backlight": "lee/backlight.git",
    "lee-mfd": "lee/mfd.git",
    "linux-pci": "pci/pci.git",
    "mainline": "torvalds/linux.git",
    "mediatek": "mediatek/linux.git",
    "net": "netdev/net.git",
    "net-next": "netdev/net-next.git",
    "next": "next/linux-next.git",
    "pm": "rafael/linux-pm.git",
    "qcom": "qcom/linux.git",
    "renesas": "geert/renesas-devel.git",
    "riscv": "riscv/linux.git",
    "rppt": "rppt/memblock.git",
    "soc": "soc/soc.git",
    "stable": "stable/linux.git",
    "stable-rc": "stable/linux-stable-rc.git",
    "stable-rt": "rt/linux-stable-rt.git",
    "tegra": "tegra/linux.git",
    "thermal": "thermal/linux.git",
    "tip": "tip/tip.git",
}
ELSEWHERE: Final = {
    "android": "https://android.googlesource.com/kernel/common",
    "kernelci": "https://github.com/kernelci/linux.git",
    "media": "https://git.linuxtv.org/media.git",
    "media-committers": "https://gitlab.freedesktop.org/linux-media/media-committers.git",
    "qcom-next": "https://github.com/qualcomm-linux/kernel.git",
}
HOSTS: Final = ("https://git.kernel.org", "https://kernel.googlesource.com")
FOLDER: Final = "pub/scm/linux/kernel/git"


def aliases() -> dict[str, tuple[str, str]]:
    """Return URL -> (tree name, canonical URL), each repository with and without ".git"."""
    known = {}
    for name, path in KERNEL_ORG.items():
        canonical = f"{HOSTS[0]}/{FOLDER}/{path}"
        for host, spelling in product(HOSTS, (path, path.removesuffix(".git"))):
            known[f"{host}/{FOLDER}/{spelling}"] = name, canonical
    for name, url in ELSEWHERE.items():
        known |= {url: (name, url), url.removesuffix(".git"): (name, url)}
    return known


def add(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the aliases that an operator has not made differently."""
    alias = apps.get_model("results", "TreeAlias")
    alias.objects.using(editor.connection.alias).bulk_create(
        [alias(url=url, name=name, canonical_url=canonical) for url, (name, canonical) in aliases().items()],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """Default tree aliases."""

    dependencies = [("results", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
