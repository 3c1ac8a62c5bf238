"""An operator's word on trees, labs, platforms and origins, as a YAML file: read, and written.

Importing changes what the file names and leaves everything else as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from results.models import Lab, NameAlias, Origin, Platform, TreeAlias
from results.models.dimensions import NAME_LENGTH

DEFAULTS: Final = Path(__file__).with_name("topology.yaml")
"""What is known before anybody says it."""

Json = dict[str, Any]

_NAME: Final = {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH}
_NAMES: Final = {"type": "array", "items": _NAME}
_TREE: Final = {
    "type": ["string", "object"],
    "properties": {"url": _NAME, "aliases": _NAMES},
    "additionalProperties": False,
    "required": ["url"],
}
_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "mirrors": {"type": "object", "additionalProperties": _NAMES},
        "trees": {
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": {**_TREE, "type": ["string", "object", "array"], "items": _TREE},
        },
        "labs": {
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": {
                "type": ["string", "object"],
                "properties": {
                    "url": {**_NAME, "minLength": 0},
                    "physical": {"type": "boolean"},
                    "aliases": _NAMES,
                },
                "additionalProperties": False,
            },
        },
        "platforms": {
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": {
                "type": ["array", "object"],
                "items": _NAME,
                "properties": {
                    "compatibles": _NAMES,
                    "vendor": {**_NAME, "minLength": 0},
                    "fixed": {"type": "boolean"},
                    "aliases": _NAMES,
                },
                "additionalProperties": False,
                "minProperties": 1,
            },
        },
        "origins": {"type": "object", "propertyNames": _NAME, "additionalProperties": _NAMES},
    },
}


class TopologyError(ValueError):
    """A file that is no topology, with the place and the reason."""


def read_topology(text: str) -> Json:
    """Return what a file says; TopologyError when it is no YAML, or says what we do not know."""
    try:
        topology = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TopologyError(f"not YAML: {error}") from error
    if topology is None:  # nothing but comments
        return {}
    for problem in jsonschema_rs.validator_for(_SCHEMA).iter_errors(topology):
        place = ".".join(map(str, problem.instance_path)) or "the file"
        raise TopologyError(f"{place}: {problem.message}")
    return dict(topology)


def tree_aliases(topology: Json) -> dict[str, tuple[str, str]]:
    """Return URL -> (tree name, canonical URL), each with and without ".git" and on every mirror."""
    aliases = {}
    for name, said in topology.get("trees", {}).items():
        for repository in said if isinstance(said, list) else [said]:
            tree = {"url": repository} if isinstance(repository, str) else repository
            for alias in (tree["url"], *tree.get("aliases", ())):
                for spelling in _spellings(_plain(alias), topology.get("mirrors", {})):
                    aliases[spelling] = name.replace("/", "-"), _plain(tree["url"])
    return aliases


@transaction.atomic
def import_topology(text: str, *, only_new: bool = False) -> dict[str, int]:
    """Take over what a file says; return how many aliases, labs, platforms and origins changed.

    ``only_new`` leaves alone what is known already. TopologyError for a file that is none.
    """
    topology = read_topology(text)
    trees = sum(_put_alias(url, *tree, only_new) for url, tree in tree_aliases(topology).items())
    described = {
        "labs": sum(_put_lab(name, said, only_new) for name, said in topology.get("labs", {}).items()),
        "platforms": sum(
            _put_platform(name, said, only_new) for name, said in topology.get("platforms", {}).items()
        ),
        "origins": sum(Origin.objects.get_or_create(name=name)[1] for name in topology.get("origins", {})),
    }
    return {"aliases": trees + _put_names(name_aliases(topology), only_new), **described}


def name_aliases(topology: Json) -> dict[tuple[str, str], str]:
    """Return kind and alias -> name, of labs, platforms and origins.

    TopologyError when a file gives one alias to two of them.
    """
    said: dict[tuple[str, str], str] = {}
    for kind in NameAlias.Kind:
        for name, about in topology.get(f"{kind}s", {}).items():
            listed = (
                about if kind == NameAlias.Kind.ORIGIN else isinstance(about, dict) and about.get("aliases")
            )
            for alias in listed or ():
                if said.setdefault((kind, alias), name) != name:
                    raise TopologyError(f"{kind}s: {alias} is an alias of {said[kind, alias]} and of {name}")
    return said


def export_topology() -> str:
    """Return everything as a file; importing it changes nothing."""
    aliases: dict[tuple[str, str], list[str]] = {}
    for one in NameAlias.objects.order_by("alias"):
        aliases.setdefault((one.kind, one.name), []).append(one.alias)
    lab, platform, origin = NameAlias.Kind
    topology = {
        "trees": _trees(),
        "labs": {one.name: _lab(one, aliases.get((lab, one.name))) for one in Lab.objects.order_by("name")},
        "platforms": {
            one.name: _platform(one, aliases.get((platform, one.name)))
            for one in Platform.objects.order_by("name")
        },
        "origins": {one.name: aliases.get((origin, one.name), []) for one in Origin.objects.order_by("name")},
    }
    return yaml.safe_dump(topology, sort_keys=False, allow_unicode=True, width=110)


def _plain(url: str) -> str:
    return url.strip().rstrip("/")


def _spellings(url: str, mirrors: Mapping[str, Iterable[str]]) -> Iterator[str]:
    places = [url]
    for origin, others in mirrors.items():
        if url.startswith(origin):
            places += [other + url.removeprefix(origin) for other in others]
    for place in places:
        yield from (place, place.removesuffix(".git"))


def _put_alias(url: str, name: str, canonical: str, only_new: bool) -> bool:
    alias = TreeAlias.objects.filter(url=url).first() or TreeAlias(url=url)
    if alias.pk and (only_new or (alias.name, alias.canonical_url) == (name, canonical)):
        return False
    alias.name, alias.canonical_url = name, canonical
    alias.save()
    return True


def _put_names(said: dict[tuple[str, str], str], only_new: bool) -> int:
    """Store aliases; return how many changed. TopologyError for loops and chains."""
    known = {(one.kind, one.alias): one for one in NameAlias.objects.all()}
    changed = 0
    # Those that exist first: one may give way to another.
    for key in sorted(said, key=lambda key: (key not in known, key)):
        alias = known.get(key) or NameAlias(kind=key[0], alias=key[1])
        if alias.pk and (only_new or alias.name == said[key]):
            continue
        alias.name = said[key]
        if only_new and alias.problem():  # an operator said otherwise
            continue
        try:
            alias.save()
        except ValidationError as error:
            raise TopologyError(f"{alias.kind}s: {' '.join(error.messages)}") from error
        changed += 1
    return changed


def _put_lab(name: str, said: str | Json, only_new: bool) -> bool:
    lab = Lab.objects.filter(name=name).first() or Lab(name=name)
    told: Json = {"url": said} if isinstance(said, str) else said
    new = told.get("url", lab.url), told.get("physical", lab.is_physical)
    if lab.pk and (new == (lab.url, lab.is_physical) or (only_new and lab.url)):
        return False
    lab.url, lab.is_physical = new
    lab.save()
    return True


def _put_platform(name: str, said: list[str] | Json, only_new: bool) -> bool:
    platform = Platform.objects.filter(name=name).first() or Platform(name=name)
    told: Json = {"compatibles": said} if isinstance(said, list) else said
    if "compatibles" in told:
        compatibles = told["compatibles"]
        new = compatibles, told.get("vendor", _vendor(compatibles)), told.get("fixed", False)
    else:
        new = platform.compatibles, told.get("vendor", platform.vendor), told.get("fixed", platform.is_fixed)
    old = platform.compatibles, platform.vendor, platform.is_fixed
    if platform.pk and (new == old or (only_new and platform.compatibles)):
        return False
    platform.compatibles, platform.vendor, platform.is_fixed = new
    platform.compatibles_at = None
    platform.save()
    return True


def _trees() -> Json:
    """Return name -> repository, or repositories where several trees have one name."""
    named: dict[str, dict[str, list[str]]] = {}
    for alias in TreeAlias.objects.order_by("name", "canonical_url", "url"):
        named.setdefault(alias.name, {}).setdefault(alias.canonical_url, []).append(alias.url)
    trees = {name: [_shortened(*one) for one in urls.items()] for name, urls in named.items()}
    return {name: many if len(many) > 1 else many[0] for name, many in trees.items()}


def _shortened(url: str, aliases: list[str]) -> str | Json:
    others = [alias for alias in aliases if alias not in (url, url.removesuffix(".git"))]
    told = [alias for alias in others if f"{alias}.git" not in others]
    return {"url": url, "aliases": told} if told else url


def _lab(lab: Lab, aliases: list[str] | None) -> Json:
    told: Json = {"url": lab.url, "physical": lab.is_physical}
    return told | {"aliases": aliases} if aliases else told


def _platform(platform: Platform, aliases: list[str] | None) -> list[str] | Json:
    told: Json = {"compatibles": platform.compatibles}
    if platform.is_fixed or platform.vendor != _vendor(platform.compatibles):
        told |= {"vendor": platform.vendor, "fixed": platform.is_fixed}
    if aliases:
        told |= {"aliases": aliases}
    return told if len(told) > 1 else platform.compatibles


def _vendor(compatibles: list[str]) -> str:
    """Return the vendor part of the most specific compatible, or ""."""
    head, comma, _ = compatibles[0].partition(",") if compatibles else ("", "", "")
    return head if comma else ""
