"""Records as they are written to their rows and read back, each as its layout says.

The body is the record's JSON without what stands elsewhere in the row: in the key, in attributes of
their own for projections, or written by another update.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.store import codec
from chalicelib.store.codec import Tree, escaped, unescaped
from chalicelib.store.layouts import LAYOUTS
from chalicelib.store.models import MainRow
from chalicelib.store.table import Item, Key, Value, Write, number, text

R = TypeVar("R")


def adding(record: object) -> list[Write]:
    """The writes that add a record, on the condition that its place is free."""
    version = 1 if hasattr(record, "version") else None
    values = {name: value for name, value in _values(record, version).items() if value is not None}
    key = LAYOUTS[type(record)].key(record)
    write = Write(key, values, MainRow.pk.does_not_exist(), AlreadyThere(record))
    return [write, *_pointing(record, 1, AlreadyThere(record))]


def saving(record: object, version: int) -> list[Write]:
    """The writes that save a record, on the condition that the stored version is still `version`.

    Version 0 is that of a row that was never saved.
    """
    condition = MainRow.version == version if version else MainRow.version.does_not_exist()
    key = LAYOUTS[type(record)].key(record)
    write = Write(key, _values(record, version + 1), condition, Stale(record))
    return [write, *_pointing(record, version + 1, Stale(record))]


def read(kind: type[R], item: Item) -> R:
    """The record of a row."""
    layout = LAYOUTS[kind]
    tree: Tree = json.loads(text(item, "body") or "{}")
    for path, value in layout.in_key(Key(item["pk"]["S"], item["sk"]["S"])).items():
        _put(tree, path, value)
    for attribute, path in layout.lifted.items():
        if attribute in item:
            _put(tree, path, plain(item[attribute]))
    tree |= {name: json.loads(item[name]["S"]) for name in layout.others if name in item}
    tree |= {name: sorted(item[name]["SS"]) for name in layout.sets if name in item}
    if version := number(item, "version"):
        tree["version"] = version
    return codec.decode(kind, tree)


def body(record: object) -> str:
    """The JSON text of what of a record stands nowhere else in its row."""
    return codec.dumps(_tree(record)[0])


def plain(value: Mapping[str, Any]) -> Value:
    """The value of an attribute as we wrote it."""
    ((kind, content),) = value.items()
    if kind == "S":
        return unescaped(content)
    return int(content) if kind == "N" else bool(content)


def _pointing(record: object, version: int, refusal: Exception) -> list[Write]:
    """Writes of the rows that lead to a record; `version` lets no older one overtake a newer."""
    earlier = MainRow.version.does_not_exist() | (MainRow.version < version)
    return [
        Write(key, {"version": version}, earlier, refusal)
        for key in LAYOUTS[type(record)].pointers(record)
    ]


def _values(record: object, version: int | None) -> dict[str, Value | datetime | None]:
    layout = LAYOUTS[type(record)]
    tree, lifted = _tree(record)
    values: dict[str, Value | datetime | None] = {**lifted, **layout.derived(record)}
    values |= {"version": version, "body": codec.dumps(tree)}
    if layout.ends:
        values["ttl"] = layout.ends(record)
    if layout.due:
        values["due_pk"] = layout.due(record) if lifted["due_sk"] else None
    return values


def _tree(record: object) -> tuple[Tree, dict[str, Value | None]]:
    """The record's JSON object without what stands elsewhere, and its lifted attributes."""
    layout = LAYOUTS[type(record)]
    tree = codec.encode(record)
    for name in ("version", *layout.others, *layout.sets):
        tree.pop(name, None)
    for path in layout.in_key(layout.key(record)):
        _take(tree, path)
    lifted = {attribute: _take(tree, path) for attribute, path in layout.lifted.items()}
    return tree, {
        attribute: escaped(value) if isinstance(value, str) else value
        for attribute, value in lifted.items()
    }


def _take(tree: Tree, path: str) -> Value | None:
    parent, _, name = path.rpartition(".")
    if not parent:
        value: Value | None = tree.pop(name, None)
        return value
    value = tree.get(parent, {}).pop(name, None)
    if not tree.get(parent, True):
        del tree[parent]
    return value


def _put(tree: Tree, path: str, value: Value) -> None:
    parent, _, name = path.rpartition(".")
    (tree.setdefault(parent, {}) if parent else tree)[name] = value
