"""An operator's word on trees, labs and platforms, as a file."""

from __future__ import annotations

from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from results.models import Lab, Platform, TreeAlias
from results.topology import (
    DEFAULTS,
    TopologyError,
    export_topology,
    import_topology,
    read_topology,
    tree_aliases,
)

pytestmark = pytest.mark.django_db

FILE = """
mirrors:
  https://a.org/: [https://b.org/x/]
trees:
  mainline: https://a.org/linux.git
  next/one:
    url: https://c.org/next
    aliases: [https://d.org/next.git/]
labs:
  lava-one: https://lava.example
  shell-two: {physical: false}
platforms:
  board: ["acme,board", "acme,soc"]
  laptop: {compatibles: [], vendor: acme, fixed: true}
"""


@pytest.fixture(autouse=True)
def nothing_known():
    TreeAlias.objects.all().delete()


def aliases():
    return {alias.url: (alias.name, alias.canonical_url) for alias in TreeAlias.objects.all()}


def test_import():
    assert import_topology(FILE) == {"aliases": 7, "labs": 2, "platforms": 2}
    mainline = ("mainline", "https://a.org/linux.git")
    following = ("next-one", "https://c.org/next")
    assert aliases() == {
        "https://a.org/linux.git": mainline,
        "https://a.org/linux": mainline,
        "https://b.org/x/linux.git": mainline,
        "https://b.org/x/linux": mainline,
        "https://c.org/next": following,
        "https://d.org/next.git": following,
        "https://d.org/next": following,
    }
    assert set(Lab.objects.values_list("name", "url", "is_physical")) == {
        ("lava-one", "https://lava.example", True),
        ("shell-two", "", False),
    }
    board, laptop = Platform.objects.order_by("name")
    assert (board.compatibles, board.vendor, board.is_fixed) == (["acme,board", "acme,soc"], "acme", False)
    assert (laptop.compatibles, laptop.vendor, laptop.is_fixed) == ([], "acme", True)


def test_what_is_exported_changes_nothing_and_makes_the_same_again():
    import_topology(FILE)
    TreeAlias.objects.create(url="https://e.org/x", name="mainline", canonical_url="https://e.org/x")
    before, text = aliases(), export_topology()
    assert import_topology(text) == {"aliases": 0, "labs": 0, "platforms": 0}
    for model in (TreeAlias, Lab, Platform):
        model.objects.all().delete()
    import_topology(text)
    assert (export_topology(), aliases()) == (text, before)
    trees = yaml.safe_load(text)["trees"]
    assert trees["mainline"] == [
        {"url": "https://a.org/linux.git", "aliases": ["https://b.org/x/linux.git"]},
        "https://e.org/x",
    ]


def test_what_the_file_does_not_name_stays():
    import_topology(FILE)
    import_topology("labs: {lava-one: https://elsewhere.example}")
    assert Lab.objects.get(name="lava-one").url == "https://elsewhere.example"
    assert (len(aliases()), Platform.objects.count()) == (7, 2)


def test_only_new_leaves_alone_what_is_known():
    Platform.objects.create(name="board", compatibles=["other,board"])
    Lab.objects.create(name="lava-one")
    TreeAlias.objects.create(url="https://a.org/linux.git", name="mine", canonical_url="https://a.org/linux")
    assert import_topology(FILE, only_new=True) == {"aliases": 6, "labs": 2, "platforms": 1}
    assert Platform.objects.get(name="board").compatibles == ["other,board"]
    assert Lab.objects.get(name="lava-one").url == "https://lava.example"
    assert aliases()["https://a.org/linux.git"][0] == "mine"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trees: [", "not YAML"),
        ("hosts: {}", "the file: "),
        ("trees: {x: {aliases: []}}", 'trees.x: "url" is a required property'),
        ("platforms: {x: 5}", 'platforms.x: 5 is not of types "array", "object"'),
        ("labs: {x: {uri: y}}", "labs.x: "),
        ("[]", "the file: "),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_where(text, problem):
    with pytest.raises(TopologyError) as caught:
        import_topology(text)
    assert problem in str(caught.value)


def test_the_defaults():
    topology = read_topology(DEFAULTS.read_text())
    known = tree_aliases(topology)
    assert known["https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux"][0] == "mainline"
    assert topology["platforms"]["rk3399-rock-pi-4b"][-1] == "rockchip,rk3399"
    assert all("," in part for names in topology["platforms"].values() for part in names)
    import_topology(DEFAULTS.read_text())


def test_the_command(tmp_path):
    out, file = StringIO(), tmp_path / "topology.yaml"
    call_command("topology", "import", stdout=out)
    assert "platforms" in out.getvalue()
    call_command("topology", "export", str(file))
    call_command("topology", "import", str(file), stdout=out)
    assert out.getvalue().endswith("Changed: 0 aliases, 0 labs, 0 platforms\n")
    file.write_text("x: 1")
    with pytest.raises(CommandError, match="the file: "):
        call_command("topology", "import", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("topology", "import", str(tmp_path / "none"))
