"""The spellings of grades: one table from the kinds of tokens to what they mean."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from chalicelib.core.grades import ITEMS, Grades
from chalicelib.core.reply_lexer import GRADED, Token


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be answered: the items open, and whether a full answer may be corrected."""

    pending: Sequence[str]
    answered: bool

    @property
    def full(self) -> bool:
        """Whether three grades at once are an answer."""
        return len(self.pending) == len(ITEMS) or (self.answered and not self.pending)

    @property
    def nothing(self) -> bool:
        """Whether no grade is asked for, so that none is read."""
        return not self.pending and not self.answered

    @property
    def allowed(self) -> Sequence[str]:
        """The items a grade may be given for."""
        return ITEMS if self.answered else self.pending


Meaning = Callable[[Sequence[Token], Scope], Grades | None]
"""The core tokens of a text that fits a spelling → the grades, None if it has no such meaning."""


class Spelling(NamedTuple):
    """One row: the kinds of a text's core tokens, what they mean, how words may follow.

    `binding` is "" for a spelling that must be the whole text; else what kind of boundary it
    needs: "glued" for a triple in one word, "separated" for three letters apart, "named" and
    "alike" for those that want punctuation.
    """

    rule: str
    pattern: re.Pattern[str]
    meaning: Meaning
    binding: str = ""
    kind: str = "grades"


def letters_of(core: Iterable[Token]) -> str:
    """The grade letters of the tokens, in their order."""
    return "".join(token.value for token in core if token.kind in GRADED)


def _in_order(core: Sequence[Token], scope: Scope) -> Grades | None:
    return dict(zip(ITEMS, letters_of(core), strict=True)) if scope.full else None


def _in_pending(core: Sequence[Token], scope: Scope) -> Grades | None:
    given = letters_of(core)
    if scope.full or len(given) != len(scope.pending):
        return None
    return dict(zip(scope.pending, given, strict=True))


def by_name(core: Sequence[Token], scope: Scope) -> Grades | None:
    """Names and grades in turn, whichever comes first; None if an item is twice or not open."""
    items = [token.value for token in core if token.kind == "N"]
    if len(set(items)) < len(items) or not set(items) <= set(scope.allowed):
        return None
    return dict(zip(items, letters_of(core), strict=True))


def _by_number_and_name(core: Sequence[Token], scope: Scope) -> Grades | None:
    numbered = zip(core[0::3], core[1::3], strict=True)
    fits = all(ITEMS[int(number.text) - 1] == name.value for number, name in numbered)
    return by_name(core, scope) if fits else None


def _headed(core: Sequence[Token], scope: Scope) -> Grades | None:
    """The three names first, then the three letters."""
    items = [token.value for token in core[: len(ITEMS)]]
    if not scope.full or set(items) != set(ITEMS):
        return None
    return dict(zip(items, letters_of(core), strict=True))


def _alike(core: Sequence[Token], scope: Scope) -> Grades | None:
    return dict.fromkeys(ITEMS, letters_of(core)) if scope.full else None


def _alike_of_pending(core: Sequence[Token], scope: Scope) -> Grades | None:
    return dict.fromkeys(scope.pending, letters_of(core))


def _with_exception(core: Sequence[Token], scope: Scope) -> Grades | None:
    """All alike, or a triple, but for the named ones: 全A，除了态度C."""
    named = [(left.value, right.value) for left, right in pairwise(core) if left.kind == "N"]
    others = [core[0], *(right for left, right in pairwise(core) if left.kind != "N")]
    if not scope.full or len(dict(named)) < len(named):
        return None
    base = letters_of(others) * len(ITEMS)
    return dict(zip(ITEMS, base, strict=False)) | dict(named)


def _glossed(core: Sequence[Token], scope: Scope) -> Grades | None:
    """Each letter with its own meaning after it: A非常满意 B满意 A非常满意."""
    given = letters_of(core)
    if not scope.full or given[0::2] != given[1::2]:
        return None
    return dict(zip(ITEMS, given[0::2], strict=True))


def _row(rule: str, pattern: str, meaning: Meaning, binding: str, kind: str = "grades") -> Spelling:
    return Spelling(rule, re.compile(pattern), meaning, binding, kind)


SPELLINGS: Final = (
    _row("triple", "T", _in_order, "glued"),
    _row("separated", "LLL", _in_order, "separated"),
    _row("numbered", "1[LW]2[LW]3[LW]|L1L2L3", _in_order, "separated"),
    _row("named", "(?:N[LW]){3}|(?:LN){3}", by_name, "separated"),
    _row("named", "(?:N[LW]){1,9}|(?:LN){1,9}", by_name, "named"),
    _row("named", "1N[LW](?:2N[LW](?:3N[LW])?)?", _by_number_and_name, "named"),
    _row("headed", "NNN(?:T|LLL)", _headed, "separated"),
    _row("words", "WWW", _in_order, "named"),
    _row("all_alike", "X{1,3}L|LY|Z", _alike, "alike"),
    _row("remaining", "L{1,2}|W{1,2}", _in_pending, ""),
    _row("exception", "(?:X{1,3}L|LY|Z)[xb]?(?:N[LW]){1,3}", _with_exception, "named", "confirm"),
    _row("exception", "(?:T|LLL)[xb](?:N[LW]){1,3}", _with_exception, "named", "confirm"),
    _row(
        "exception",
        "x?(?:N[LW]){1,2}b?(?:RX{0,3}|X{1,3})L",
        _with_exception,
        "named",
        "confirm",
    ),
    _row("word_alone", "X{0,3}W", _alike_of_pending, "", "confirm"),
    _row("all_alike", "X{1,3}L|LY|Z", _alike_of_pending, "", "confirm"),
    _row("glossed", "(?:LW){3}", _glossed, "named", "confirm"),
)
"""READING's tables; the first row that fits and means something counts, else there is no reading.

By name, 12 tokens or more name an item twice: the pattern ends well below any real text's length.
"""

LONGEST: Final = 18
"""No row has more core tokens."""


def fitting(kinds: str) -> list[Spelling]:
    """The rows whose pattern fits the kinds of a core."""
    if len(kinds) > LONGEST:
        return []
    return [spelling for spelling in SPELLINGS if spelling.pattern.fullmatch(kinds)]
