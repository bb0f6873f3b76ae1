"""The corpus of replies: what people write, how READING wants it read, and how it is read.

A corpus is a folder of JSON lines, one reply a line. Keys: `text`; the context as `tools read
--json` takes it (`pending`, `ours`, `open_case`, `answered`, `offered` as three letters) and
beside it `language`, `question`, `surveyed`; what is expected, `kind` (a list where the rules
leave it open), `grades` as three letters in the order of the items with "-" for a blank,
`comment`, `complaint`; `clear` for a spelling that has to be accepted; `why`, the rule.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from chalicelib.core.grades import ITEMS, Grades, from_letters, letters
from chalicelib.core.replies import Context, Reading, read

FOLDER: Final = Path("tests/corpus")
CLEAR_PERCENT: Final = 99
"""So many of a hundred clear spellings must be accepted without asking."""

STORED: Final = frozenset({"grades", "partial"})
KEYWORDS: Final = frozenset(
    {
        "optout",
        "optin",
        "help",
        "status",
        "not_me",
        "not_finished",
        "call_me",
        "complaint",
    }
)
"""Kinds that act by themselves: reading one where there is none is as bad as missing it."""

KINDS: Final = STORED | KEYWORDS | {"confirm", "ask", "comment"}
CONTEXT: Final[Mapping[str, type]] = {
    "pending": list,
    "language": str,
    "ours": list,
    "question": str,
    "offered": str,
    "answered": bool,
    "surveyed": bool,
    "open_case": bool,
}
EXPECTED: Final[Mapping[str, type | tuple[type, ...]]] = {
    "kind": (str, list),
    "grades": str,
    "comment": str,
    "complaint": bool,
    "clear": bool,
    "why": str,
}
VERDICTS: Final = ("accepted", "asked", "other", "wrong")
"""accepted: read as expected. asked: a rating was not stored but asked about or kept as a
comment. other: nothing stored either way, by another kind. wrong: stored and should not be,
other grades, a lost word, a keyword misread in either direction."""


class CorpusError(ValueError):
    """A line that is no row; the text is `file:line: column: reason`."""


@dataclass(frozen=True)
class Row:
    """One reply, its context and what READING makes of it."""

    place: str
    text: str
    context: Context
    kinds: frozenset[str]
    grades: Grades | None
    comment: str | None
    complaint: bool | None
    clear: bool
    why: str


def rows(folder: Path) -> Iterator[Row]:
    """All rows of a folder's `*.jsonl`, by file name and line; raises `CorpusError`."""
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        # not splitlines: it would also break at the separators that replies contain
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if line:
                fields = _fields(line, f"{path}:{number}")
                key = json.dumps([fields.get(name) for name in ("text", *CONTEXT)])
                if key in seen:
                    raise CorpusError(f"{path}:{number}: text: the same as {seen[key]}")
                seen[key] = f"{path}:{number}"
                yield _row(fields, f"{path}:{number}")


def _fields(line: str, place: str) -> dict[str, Any]:
    try:
        fields: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{place}: {error.colno}: {error.msg}") from error
    if not isinstance(fields, dict):
        raise CorpusError(f"{place}: 1: not an object")
    types = {"text": str, **CONTEXT, **EXPECTED}
    for name, value in fields.items():
        if name not in types or not isinstance(value, types[name]):
            raise CorpusError(f"{place}: {name}: unknown key or wrong type")
    for name in ("text", "kind", "why"):
        if name not in fields:
            raise CorpusError(f"{place}: {name}: missing")
    return fields


def _row(fields: Mapping[str, Any], place: str) -> Row:
    kind = fields["kind"]
    kinds = frozenset([kind] if isinstance(kind, str) else kind)
    if not kinds or kinds - KINDS:
        raise CorpusError(f"{place}: kind: not one of {', '.join(sorted(KINDS))}")
    if kinds & STORED and "grades" not in fields:
        raise CorpusError(f"{place}: grades: missing")
    if fields.get("clear") and kinds != {"grades"}:
        raise CorpusError(f"{place}: clear: only for kind grades")
    return Row(
        place=place,
        text=fields["text"],
        context=_context(fields, place),
        kinds=kinds,
        grades=_grades(fields.get("grades"), place),
        comment=fields.get("comment"),
        complaint=fields.get("complaint"),
        clear=fields.get("clear", False),
        why=fields["why"],
    )


