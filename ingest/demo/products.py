"""Products that somebody might ship on what the demo tests."""

from __future__ import annotations

from typing import Final

from results.models import Product
from results.products.store import create_product

PRODUCTS: Final = {
    "three-boards": """\
name  Three boards on 6.12
about May linux-6.12.y ship on three single-board computers?

select
  tree     stable-rc
  branch   linux-6.12.y
  platform bcm2711-rpi-4-b rk3399-rock-pi-4b meson-g12b-a311d-libretech-cc
  suite    boot kselftest* ltp

# The release after it is watched too, but only whether the boards boot.
select
  tree     stable-rc
  branch   linux-6.18.y
  platform bcm2711-rpi-4-b rk3399-rock-pi-4b meson-g12b-a311d-libretech-cc
  suite    boot

gate boot >= 95 %
gate boot newfail = 0
gate tests newfail = 0
gate coverage >= 80 %
""",
    "virtual-machines": """\
name  Virtual machines
about Guests of a cloud: mainline as it comes, 6.12 as it ships.

select
  tree     mainline
  branch   master
  platform qemu-arm64 qemu-x86_64

select
  tree     stable-rc stable
  branch   linux-6.12.y
  platform qemu-arm64 qemu-x86_64

gate boot >= 98 %
gate tests >= 97 %
gate tests newfail <= 1
gate tests newflaky = 0
gate boot p50 +25 %
""",
    "chromebooks": """\
name  Chromebooks
about Everything that calls itself a Google board, before it reaches a stable tree.

select
  tree       mainline next android
  compatible google,*

gate boot >= 90 %
gate boot newfail = 0
gate coverage >= 50 %
""",
}
"""Short name -> definition."""


def create_products() -> int:
    """Make those products that were never made, and return how many; one that was deleted stays so."""
    known = set(Product.objects.values_list("slug", flat=True))
    new = {slug: text for slug, text in PRODUCTS.items() if slug not in known}
    for slug, text in new.items():
        create_product(slug, text, who=None, why="demo data")
    return len(new)
