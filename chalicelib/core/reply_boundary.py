"""Around a reading: what parts its letters, what may follow it, what takes it back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from chalicelib.core import reply_words as words
from chalicelib.core.grades import ITEMS
from chalicelib.core.reply_lexer import (
    CORE,
    FILLING,
    GRADED,
    SEPARATING,
    SIGNS,
    Token,
    is_latin,
    kind_at,
    shape,
)
from chalicelib.core.reply_spellings import Spelling

# --- what parts the letters ------------------------------------------------------------------


def is_well_spaced(core: Sequence[int], row: Sequence[Token]) -> bool:
    """Letters and words apart from each other, signs alike, no doubtful pair."""
    letter_first = bool(core) and row[core[0]].kind == "L"
    complete = sum(row[at].kind == "N" for at in core) == len(ITEMS)
    pairs = list(pairwise(core))
    return (
        all(_are_apart(row, left, right, letter_first) for left, right in pairs)
        and (complete or all(_belong(row, left, right, letter_first) for left, right in pairs))
        and _signs_fit(row, core)
        and _marks_fit(row, core)
    )


def _are_apart(row: Sequence[Token], left: int, right: int, letter_first: bool) -> bool:
    kinds, gap = row[left].kind + row[right].kind, row[left + 1 : right]
    if kinds in ("LL", "WW"):
        return any(token.kind in SEPARATING or token.kind == "C" for token in gap)
    if kinds == "LN" and letter_first:  # A及时 B质量: glued or one space apart
        return shape(token for token in gap if token.kind not in "()") in ("", " ")
    if kinds in ("XL", "LY"):  # all A, not all! A
        return all(token.kind in _JOINING for token in gap)
    return True


def _belong(row: Sequence[Token], left: int, right: int, letter_first: bool) -> bool:
    """Whether a lone name and its grade belong together: 质量：B, not Repair. B or c speed."""
    kinds, gap = row[left].kind + row[right].kind, row[left + 1 : right]
    if kinds in ("NL", "NW"):
        return all(token.kind in _JOINING for token in gap)
    return not (kinds == "LN" and letter_first and gap and is_latin(row[right]))


_JOINING: Final = FILLING | frozenset(" :-_/()")


def _signs_fit(row: Sequence[Token], core: Sequence[int]) -> bool:
    """+ and - part letters only if alike in every gap, and never stand at the end: A+ A A."""
    graded = [at for at in core if row[at].kind in GRADED]
    if not graded:
        return True
    if any(_hangs(row, left) for left, _ in pairwise(graded)):
        return False
    gaps = {_signs(row[left:right]) for left, right in pairwise(graded)}
    opens = all(token.kind in SEPARATING for token in row[: core[0]])
    lead = _signs(row[0 if opens else core[0] : graded[0]])
    if lead and not gaps and graded[0] == core[0]:
        return lead == "-" and row[graded[0]].kind == "T"  # a bullet, not a minus
    return len(gaps | ({lead} if lead else set())) <= 1 and not _ends_in_sign(row, graded[-1])


def _signs(row: Iterable[Token]) -> str:
    return "".join(token.kind for token in row if token.kind in SIGNS)


def _hangs(row: Sequence[Token], at: int) -> bool:
    """Whether a sign belongs to the letter before it: A+ B, A+,B."""
    return kind_at(row, at + 1) in SIGNS and kind_at(row, at + 2) not in CORE


def _ends_in_sign(row: Sequence[Token], last: int) -> bool:
    """Whether a sign hangs on the last grade (A-) or nothing follows it (A B A -)."""
    rest = shape(row[last + 1 :])
    hangs = rest[:1] in ("-", "+") and (row[last].kind != "T" or rest[0] == "+")
    return hangs or (bool(SIGNS & set(rest)) and set(rest) <= SEPARATING)


def _marks_fit(row: Sequence[Token], core: Sequence[int]) -> bool:
    """No formula, face or air conditioner: a*b=c, e_e, A/C."""
    kinds = shape(row[at] for at in core)
    if set(kinds) != {"L"}:
        return True
    text = "".join(token.text for token in row[core[0] : core[-1] + 1])
    if kinds == "LL" and ("_" in text or text in words.PAIRS):
        return False
    return len({_marks(row[left:right]) for left, right in pairwise(core)}) <= 1


def _marks(row: Iterable[Token]) -> str:
    return "".join(token.text for token in row if token.text in ("_", "=", ":"))


# --- what may follow -------------------------------------------------------------------------


def verdict(row: Sequence[Token], last: int, spelling: Spelling) -> str:
    """What follows a reading at the start makes of it: "fine", "confirm", "ask", "" no reading."""
    following, rest = _following(row, last), row[last + 1 :]
    verdicts = next(verdicts for pattern, verdicts in _BOUNDARIES if pattern.match(following))
    seen = verdicts.get(spelling.binding, verdicts["any"])
    if not seen or (row[last].kind in "WN" and following[:1] == "c"):
        return ""  # no boundary, or no whole word: 满意的
    if _is_taken_back(rest):
        return "ask"
    is_doubtful = _is_asked(rest) or _is_label(row, last, spelling, following)
    return "confirm" if is_doubtful else seen


def _is_asked(rest: Sequence[Token]) -> bool:
    """Whether a question mark comes before any word: ABA!?, AAB谢谢？"""
    return next((t.kind for t in rest if t.kind not in SEPARATING | FILLING), "") == "?"


def _following(row: Sequence[Token], last: int) -> str:
    """The classes of the next tokens, what closes the reading left out."""
    start = last + 1
    while start < len(row) and row[start].kind in "C)":
        start += 1
    return "".join(_class(token) for token in row[start : start + 4])


def _class(token: Token) -> str:
    """w for a Latin word or number, M for 师傅, c for another Chinese word, else the kind."""
    if is_latin(token) or token.text == "&":
        return "w"
    if token.text == ";":
        return ","
    return "c" if token.text[:1].isalpha() and token.kind != "M" else token.kind


_BOUNDARIES: Final[Sequence[tuple[re.Pattern[str], Mapping[str, str]]]] = tuple(
    (re.compile(pattern), verdicts)
    for pattern, verdicts in (
        (r"[-/'._&p]w", {"any": ""}),  # AAA-rated, abc.com, a@b
        (r"'| ?: ?[w/('p]", {"any": "confirm"}),  # 'bce', CDC: a notice
        (r" ?[([]w", {"any": "confirm", "separated": "fine"}),
        (r"w", {"any": ""}),
        (r" w", {"any": "confirm", "separated": "fine", "alike": ""}),  # all c u soon
        (r"c", {"any": "fine", "named": "", "alike": ""}),  # 质量A货
        (r"M| [cM]", {"any": "fine", "named": "confirm", "alike": "confirm"}),
        (r"", {"any": "fine"}),
    )
)
"""P1, the boundary: what follows → what it makes of a reading, by how the reading binds."""


def _is_label(row: Sequence[Token], last: int, spelling: Spelling, following: str) -> bool:
    """Whether the letters are rather a label: AAA电池, A、B、C三种, A. B. C. Smith, AAB吗."""
    after = row[last + 1 : last + 5]
    if spelling.binding not in ("glued", "separated"):
        return False
    if _LABEL.match("".join(token.text for token in after)):
        return True
    if spelling.binding == "glued":
        is_acronym = row[last].text in words.ACRONYMS and after[0].kind not in "FJCM"
        return (is_acronym and following[:1] == "c") or after[0].kind == "n"
    return _is_subject(row, last) or (following.startswith(". w") and _are_initials(row, last))


def _is_subject(row: Sequence[Token], last: int) -> bool:
    """Whether the next word says something about the letters: A、B、C都坏了, a, b, c were lost."""
    following = row[last + 1]
    if following.kind == " " and is_latin(row[last + 2]):
        following = row[last + 2]
    return following.text in words.PREDICATES


def _are_initials(row: Sequence[Token], last: int) -> bool:
    before = row[max(last - 8, 0) : last + 1]
    return shape(token for token in before if token.kind != " ").endswith("L.L.L")


_LABEL: Final = re.compile(
    rf" ?(?:{'|'.join((*words.LABELS, *words.PARTICLES))}|级(?=[^\W\d_a-z]))"
)


# --- what takes it back ----------------------------------------------------------------------


def _is_taken_back(rest: Sequence[Token]) -> bool:
    """Whether a comment corrects, counts on, asks about the letters or grades again."""
    spoken = [token for token in rest if token.kind not in _UNSPOKEN]
    first = next((token for token in spoken if token.kind != "X"), None)
    if first is None:
        return False
    is_letter = first.kind == "o" and len(first.text) == 1 and first.text not in words.ONE_LETTER
    return (
        is_letter
        or first.kind in "123DWxa"
        or first.text in words.CORRECTIONS
        or spoken[0].text in words.ABOUT_LETTERS
        or _GRADES_AGAIN.search(_clauses(rest)) is not None
    )


_UNSPOKEN: Final = SEPARATING | FILLING | frozenset("eU[—?")
_GRADES_AGAIN: Final = re.compile(r"T|L,?L,?L|N,?[LW]|N,?e|XL|Z|LY|(?:^|,)(?:n|n?L)(?:,|$)")


def _clauses(rest: Iterable[Token]) -> str:
    """The kinds of a comment without spaces and fillers, a comma for what parts its clauses."""
    return "".join(
        _clause_kind(token) for token in rest if token.kind not in FILLING | frozenset(" ()'")
    )


def _clause_kind(token: Token) -> str:
    if token.kind == "e" and len(token.value) == len(ITEMS):
        return "T"  # three letters after a colon
    return "," if token.kind in "\n.,:?—eU[" and not token.value else token.kind


def words_after(row: Sequence[Token], last: int) -> tuple[int, int] | None:
    """Where the comment stands; None if only fillers and separators follow."""
    closes = kind_at(row, last + 1) == "C" and _class(row[last + 2]) != "c"
    rest = row[last + 2 if closes else last + 1 :]
    if all(token.kind in _WORDLESS for token in rest):
        return None
    first = next(token for token in rest if token.kind not in _BEFORE_WORDS)
    return first.start, row[-1].end


_WORDLESS: Final = SEPARATING | FILLING | frozenset("?p[—")
_BEFORE_WORDS: Final = (SEPARATING | frozenset("—")) - {"("}
