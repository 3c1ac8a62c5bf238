"""An operator's word on trees, labs and platforms, as a file."""

from __future__ import annotations

from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from results.models import Lab, NameAlias, Origin, Platform, TreeAlias
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
    assert import_topology(FILE) == {"aliases": 7, "labs": 2, "platforms": 2, "origins": 0}
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
    assert import_topology(text) == {"aliases": 0, "labs": 0, "platforms": 0, "origins": 0}
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
    assert import_topology(FILE, only_new=True) == {"aliases": 6, "labs": 2, "platforms": 1, "origins": 0}
    assert Platform.objects.get(name="board").compatibles == ["other,board"]
    assert Lab.objects.get(name="lava-one").url == "https://lava.example"
    assert aliases()["https://a.org/linux.git"][0] == "mine"


NAMES = """
labs:
  lava-one: {url: https://lava.example, aliases: [lava-1, lava-old]}
platforms:
  board: {aliases: [bord]}
  laptop: {compatibles: ["acme,laptop"], aliases: ["acme,laptop"]}
origins:
  acme: [acme_old]
  other: []
"""


def names():
    return {(one.kind, one.alias): one.name for one in NameAlias.objects.all()}


def test_names_of_labs_platforms_and_origins():
    Platform.objects.create(name="board", compatibles=["acme,board"], vendor="acme")
    assert import_topology(NAMES) == {"aliases": 5, "labs": 1, "platforms": 1, "origins": 2}
    assert names() == {
        ("lab", "lava-1"): "lava-one",
        ("lab", "lava-old"): "lava-one",
        ("platform", "bord"): "board",
        ("platform", "acme,laptop"): "laptop",
        ("origin", "acme_old"): "acme",
    }
    assert Platform.objects.get(name="board").compatibles == ["acme,board"]
    before, text = names(), export_topology()
    assert set(import_topology(text).values()) == {0}
    for model in (NameAlias, Lab, Platform, Origin):
        model.objects.all().delete()
    import_topology(text)
    assert (export_topology(), names()) == (text, before)


def test_a_file_may_give_a_thing_another_name():
    import_topology("labs: {one: {aliases: [uno]}}")
    import_topology("labs: {eins: {aliases: [one, uno]}}")
    assert names() == {("lab", "one"): "eins", ("lab", "uno"): "eins"}
    assert import_topology("labs: {one: {aliases: [x]}}", only_new=True)["aliases"] == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("labs: {a: {aliases: [a]}}", "labs: The lab “a” cannot be an alias of itself."),
        ("labs: {a: {aliases: [b]}, b: {aliases: [c]}}", "is an alias of|is filed under"),
        ("labs: {a: {aliases: [b]}, b: {aliases: [a]}}", "is an alias of|is filed under"),
        ("origins: {a: [c], b: [c]}", "origins: c is an alias of a and of b"),
        ("platforms: {a: {}}", "platforms.a: "),
    ],
)
def test_names_that_lead_nowhere(text, problem):
    with pytest.raises(TopologyError, match=problem):
        import_topology(text)
    assert not NameAlias.objects.exists()


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
    import_topology(DEFAULTS.read_text(), only_new=True)
    assert all("," in part for board in Platform.objects.all() for part in board.compatibles)
    assert NameAlias.objects.get(alias="ti,j721e-sk").name == "k3-j721e-sk"


def test_the_command(tmp_path):
    out, file = StringIO(), tmp_path / "topology.yaml"
    call_command("topology", "import", stdout=out)
    assert "platforms" in out.getvalue()
    call_command("topology", "export", str(file))
    call_command("topology", "import", str(file), stdout=out)
    assert out.getvalue().endswith("Changed: 0 aliases, 0 labs, 0 platforms, 0 origins\n")
    file.write_text("x: 1")
    with pytest.raises(CommandError, match="the file: "):
        call_command("topology", "import", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("topology", "import", str(tmp_path / "none"))
