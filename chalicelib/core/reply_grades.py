"""Grades in a reply: as the whole text, at its start before words, at its end after them.

Strict about doubt: what fits no spelling, or fits one in a doubtful way, is asked about or offered
for a yes; only the kinds `grades` and `partial` may be stored.
"""

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from chalicelib.core import reply_words as words
from chalicelib.core.grades import ITEMS, Grades
from chalicelib.core.reply_boundary import is_well_spaced, verdict, words_after
from chalicelib.core.reply_lexer import (
    CORE,
    FILLING,
    MATERIAL,
    SEPARATING,
    Token,
    is_latin,
    shape,
)
from chalicelib.core.reply_spellings import Scope, Spelling, fitting, letters_of
from chalicelib.core.reply_tokens import is_negated

NO_GRADES: Final[Grades] = MappingProxyType({})


class Found(NamedTuple):
    """What was found; `words` is where in the cleaned text the words beside the grades stand."""

    kind: str
    rule: str
    grades: Grades = NO_GRADES
    words: tuple[int, int] | None = None


def beginning(row: Sequence[Token], scope: Scope) -> Found | None:
    """The grades a reply is or begins with, or why it is asked about them."""
    if scope.nothing:
        return None
    return whole(row, scope) or _leading(row, scope) or _unclear(row, scope)


def whole(row: Sequence[Token], scope: Scope) -> Found | None:
    """P1: a text of nothing but grade material that has a reading."""
    if _material_end(row) < len(row):
        return None
    core = _core(row, len(row))
    for spelling in _spellings(core, row):
        if grades := spelling.meaning([row[at] for at in core], scope):
            return Found(_kind(spelling, grades, scope), spelling.rule, grades)
    return None


def _leading(row: Sequence[Token], scope: Scope) -> Found | None:
    """P1: a reading at the very start, a boundary, words."""
    end = _material_end(row)
    if end == len(row):
        return None
    core = _core(row, end)
    kinds = shape(row[at] for at in core)
    if row[end].kind == "a" and _FULL.fullmatch(kinds + "L"):
        return Found("ask", "article")
    for candidate in (core, _without_last_words(core, row)):
        for spelling in _spellings(candidate, row):
            if spelling.binding:
                return _followed(row, candidate, spelling, scope)
    return Found("ask", "letters_unclear") if _STARTS_FULL.match(kinds) else None


def closing(row: Sequence[Token], scope: Scope) -> Found | None:
    """A triple at the end, after words: offered, never stored."""
    found = None if scope.nothing else last_triple(row, scope)
    if found is None or found.words is None or _is_denied(row, found.words[1]):
        return None
    return Found("ask", "several_readings") if shape(row).count("T") > 1 else found


def last_triple(row: Sequence[Token], scope: Scope) -> Found | None:
    """The triple at the very end, whatever stands before it; `words` end where it begins."""
    core = _closing_core(row)
    if not core or not is_well_spaced(core, row):
        return None
    found = [row[at] for at in core]
    items = [token.value for token in found if token.kind == "N"] or list(ITEMS)
    before = (0, found[0].start)
    if not scope.full or len(set(items)) < len(items):
        return Found("ask", "letters_unclear", words=before)
    grades = dict(zip(items, letters_of(found), strict=True))
    return Found("confirm", "triple_at_end", grades, before)


def _kind(spelling: Spelling, grades: Grades, scope: Scope) -> str:
    if spelling.kind == "confirm":
        return "confirm"
    return "grades" if set(scope.pending) <= set(grades) else "partial"


def _material_end(row: Sequence[Token]) -> int:
    return next((at for at, token in enumerate(row) if token.kind not in MATERIAL), len(row))


def _core(row: Sequence[Token], end: int) -> list[int]:
    return [at for at, token in enumerate(row[:end]) if token.kind in CORE]


def _without_last_words(core: list[int], row: Sequence[Token]) -> list[int]:
    """The core without the names and small words that begin the comment: AAB 质量很好."""
    end = len(core)
    while end and row[core[end - 1]].kind in "NXR&b":
        end -= 1
    return core[:end]


