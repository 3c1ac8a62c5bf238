"""Is it KCIDB, and what would it be in v5.3: every object is accepted, or refused with a reason.

The JSON schemas are kcidb-io's own, compiled; what they refuse is shown to kcidb-io, whose verdict
and wording count. Objects older than v5 are upgraded by kcidb-io.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import jsonschema
import jsonschema_rs
from kcidb_io.schema import LATEST
from kcidb_io.schema.abstract import InheritanceImpossible, MetaVersion

from ingest.document import Document
from ingest.errors import Refusal, Refused
from results.documents import Object

KINDS: Final = {
    "checkouts": "checkout",
    "builds": "build",
    "tests": "test",
    "issues": "issue",
    "incidents": "incident",
}
"""Names of the lists of a document -> kind of object, parents first."""

OLD_KINDS: Final = KINDS | {"revisions": "checkout"}
MAX_REASON: Final = 500
MAX_INTEGER: Final = 2**63 - 1
_VERSIONS: Final = {(version.major, version.minor): version for version in LATEST.lineage}


@dataclass
class Accepted:
    """What a document holds: v5.3 objects by kind, and what of it was refused."""

    version: str
    objects: dict[str, list[Object]]
    refusals: list[Refusal] = field(default_factory=list)
    cleaned: int = 0


def accept(document: Document) -> Accepted:
    """Return the objects of a document. Raises Refused when the document as a whole is wrong."""
    decoded = document.decoded
    data = decoded.value
    version = _version_of(data)
    refusals: list[Refusal] = []
    is_valid = _compiled(version).is_valid(data)
    decoded.unfold()
    if not is_valid or decoded.cleaned:
        data = _without_refused(data, version, refusals)
    if version.major < LATEST.major:
        data = _upgraded(data, version, refusals)
    objects = {kind: data[name] for name, kind in KINDS.items() if data.get(name)}
    return Accepted(str(version), objects, refusals, decoded.cleaned)


def _version_of(data: Any) -> MetaVersion:
    """Return the exact schema version of a document. Raises Refused when it has none that we know."""
    try:
        major, minor = data["version"]["major"], data["version"].get("minor", 0)
        if (version := _VERSIONS.get((major, minor))) and type(major) is type(minor) is int:
            return version
    except (TypeError, KeyError, AttributeError, IndexError):
        pass  # an old form of version, or none at all
    try:
        version = LATEST.get_exactly_compatible(data)
    except Exception:  # kcidb-io reads the version of whatever it is given
        version = None
    if version is None or not _is_whole(data):
        raise _version_refusal(data)
    return version


def _is_whole(data: Any) -> bool:
    """Return whether the version consists of whole numbers; 3.0 is one for JSON schemas, but not here."""
    version = data.get("version")
    return not isinstance(version, dict) or not any(isinstance(part, float) for part in version.values())


def _version_refusal(data: Any) -> Refused:
    for error in _errors(data, LATEST):
        if list(error.absolute_path)[:1] in ([], ["version"]):
            return Refused(_reason(error), _pointer(error))
    return Refused(f"version: {data['version']!r} is no version of the KCIDB schema", "/version")


@cache
def _compiled(version: MetaVersion) -> Any:
    return jsonschema_rs.Draft7Validator(_portable(version.json), validate_formats=True)


def _portable(schema: Any) -> Any:
    """Return a schema that means in Rust what it means in Python, its integers limited to what we store."""
    if isinstance(schema, dict):
        limit = {"maximum": MAX_INTEGER} if schema.get("type") == "integer" else {}
        return limit | {
            name: part.replace("\\0", "\\x00")
            if name == "pattern" and isinstance(part, str)
            else _portable(part)
            for name, part in schema.items()
        }
    return [_portable(part) for part in schema] if isinstance(schema, list) else schema


def _without_refused(data: Object, version: MetaVersion, refusals: list[Refusal]) -> Object:
    """Return a document without the objects that are refused. Raises Refused for its own errors."""
    lists = {name: data[name] for name in OLD_KINDS if isinstance(data.get(name), list)}
    envelope = data | {name: [] for name in lists}
    for error in _errors(envelope, version):
        raise Refused(_reason(error), _pointer(error))
    kept = dict(envelope)
    for name, objects in lists.items():
        flags = [_compiled(version).is_valid(envelope | {name: [item]}) for item in objects]
        kept[name] = []
        for index, (item, is_valid) in enumerate(zip(objects, flags, strict=True)):
            refusal = _refusal(envelope, version, name, index, item, is_valid=is_valid)
            kept[name].append(item) if refusal is None else refusals.append(refusal)
    return kept


def _refusal(
    envelope: Object, version: MetaVersion, name: str, index: int, item: Any, *, is_valid: bool
) -> Refusal | None:
    """Return why an object is refused; None when kcidb-io takes it and databases can hold it."""
    alone = envelope | {name: [item]}
    errors = [] if is_valid else list(_errors(alone, version))
    at = f"/{name}/{index}"
    if errors:
        reason = "; ".join(_reason(error) for error in errors[:3])
        return _refused(name, item, at + _pointer(errors[0], skip=2), reason, alone)
    for pointer, problem in _not_storable(item):
        return _refused(name, item, at + pointer, f"{pointer[1:].replace('/', '.')}: {problem}", alone)
    return None


def _refused(name: str, item: Any, pointer: str, reason: str, alone: Object) -> Refusal:
    kcidb_id = item.get("id", "") if isinstance(item, dict) else ""
    raw = json.dumps({part: value for part, value in alone.items() if value != []}).encode()
    return Refusal(OLD_KINDS[name], kcidb_id if isinstance(kcidb_id, str) else "", pointer, reason, raw)


def refusal_of(kind: str, item: Object, reason: str) -> Refusal:
    """Return the refusal of an accepted object that turned out to be impossible to store."""
    name = next(name for name, word in KINDS.items() if word == kind)
    alone = {"version": {"major": LATEST.major, "minor": LATEST.minor}, name: [item]}
    return _refused(name, item, f"/{name}", reason, alone)


def _not_storable(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield (pointer, problem) of every number outside misc that no column can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        yield pointer, f"{value} is not a number of JSON"
    elif isinstance(value, int) and value > MAX_INTEGER and pointer in ("/version", "/issue_version"):
        yield pointer, f"{value} is greater than the maximum of {MAX_INTEGER} that can be stored"
    elif isinstance(value, dict):
        for name, item in value.items():
            if name != "misc":
                yield from _not_storable(item, f"{pointer}/{_escaped(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _not_storable(item, f"{pointer}/{index}")


@cache
def _judge(version: MetaVersion) -> Any:
    """Return kcidb-io's way to validate, which can list all errors instead of the best one."""
    return jsonschema.Draft7Validator(version.json, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)


