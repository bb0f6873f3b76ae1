"""Records of core as JSON text and back, by their type hints alone.

What equals its default is left out and an unknown name is passed over: a field with a default may
be added to any record at any time. Its default is part of the stored rows from then on and never
changes. Floats are refused: money and grades are integers.
"""

# ruff: noqa: ANN401 # values of every type pass through here

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

Tree = dict[str, Any]
"""The JSON object of one record."""

R = TypeVar("R")


class CodecError(TypeError):
    """A type that rows cannot hold, or a value that is not of its declared type."""


class _Coder(NamedTuple):
    """How the values of one type are written and read."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


class _Part(NamedTuple):
    """One field of a dataclass; `default` is its default as written, or MISSING."""

    name: str
    coder: _Coder
    default: Any


def instant(moment: datetime) -> str:
    """A moment as text that sorts like time: UTC, fixed width, microseconds, Z.

    >>> instant(datetime(2026, 6, 3, 8, 0, tzinfo=UTC))
    '2026-06-03T08:00:00.000000Z'
    """
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise CodecError("not a moment with a zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def dumps(tree: Any) -> str:
    """JSON text that the database accepts.

    Text is kept as it is, but lone surrogates, which are no valid UTF-8, become JSON escapes. Two
    that make a pair come back as the one character they spell.
    """
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def escaped(text: str) -> str:
    """Any text as one that may stand alone in an attribute or a key; most stay as they are.

    >>> escaped("王\\ud800")
    '王\\\\ud800'
    """
    return dumps(text)[1:-1]


def unescaped(text: str) -> str:
    """The inverse of `escaped`."""
    return str(json.loads(f'"{text}"')) if "\\" in text else text


def encode(record: Any) -> Tree:
    """The JSON object of a dataclass; CodecError names the field whose value does not fit."""
    return _encode_dataclass(record, kind=type(record))


def decode(kind: type[R], tree: Mapping[str, Any]) -> R:
    """The record that `encode` made `tree` of, by this or an earlier version of its class."""
    record: R = _decode_dataclass(tree, kind=kind)
    return record


@cache
def _parts(kind: Any) -> tuple[_Part, ...]:
    hints = get_type_hints(kind)
    return tuple(_part(field, _coder(hints[field.name])) for field in fields(kind))


def _part(field: "Field[Any]", coder: _Coder) -> _Part:
    if field.default_factory is not MISSING:
        return _Part(field.name, coder, coder.encode(field.default_factory()))
    if field.default is not MISSING:
        return _Part(field.name, coder, coder.encode(field.default))
    return _Part(field.name, coder, MISSING)


def _encode_dataclass(record: Any, *, kind: Any) -> Tree:
    if record.__class__ is not kind:
        raise CodecError(f"{type(record).__name__} is no {kind.__name__}")
    tree = {}
    for name, coder, default in _parts(kind):
        try:
            value = coder.encode(getattr(record, name))
        except CodecError as error:
            raise CodecError(f"{kind.__name__}.{name}: {error}") from error
        if value != default:
            tree[name] = value
    return tree


def _decode_dataclass(tree: Mapping[str, Any], *, kind: Any) -> Any:
    found = {
        name: coder.decode(tree[name]) for name, coder, _default in _parts(kind) if name in tree
    }
    return kind(**found)


@cache
def _coder(hint: Any) -> _Coder:
    """The coder of a type; CodecError for a type that rows cannot hold."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        return _Coder(partial(_encode_dataclass, kind=hint), partial(_decode_dataclass, kind=hint))
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return _named_tuple(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](*arguments)
    raise CodecError(f"rows cannot hold {hint}")


def _exact(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise CodecError(f"{type(value).__name__} is no {kind.__name__}")
    return value


def _same(value: Any) -> Any:
    return value


_SCALARS: Mapping[Any, _Coder] = {
    str: _Coder(partial(_exact, str), _same),
    int: _Coder(partial(_exact, int), _same),
    bool: _Coder(partial(_exact, bool), _same),
    datetime: _Coder(instant, datetime.fromisoformat),
}


def _named_tuple(kind: type) -> _Coder:
    coders = [_coder(hint) for hint in get_type_hints(kind).values()]

    def encode_items(value: Any) -> list[Any]:
        return [coder.encode(item) for coder, item in zip(coders, _exact(kind, value), strict=True)]

    def decode_items(items: Sequence[Any]) -> Any:
        return kind(*(coder.decode(item) for coder, item in zip(coders, items, strict=False)))

    return _Coder(encode_items, decode_items)


def _tuple(item: Any, dots: Any = None) -> _Coder:
    if dots is not Ellipsis:
        raise CodecError("rows hold tuples of one type only, as tuple[X, ...]")
    coder = _coder(item)

    def encode_items(value: Any) -> list[Any]:
        return [coder.encode(each) for each in _exact(tuple, value)]

    def decode_items(items: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(coder.decode(each) for each in items)

    return _Coder(encode_items, decode_items)


def _mapping(key: Any, item: Any) -> _Coder:
    if key is not str:
        raise CodecError("the keys of a mapping are text")
    coder = _coder(item)

    def encode_items(value: Any) -> Tree:
        if not isinstance(value, Mapping):
            raise CodecError(f"{type(value).__name__} is no mapping")
        return {_exact(str, name): coder.encode(each) for name, each in value.items()}

    def decode_items(items: Mapping[str, Any]) -> Tree:
        return {name: coder.decode(each) for name, each in items.items()}

    return _Coder(encode_items, decode_items)


def _optional(*choices: Any) -> _Coder:
    types = [choice for choice in choices if choice is not NoneType]
    if len(types) != 1:
        raise CodecError("rows hold no union but with None")
    coder = _coder(types[0])

    def encode_some(value: Any) -> Any:
        return None if value is None else coder.encode(value)

    def decode_some(value: Any) -> Any:
        return None if value is None else coder.decode(value)

    return _Coder(encode_some, decode_some)


_CONTAINERS: Mapping[Any, Callable[..., _Coder]] = {
    tuple: _tuple,
    dict: _mapping,
    Mapping: _mapping,
    UnionType: _optional,
    Union: _optional,
}
