"""The tokens of a reply in their context: pairs of brackets, faces, articles, negations."""

from collections.abc import Sequence
from typing import Final

from chalicelib.core.reply_lexer import (
    FILLING,
    LETTERED,
    SEPARATING,
    Token,
    is_latin,
    kind_at,
    lexed,
)


def tokens(cleaned: str) -> list[Token]:
    """All tokens of a cleaned text; work linear in its length."""
    row = lexed(cleaned)
    for change in (_brackets, _faces, _articles):
        row = change(row)
    return row


def _brackets(row: list[Token]) -> list[Token]:
    """Brackets and quotes in pairs around something; one without its other half is "[".

    Any opening one pairs with any closing one; a straight quote with the next straight one.
    A bracket after a number closes it like a dot: 1) A.
    """
    fitting = _paired(row)
    return [
        token if token.kind not in '()"' else token._replace(kind=fitting.get(at, "["))
        for at, token in enumerate(row)
    ]


def _paired(row: list[Token]) -> dict[int, str]:
    fitting: dict[int, str] = {}
    open_ones: list[int] = []
    filled = -1  # where the last word before here stands
    for at, token in enumerate(row):
        if token.kind == "(" or (token.kind == '"' and not _is_open_quote(row, open_ones)):
            open_ones.append(at)
        elif token.kind in ')"':
            start = open_ones.pop() if open_ones else at
            if start < filled or kind_at(row, start + 1) == "\n":
                fitting |= {start: "(", at: ")"}
            elif _is_list_mark(row, at):
                fitting[at] = ","
        elif token.kind not in SEPARATING:
            filled = at
    return fitting


def _is_list_mark(row: list[Token], at: int) -> bool:
    """The bracket of 1) A, the > of a quoted line."""
    before = kind_at(row, at - 1)
    return row[at].kind == ")" and (before in _NUMBERS or (row[at].text == ">" and before in _LINE))


_NUMBERS: Final = ("1", "2", "3")
_LINE: Final = ("", "\n")


def _is_open_quote(row: list[Token], open_ones: list[int]) -> bool:
    return bool(open_ones) and row[open_ones[-1]].kind == '"'


def _faces(row: list[Token]) -> list[Token]:
    """:D ;D =D D: B) c[_] <3 are faces: a colon before a letter needs something it belongs to."""
    faces: set[int] = set()
    colons: set[str] = set()
    for at, token in enumerate(row):
        if token.kind == ":":
            faces.update(_face_of_colon(row, at))
            colons.add(token.text)
        elif _is_mouth(row, at, colons) or _is_heart(row, at):
            faces |= {at, at + 1}
        elif token.text == "8" and kind_at(row, at + 1) == "-" and kind_at(row, at + 2) == "L":
            faces |= {at, at + 1, at + 2}
    return [token._replace(kind="e") if at in faces else token for at, token in enumerate(row)]


def _face_of_colon(row: list[Token], at: int) -> range:
    """The tokens of the face that a colon begins; none if it is a separator."""
    mouth = at + 1
    while kind_at(row, mouth) in _NOSES and mouth < at + _LONGEST_NOSE:
        mouth += 1
    if kind_at(row, mouth) == "[" and mouth == at + 1:
        return range(at, mouth + 1)
    if kind_at(row, mouth) in LETTERED and not _belongs_left(row, at):
        return range(at, mouth + 1)
    return range(0)


def _belongs_left(row: list[Token], at: int) -> bool:
    """Whether the colon follows a name, a number, a verb of grading or a grade letter."""
    left = at - 1
    while kind_at(row, left) in (" ", ")", ":"):
        left -= 1
    is_attached = kind_at(row, at - 1) != " " or kind_at(row, at + 1) == " "
    return kind_at(row, left) in _COLON_FOLLOWS and is_attached


def _is_mouth(row: list[Token], at: int, colons: set[str]) -> bool:
    """Whether a lone letter ends in a face: D: or B), but not the A: of A: quality."""
    if row[at].kind != "L" or kind_at(row, at + 1) not in (":", "[", "-"):
        return False
    following = row[at + 1]
    if following.kind != ":":
        has_mouth = "[" in (following.kind, kind_at(row, at + 2))
        return has_mouth and row[at].value != "A"
    after = kind_at(row, at + 2) if kind_at(row, at + 2) != " " else kind_at(row, at + 3)
    is_list_end = following.text == ";" and ";" in colons
    is_end = not after.isalnum() or after in ("e", "U")
    return is_end and not is_list_end


def _is_heart(row: list[Token], at: int) -> bool:
    return row[at].text == "<" and kind_at(row, at + 1) == "3"


_NOSES: Final = ("-", "'", "_", ",", " ", ":")
_LONGEST_NOSE: Final = 3
_COLON_FOLLOWS: Final = LETTERED | frozenset("N123DJC")


def _articles(row: list[Token]) -> list[Token]:
    """P2: every "a" before a plain space and a Latin word that is no grade material.

    Before a name it is one as well if it is the only letter: a repair, please.
    """
    lone = sum(token.kind == "L" for token in row) == 1
    spared = _NOT_AFTER_ARTICLE - {"N"} if lone else _NOT_AFTER_ARTICLE
    return [
        token._replace(kind="a") if token.text == "a" and _is_article(row, at, spared) else token
        for at, token in enumerate(row)
    ]


def _is_article(row: list[Token], at: int, spared: frozenset[str]) -> bool:
    if kind_at(row, at) != "L" or kind_at(row, at + 1) != " " or at + 2 >= len(row):
        return False
    return is_latin(row[at + 2]) and row[at + 2].kind not in spared


_NOT_AFTER_ARTICLE: Final = frozenset("FNLYx123D")


def is_negated(row: Sequence[Token], at: int) -> bool:
    """P3: whether a negation stands directly before a token, but for any, a, to and fillers."""
    for token in reversed(row[max(at - _LONGEST_LINK, 0) : at]):
        if token.kind == "n":
            return True
        if token.kind not in FILLING | {" "} and token.text not in ("any", "a", "to"):
            return False
    return False


_LONGEST_LINK: Final = 6