def _errors(data: Any, version: MetaVersion) -> list[Any]:
    return sorted(
        _judge(version).iter_errors(data), key=lambda error: [str(part) for part in error.absolute_path]
    )


def _pointer(error: Any, skip: int = 0) -> str:
    parts = [*error.absolute_path][skip:]
    if named := _named(error):
        parts.append(named)
    return "".join(f"/{_escaped(part)}" for part in parts)


def _named(error: Any) -> str | None:
    """Return the property that an error of an object is about: the missing or the unknown one."""
    if error.validator == "required":
        return next(
            (str(name) for name in error.validator_value if error.message.startswith(repr(name))), None
        )
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        return next((str(name) for name in sorted(error.instance) if name not in known), None)
    return None


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _reason(error: Any) -> str:
    """Return "field: what is wrong", in kcidb-io's words, with long values cut."""
    message = str(error.message)
    if len(message) > MAX_REASON:
        message = f"{message[:100]}…{message[-200:]}"
    names = [str(part) for part in error.absolute_path if isinstance(part, str) and part not in OLD_KINDS]
    place = ".".join([*names, *filter(None, [_named(error)])])
    return f"{place}: {message}" if place else message


def _upgraded(data: Object, version: MetaVersion, refusals: list[Refusal]) -> Object:
    """Return a valid document of an older version as v5.3, without the objects that cannot be."""
    try:
        whole = LATEST.upgrade(data)
        if _compiled(LATEST).is_valid(whole):
            return dict(whole)
    except Exception:
        pass
    kept: Object = {name: [] for name in KINDS}
    for name in OLD_KINDS:
        for index, item in enumerate(data.get(name, [])):
            alone = {"version": data["version"], name: [item]}
            try:
                upgraded = LATEST.validate(LATEST.upgrade(alone))
            except Exception as error:
                refusals.append(_not_upgradable(name, index, item, alone, error))
                continue
            for part in KINDS:
                kept[part] += upgraded.get(part, [])
    return kept


def _not_upgradable(name: str, index: int, item: Object, alone: Object, error: Exception) -> Refusal:
    if isinstance(error, jsonschema.ValidationError):
        place, reason = _pointer(error, skip=2), _reason(error)
    else:
        message = (
            str(error) if isinstance(error, InheritanceImpossible) else f"{type(error).__name__}: {error}"
        )
        fields = [key for key, value in item.items() if isinstance(value, str) and repr(value) in message]
        place = f"/{fields[0]}" if fields else ""
        reason = f"{fields[0] if fields else name}: {message[:MAX_REASON]} (upgrading to {LATEST})"
    return _refused(name, item, f"/{name}/{index}{place}", reason, alone)
