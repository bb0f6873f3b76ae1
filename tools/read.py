"""python -m tools read: how replies on standard input would be read, one JSON object a line."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from chalicelib.core.grades import ITEMS, POINTS, Grades, from_letters
from chalicelib.core.replies import Context, Reading
from chalicelib.core.replies import read as read_reply
from chalicelib.texts import LOCALES

LINE_ENDS: Final = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""Characters JSON leaves alone that some readers end a line at."""


class InputError(Exception):
    """An option or a line of the input that cannot be taken: where and why."""


def read(
    *,
    pending: Annotated[
        str, typer.Option(help="items not answered yet, parted by commas")
    ] = ",".join(ITEMS),
    language: Annotated[str, typer.Option(help="zh or en")] = "zh",
    asked: Annotated[str, typer.Option(help="grades we asked to confirm, as in ABA")] = "",
    sent: Annotated[Path | None, typer.Option(help="our last messages, one a line")] = None,
    explain: Annotated[bool, typer.Option(help="also how the reading was reached")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="each line is an object with its own context")
    ] = False,
) -> None:
    """Read replies, one a line on standard input; only grades and partial would be stored."""
    try:
        context = Context(
            pending=_items([item.strip() for item in pending.split(",") if item.strip()]),
            language=_language(language),
            ours=_messages(sent),
        )
        context = _offering(context, _grades(asked, "asked")) if asked else context
    except InputError as error:
        _refuse(str(error))
    for number, line in enumerate(sys.stdin.buffer, start=1):
        received = line.removesuffix(b"\n").decode("utf-8", "replace")
        try:
            text, about = _from_json(received, context) if as_json else (received, context)
        except InputError as error:
            _refuse(f"stdin:{number}: {error}")
        sys.stdout.buffer.write(_line(text, read_reply(text, about), explain))
    sys.stdout.buffer.flush()


def _refuse(reason: str) -> NoReturn:
    sys.stdout.buffer.flush()
    print(reason, file=sys.stderr)
    raise typer.Exit(2)


def _line(text: str, reading: Reading, explain: bool) -> bytes:
    """One object and a line end, in UTF-8; a lone surrogate stays the escape it came as."""
    shown = {
        "text": text,
        "kind": reading.kind,
        "grades": dict(reading.grades),
        "comment": reading.comment,
        "complaint": reading.complaint,
        "rule": reading.rule,
    }
    if explain:
        shown |= {
            "cleaned": reading.cleaned,
            "considered": list(reading.considered),
            "answer": reading.answer,
            "number": reading.number,
            "danger": reading.danger,
            "person": reading.person,
        }
    written = json.dumps(shown, ensure_ascii=False).translate(LINE_ENDS)
    return f"{written}\n".encode("utf-8", "backslashreplace")


# --- options and lines -----------------------------------------------------------------------


def _items(names: list[str], field: str = "pending") -> tuple[str, ...]:
    for name in names:
        if name not in ITEMS:
            raise InputError(f"{field}: {name!r} is none of {', '.join(ITEMS)}")
    return tuple(item for item in ITEMS if item in names)


def _language(language: str) -> str:
    if language not in LOCALES:
        raise InputError(f"language: {language!r} is none of {', '.join(LOCALES)}")
    return language


def _messages(path: Path | None) -> tuple[str, ...]:
    try:
        content = path.read_bytes() if path else b""
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    lines = content.decode("utf-8", "replace").split("\n")
    return tuple(line for line in lines if line.strip())


def _grades(letters: str, field: str) -> Grades:
    upper = letters.upper()
    if len(upper) != len(ITEMS) or not set(upper) <= {*POINTS, "-"} or set(upper) == {"-"}:
        raise InputError(f"{field}: {letters!r} is not three of A to E or -, as in ABA")
    return from_letters(upper)


def _offering(context: Context, grades: Grades) -> Context:
    return replace(context, question="confirm", offered=grades)


def _from_json(line: str, context: Context) -> tuple[str, Context]:
    """The text of a line and the context it is read in; keys left out keep the options'."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"json: {error}") from None
    if not isinstance(fields, dict):
        raise InputError("json: not an object")
    for name, value in fields.items():
        if name not in _FIELDS or not _FIELDS[name](value):
            raise InputError(f"{name}: {'unknown' if name not in _FIELDS else 'wrong type'}")
    if "text" not in fields:
        raise InputError("text: missing")
    return fields["text"], _context_of(fields, context)


def _context_of(fields: dict[str, Any], context: Context) -> Context:
    answered = fields.get("answered", context.answered)
    pending = () if answered else context.pending
    context = replace(
        context,
        pending=_items(fields["pending"]) if "pending" in fields else pending,
        ours=tuple(fields.get("ours", context.ours)),
        answered=answered,
        open_case=fields.get("open_case", context.open_case),
    )
    offered = fields.get("offered")
    if not offered:
        return context
    spelled = offered if isinstance(offered, str) else _spelled(offered)
    return _offering(context, _grades(spelled, "offered"))


def _spelled(offered: dict[str, Any]) -> str:
    _items(list(offered), "offered")
    return "".join(str(offered.get(item, "-")) for item in ITEMS)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_FIELDS: Final = {
    "text": lambda value: isinstance(value, str),
    "ours": _is_texts,
    "open_case": _is_flag,
    "offered": lambda value: value is None or isinstance(value, str | dict),
    "answered": _is_flag,
    "pending": _is_texts,
}
"""The keys of a line with --json → whether a value is of its type."""
