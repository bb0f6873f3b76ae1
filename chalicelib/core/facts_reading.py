"""Reading a facts file: strict, so that no changed character passes for a fact."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_type_hints

from chalicelib.core.cases import CATEGORIES, KINDS, STANDINGS
from chalicelib.core.cases import CHANNELS as CASE_CHANNELS
from chalicelib.core.delivery import RANKS
from chalicelib.core.facts import CHANNELS, CLOCKS, DIFFERS, HOLDS, VOIDS, WORDS, Facts, is_counted
from chalicelib.core.rules import SEVERITIES
from chalicelib.core.verification import OUTCOMES
from chalicelib.core.visits import EVIDENCE

_CELL: Final = "[^/ ]+/[^/ ]+/[^/ ]+/(answered|silent)/(reason|none)"

_ONCE: Final = ("late_uploads", "month", "previous", "unassigned", "usual")
_OPTIONAL: Final = ("previous", "usual")


class FactsError(ValueError):
    """A line that is none of a facts file: `line` from 1, `field` where one is wrong."""

    def __init__(self, line: int, reason: str, field: str = "") -> None:
        super().__init__(f"{line}: {field}: {reason}" if field else f"{line}: {reason}")
        self.line, self.reason, self.field = line, reason, field


def parse(text: Iterable[str]) -> Facts:
    """The facts of a file's lines, each with or without its line feed: the inverse of `lines`.

    FactsError names the first line that is no fact, out of order, or there twice.
    """
    found: dict[str, list[Any]] = {word: [] for word in WORDS}
    last = b""
    for number, each in enumerate(text, start=1):
        spelled = each.removesuffix("\n")
        word, fact = parse_line(spelled, number)
        if spelled.encode("utf-8", "surrogatepass") <= last:
            raise FactsError(number, "is out of order, or stands twice")
        last = spelled.encode("utf-8", "surrogatepass")
        if word in _ONCE and found[word]:
            raise FactsError(number, "stands twice", word)
        found[word].append(fact)
    missing = [word for word in _ONCE if not found[word] and word not in _OPTIONAL]
    if missing:
        raise FactsError(0, "has no such line", missing[0])
    return _gathered(found)


def _gathered(found: Mapping[str, list[Any]]) -> Facts:
    month = found["month"][0]
    return Facts(
        month.unit,
        month.month,
        tuple(found["visit"]),
        tuple(found["case"]),
        tuple(found["cell"]),
        next(iter(found["previous"]), None),
        found["late_uploads"][0].number,
        found["unassigned"][0].number,
        tuple(found["week"]),
        next(iter(found["usual"]), None),
    )


def parse_line(spelled: str, number: int = 1) -> tuple[str, Any]:
    """The word and the fact of one line without its line feed; FactsError."""
    word, *columns = spelled.split("\t")
    if word not in WORDS:
        raise FactsError(number, f"{word!r} begins no line of facts")
    readers = _READERS[word]
    if len(columns) != len(readers):
        raise FactsError(number, f"has {len(columns)} columns, must have {len(readers)}", word)
    values = [
        _read(column, word, name, number) for name, column in zip(readers, columns, strict=True)
    ]
    fact = WORDS[word](*values)
    if word == "visit" and len({is_counted(fact), fact.evidence != "", fact.channel != ""}) > 1:
        raise FactsError(number, "a form has evidence and channel, and nothing else has", word)
    return word, fact


_NUMBER: Final = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_TEXT: Final = r"[^\x00-\x20\x7f]+"
_FORM: Final = "[A-E-]{3}"
_HASH: Final = "[0-9a-f]{64}"
_MONTH: Final = "[12][0-9]{3}-(0[1-9]|1[0-2])"
_WEEK: Final = "[12][0-9]{3}-W[0-5][0-9]"

_READERS: Final[Mapping[str, Mapping[str, type]]] = {
    word: get_type_hints(kind) for word, kind in WORDS.items()
}


def _one_of(*words: str) -> str:
    return "|".join(words)


_PATTERNS: Final[Mapping[tuple[str, str], str]] = {
    ("case", "kind"): _one_of(*KINDS),
    ("case", "severity"): _one_of(*SEVERITIES),
    ("case", "standing"): _one_of(*STANDINGS),
    ("case", "channel"): _one_of(*CASE_CHANNELS),
    ("case", "reference"): f"({_TEXT})?",
    ("case", "category"): _one_of("", *CATEGORIES),
    **{("case", step): _one_of("", *CLOCKS) for step in ("forwarded", "answered", "solved")},
    ("cell", "cell"): _CELL,
    ("month", "month"): _MONTH,
    ("previous", "hash"): _HASH,
    ("visit", "letters"): _FORM,
    ("visit", "delivery"): _one_of("", "invited", *RANKS),
    ("visit", "evidence"): _one_of("", *EVIDENCE),
    ("visit", "channel"): _one_of("", *CHANNELS),
    ("visit", "void"): _one_of("", *VOIDS),
    ("visit", "outcome"): _one_of("", *OUTCOMES),
    ("visit", "cell"): f"({_CELL})?",
    ("visit", "form"): f"({_FORM})?",
    ("visit", "told"): f"({_FORM})?",
    ("visit", "week"): _WEEK,
    ("week", "week"): _WEEK,
    ("week", "sha256"): _HASH,
    ("week", "found"): _one_of(HOLDS, DIFFERS),
}
"""What a column may be, where not any text without spaces will do."""

_COMPILED: Final = {
    (word, name): re.compile(_PATTERNS.get((word, name), _TEXT), re.ASCII)
    for word, readers in _READERS.items()
    for name in readers
}


def _read(column: str, word: str, name: str, number: int) -> str | int | bool:
    kind = _READERS[word][name]
    if kind is bool:
        if column not in ("yes", "no"):
            raise FactsError(number, f"{column!r} is neither yes nor no", name)
        return column == "yes"
    if kind is int:
        if not _NUMBER.fullmatch(column) or (column.startswith("-") and name != "points"):
            raise FactsError(number, f"{column!r} is no number that it may be", name)
        return int(column)
    value = "" if column == "-" else column
    if not column or not _COMPILED[word, name].fullmatch(value):
        raise FactsError(number, f"{column!r} is nothing that it may be", name)
    return value