def _context(fields: Mapping[str, Any], place: str) -> Context:
    offered = _grades(fields.get("offered"), place) or {}
    return Context(
        pending=tuple(fields.get("pending", ITEMS)),
        language=fields.get("language", "zh"),
        ours=tuple(fields.get("ours", ())),
        question=fields.get("question", "confirm" if offered else ""),
        offered=offered,
        answered=fields.get("answered", False),
        surveyed=fields.get("surveyed", True),
        open_case=fields.get("open_case", False),
    )


def _grades(text: str | None, place: str) -> Grades | None:
    if text is None:
        return None
    if len(text) != len(ITEMS) or set(text) - set("ABCDE-"):
        raise CorpusError(f"{place}: grades: three of A-E or - in the order of the items")
    return from_letters(text)


def verdict(row: Row, reading: Reading) -> str:
    """One of `VERDICTS`, the gravest that applies."""
    if _is_wrong(row, reading):
        return "wrong"
    if reading.kind in row.kinds:
        return "accepted"
    return "asked" if row.kinds & STORED else "other"


def _is_wrong(row: Row, reading: Reading) -> bool:
    if row.complaint is not None and reading.complaint != row.complaint:
        return True
    if row.kinds <= KEYWORDS or reading.kind in KEYWORDS:
        return reading.kind not in row.kinds or _grades_differ(row, reading)
    if reading.kind in STORED:
        return not row.kinds & STORED or _grades_differ(row, reading) or _loses_words(row, reading)
    return reading.kind == "confirm" and _grades_differ(row, reading)


def _grades_differ(row: Row, reading: Reading) -> bool:
    return row.grades is not None and dict(reading.grades) != dict(row.grades)


def _loses_words(row: Row, reading: Reading) -> bool:
    return row.comment is not None and reading.comment != row.comment


def corpus(
    folder: Annotated[Path, typer.Argument(help="folder of *.jsonl")] = FOLDER,
    *,
    every: Annotated[bool, typer.Option(help="also list rows asked or read otherwise")] = False,
) -> None:
    """Read every reply of the corpus; exit 1 if one is wrong or too many clear ones are asked."""
    try:
        judged = [(row, read(row.text, row.context)) for row in rows(folder)]
    except CorpusError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from error
    results = [(row, reading, verdict(row, reading)) for row, reading in judged]
    shown = VERDICTS[1:] if every else ("wrong",)
    for row, reading, result in results:
        if result in shown or (row.clear and result != "accepted"):
            typer.echo(_line(row, reading, result))
    typer.echo(_table(results))
    clear = [result == "accepted" for row, _, result in results if row.clear]
    typer.echo(_clear_line(clear))
    wrong = any(result == "wrong" for *_, result in results)
    raise typer.Exit(int(wrong or not results or not enough(clear)))


def enough(clear: Sequence[bool]) -> bool:
    """Whether `CLEAR_PERCENT` of the clear spellings were accepted, exactly counted."""
    return sum(clear) * 100 >= len(clear) * CLEAR_PERCENT


def _clear_line(clear: Sequence[bool]) -> str:
    hundredths = sum(clear) * 10_000 // max(len(clear), 1)
    percent = f"{hundredths // 100}.{hundredths % 100:02}"
    return f"clear spellings accepted: {sum(clear)} of {len(clear)}, {percent} %"


def _table(results: Sequence[tuple[Row, Reading, str]]) -> str:
    counts: dict[str, Counter[str]] = {}
    for row, _, result in results:
        for name in (Path(row.place.rsplit(":", 1)[0]).name, "all"):
            counts.setdefault(name, Counter())[result] += 1
    total = counts.pop("all", Counter())
    head = f"{'file':32}{'rows':>8}" + "".join(f"{name:>10}" for name in VERDICTS)
    lines = [_count_line(name, count) for name, count in (*counts.items(), ("all", total))]
    return "\n".join([head, *lines])


def _count_line(name: str, count: Counter[str]) -> str:
    return f"{name:32}{count.total():>8}" + "".join(f"{count[part]:>10}" for part in VERDICTS)


def _line(row: Row, reading: Reading, result: str) -> str:
    wanted = "|".join(sorted(row.kinds)) + _facts(row.grades, row.comment, row.complaint)
    got = reading.kind + _facts(reading.grades, reading.comment, reading.complaint)
    text = json.dumps(row.text, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    found = f"{row.place}: {result}: {text} expected {wanted} got {got} by {reading.rule}"
    return f"{found}\n    {row.why}"


def _facts(grades: Grades | None, comment: str | None, complaint: bool | None) -> str:
    parts = [letters(grades) if grades else "", repr(comment) if comment is not None else ""]
    return " ".join(["", *filter(None, parts), *(["complaint"] if complaint else [])])
