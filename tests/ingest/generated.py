"""Documents that Hypothesis makes from the schemas that kcidb-io publishes, and how they go wrong."""

from __future__ import annotations

import copy
import json

from hypothesis import strategies as st
from kcidb_io.schema import LATEST

KNOWN_IDS = ["o:1", "o:2", "p:1", "maestro:68b6c0a1f3d2e4a5b6c70003", "o:a\nb", "o:", "o:dummy_1", "_:é"]
"""So that objects meet: parents and children, and the same one again."""

FORMATS = {
    "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}+02:00")
    | st.sampled_from(["2026-01-01t00:00:00z", "2016-12-31T23:59:60Z", "9999-12-31T23:59:59-12:00"]),
    "uri": st.sampled_from(["https://x.org/a?b=c#d", "javascript:alert(1)", "urn:x", "https://[::1]/"]),
    "email": st.sampled_from(["a@b.org", "x+y@localhost"]),
}
TEXTS = st.text(max_size=20) | st.sampled_from(["<b>&", "a" * 2000, "\\", "\t\r\n", "\x7f\u2028", "NULL"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ODD = [
    None, True, 0, -1, 10**30, 1.5, "", "x", "\0", "\ud800", "x" * 20_000, [], {}, [None], {"": {}},
    "o:1", "PASS", "2026-13-01T00:00:00Z", [[[[[[[[[[]]]]]]]]]], "origin:with\0nul",
]  # fmt: skip


def valid(schema, defs):
    """Return the strategy of values that a schema describes (the parts of JSON schema that KCIDB uses)."""
    if "$ref" in schema:
        return st.deferred(lambda: valid(defs[schema["$ref"].rpartition("/")[2]], defs))
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return st.one_of([valid(schema | option, defs) for option in schema[several]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _TYPES[schema["type"]](schema, defs)


def _objects(schema, defs):
    properties = schema.get("properties")
    if not properties:
        return st.dictionaries(TEXTS, ANYTHING, max_size=3) | st.sampled_from(
            [{"lab": "a", "runtime": "b"}, {"platform": "x"}, {"lab": ["x"], "platform": {"a": 1}}]
        )
    required = set(schema.get("required", ()))
    parts = {name: valid(part, defs) for name, part in properties.items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def _lists(schema, defs):
    return st.lists(valid(schema["items"], defs), max_size=3)


def _strings(schema, _defs):
    longest = schema.get("maxLength", 10**6)
    if "format" in schema and "pattern" not in schema:
        return FORMATS[schema["format"]]
    if "pattern" not in schema:
        return TEXTS.map(lambda text: text[:longest])
    pattern = schema["pattern"].replace("\\0", "\\x00")
    if pattern.startswith("^https"):
        return st.sampled_from(["https://git.example/a.git", "https://x/"])
    found = st.from_regex(pattern).map(lambda text: text[:longest])
    return st.sampled_from(KNOWN_IDS) | found if ":" in pattern else found


def _integers(schema, _defs):
    return st.integers(schema.get("minimum", -(2**70)), schema.get("maximum", 2**70))


_TYPES = {
    "object": _objects,
    "array": _lists,
    "string": _strings,
    "integer": _integers,
    "number": lambda schema, defs: st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    "boolean": lambda schema, defs: st.booleans(),
}


@st.composite
def documents(draw):
    """Return a document of any version of the schema."""
    version = draw(st.sampled_from([known for known in LATEST.lineage if known.major >= 2]))
    schema = version.json
    lists = {name: part for name, part in schema["properties"].items() if name != "version"}
    made = {
        name: draw(st.lists(valid(part["items"], schema.get("$defs", {})), max_size=2))
        for name, part in lists.items()
        if draw(st.booleans())
    }
    return made | {"version": {"major": version.major, "minor": version.minor}}


@st.composite
def mutated(draw, sources):
    """Return a document with one to three things in it gone, doubled, renamed or replaced."""
    document = copy.deepcopy(draw(sources))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if places:
            _mutate(draw, *draw(st.sampled_from(places)))
    return document


def _places(value):
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _mutate(draw, holder, key):
    how = draw(st.sampled_from(["odd", "odd", "gone", "doubled", "renamed"]))
    if how == "odd":
        holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    elif how == "gone":
        del holder[key]
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        name = f"{key}_" if how == "renamed" else draw(st.sampled_from(sorted(holder)))
        holder[name] = holder.pop(key)


def as_bytes(document):
    """Return a document as JSON, lone surrogates escaped as they are."""
    return json.dumps(document).encode()


@st.composite
def garbled(draw, sources):
    """Return the bytes of a document, cut short or with some bytes changed."""
    raw = bytearray(as_bytes(draw(sources)))
    for place in draw(st.lists(st.integers(0, len(raw) - 1), max_size=3)):
        raw[place] = draw(st.integers(0, 255))
    return bytes(raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw)