def _spellings(core: Sequence[int], row: Sequence[Token]) -> list[Spelling]:
    rows = fitting(shape(row[at] for at in core))
    return rows if rows and is_well_spaced(core, row) else []


def _followed(
    row: Sequence[Token], core: Sequence[int], spelling: Spelling, scope: Scope
) -> Found | None:
    """The reading with the words after it, as far as they let it stand."""
    seen = verdict(row, core[-1], spelling)
    if not seen:
        return None
    grades = spelling.meaning([row[at] for at in core], scope)
    if seen == "ask" or not grades:
        return Found("ask", "taken_back" if grades else "letters_unclear")
    after = words_after(row, core[-1])
    if seen == "confirm":
        return Found("confirm", "before_words", grades, after)
    return Found(_kind(spelling, grades, scope), spelling.rule, grades, after)


# --- what is asked about ---------------------------------------------------------------------


_STARTS_FULL: Final = re.compile("T|LLL|(?:X{1,3}L|Z)x")
"""A text that starts so and goes on in doubt: A B C D, AAB and C, all A except."""

_FULL: Final = re.compile("LLL|(?:NL){3}|1L2L3L")
"""P2: with an article for its last letter such a triple is asked about: A B a good job."""


def _unclear(row: Sequence[Token], scope: Scope) -> Found | None:
    """P6: only grade material, or a thumb for each item, and no reading."""
    kinds = frozenset(token.kind for token in row)
    if kinds <= frozenset("U ") and len(scope.pending) > 1:
        thumbs = sum(token.kind == "U" for token in row)
        return Found("ask", "thumbs") if thumbs == len(scope.pending) else None
    substance = _SUBSTANCE if scope.pending else _LETTERS
    if kinds & _FACES:
        substance = _LETTERS
    if not kinds <= MATERIAL | _NEUTRAL or not kinds & substance:
        return None
    return Found("ask", next(rule for marks, rule in _UNCLEAR if kinds & marks))


_LETTERS: Final = frozenset("LTGZ")
_FACES: Final = frozenset("eU")
_NEUTRAL: Final = _FACES | frozenset("?[—a")
_UNCLEAR: Final = (
    (frozenset("V"), "word_triple"),
    (_LETTERS, "letters_unclear"),
    (frozenset("123DS"), "digits"),
    (frozenset("NW"), "words_unclear"),
    (FILLING, "only_fillers"),
)
"""Why a text of grade material is asked about, gravest first."""

_SUBSTANCE: Final = frozenset().union(*(marks for marks, _ in _UNCLEAR))


# --- a triple at the end ---------------------------------------------------------------------


def _closing_core(row: Sequence[Token]) -> list[int]:
    """The core tokens of a triple at the very end, [] if there is none."""
    end = len(row)
    while end and row[end - 1].kind in _AFTER_TRIPLE:
        end -= 1
    start = end
    while start and row[start - 1].kind in MATERIAL:
        start -= 1
    core = [at for at in range(start, end) if row[at].kind in CORE]
    found = _CLOSING.fullmatch(shape(row[at] for at in core))
    triple = core[found.start(1) :] if found else []
    return [] if triple and _is_compound(row, triple[0]) else triple


_AFTER_TRIPLE: Final = SEPARATING | FILLING | frozenset("?eU[—")
_CLOSING: Final = re.compile("[NX&Rb]*?(T|LLL|(?:NL){3})")


def _is_compound(row: Sequence[Token], at: int) -> bool:
    """Whether the token hangs on a word before it: non-AAA, www.bbb."""
    return at > 1 and row[at - 1].kind in "-/'._p" and is_latin(row[at - 2])


def _is_denied(row: Sequence[Token], offset: int) -> bool:
    """P3 for a triple: a negation directly before it, or 不是 or not at its clause's start."""
    at = next(at for at, token in enumerate(row) if token.start == offset)
    start = at
    while start and row[start - 1].kind not in "\n.,:?[—e":
        start -= 1
    opening = next((token.text for token in row[start:at] if token.kind != " "), "")
    return is_negated(row, at) or opening in words.NOT_A_TRIPLE
