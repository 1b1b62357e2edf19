"""The fields of JSON bodies and answers, as a list for people, from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class JsonField:
    """A field of a JSON body or answer."""

    place: str
    """Its name behind those of what it lies in: `a.b` in an object, `a[].b` in each object of an array, `a.*.b` in each
    value of an object whose names are free."""
    kind: str
    """Types as JSON has them, with `or null` where it may be null."""
    meaning: str
    """What is said of it; may be empty."""


def json_fields(document: Schema, content: Mapping[str, Schema]) -> list[JsonField]:
    """The fields of what `content`, of a body or an answer in an OpenAPI document, has as JSON; none where it has none.

    >>> both = {"type": "object", "properties": {"at": {"type": "number", "description": "In seconds."}}}
    >>> json_fields({}, {"application/json": {"schema": {"type": "array", "items": both}}})
    [JsonField(place='[].at', kind='number', meaning='In seconds.')]
    """
    return list(_inside(document, content.get("application/json", {}).get("schema", {}), ""))


def _inside(document: Schema, schema: Schema, place: str) -> Iterator[JsonField]:
    schema, _ = _resolved(document, schema)
    if "items" in schema:
        yield from _inside(document, schema["items"], f"{place}[]")
    if isinstance(values := schema.get("additionalProperties"), Mapping):
        yield from _inside(document, values, f"{place}.*")
    for name, field in schema.get("properties", {}).items():
        inside = f"{place}.{name}" if place else name
        resolved, may_be_null = _resolved(document, field)
        kind = resolved.get("type", "any") + " or null" * may_be_null
        yield JsonField(inside, kind, field.get("description") or resolved.get("description") or "")
        yield from _inside(document, field, inside)


def _resolved(document: Schema, schema: Schema) -> tuple[Schema, bool]:
    """What a schema refers to, and whether null will do as well."""
    may_be_null = False
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = document["components"]["schemas"][name]
        else:
            others = [each for each in schema["anyOf"] if each.get("type") != "null"]
            may_be_null = may_be_null or len(others) < len(schema["anyOf"])
            schema = others[0]
    return schema, may_be_null
