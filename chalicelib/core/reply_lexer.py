"""A cleaned reply cut into tokens: letters, names, grade words, fillers, separators, the rest.

One character names the kind of a token, so that a row of tokens is a string a table of patterns
can be held against:

    L T V G  one grade letter; three glued; three glued that are a word; any other glued ones
    N W      an item name; a grade word
    1 2 3 D  these numbers; any other digits; S stars
    F J C    fillers; those a colon may follow; those that close a letter (级)
    X R Y Z  all; the rest; "for all"; "all A's"
    & x b    and, or, to; except; but
    n        a negation: no grade material, so that P3 holds for every word after one
    a M o h  an article; 师傅; another word; another CJK character
    , . / _ ' - + : ? ( ) [     separators and brackets; [ one without its other half
    e U — p    emoji and emoticons; thumbs; long dashes; the rest; and " " or a line end
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from chalicelib.core import reply_words as words

CORE: Final = frozenset("LTVGNW123DSXRYZ&xb")
"""Tokens that say something about grades."""

GRADED: Final = frozenset("LTWZ")
"""Tokens that carry a grade."""

LETTERED: Final = frozenset("LTVG")
SEPARATING: Final = frozenset(",./_'-+:() \n")
SIGNS: Final = frozenset("-+")
FILLING: Final = frozenset("FJC")
MATERIAL: Final = CORE | SEPARATING | FILLING
"""P1: what a text may consist of to be read as grades without asking."""


class Token(NamedTuple):
    """One token; `value` is the grade letters, the item, or "" and `text` the cleaned text."""

    kind: str
    text: str
    start: int
    end: int
    value: str = ""


def lexed(cleaned: str) -> list[Token]:
    """The tokens of a cleaned text by themselves, each character in exactly one."""
    return [_token(match) for match in _LEXER.finditer(cleaned.translate(words.SIMPLER))]


def shape(row: Iterable[Token]) -> str:
    """The kinds of the tokens as one string."""
    return "".join(token.kind for token in row)


def is_latin(token: Token) -> bool:
    """Whether it is a word or number in any script but Chinese, Japanese or Korean."""
    return token.text[:1].isalnum() and not _HAN.match(token.text)


def kind_at(row: Sequence[Token], at: int) -> str:
    """The kind at a position, "" outside of the row."""
    return row[at].kind if 0 <= at < len(row) else ""


# --- lexing ----------------------------------------------------------------------------------

_HAN_RANGES: Final = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAN: Final = re.compile(f"[{_HAN_RANGES}]")
_MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
_WORD_CHARACTER: Final = f"(?:(?![{_HAN_RANGES}])[^\\W\\d_]|[{_MARKS}])"


def _vocabulary() -> Mapping[str, tuple[str, str]]:
    """Word → kind and value."""
    kinds: dict[str, tuple[str, str]] = {}
    for kind, table in (
        ("h", words.PLAIN),
        ("n", words.NOT),
        ("F", words.FILLERS),
        ("J", words.GRADING),
        ("C", words.CLOSING),
        ("X", words.ALL),
        ("R", words.REST),
        ("Y", words.FOR_ALL),
        ("&", words.LINKS),
        ("x", words.EXCEPT),
        ("b", words.BUT),
        ("S", words.STARS),
        ("M", (words.MASTER,)),
        ("n", ("不对", "错")),
    ):
        kinds |= dict.fromkeys(table, (kind, ""))
    for kind, valued in (("N", words.NAMES), ("W", words.GRADE_WORDS)):
        kinds |= {word: (kind, value) for value, table in valued.items() for word in table}
    return kinds


_VOCABULARY: Final = _vocabulary()


def _alternatives(chosen: Iterable[str]) -> str:
    longest_first = sorted(chosen, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", " {1,2}") for word in longest_first)


def _is_latin_word(word: str) -> bool:
    return word.isascii() and word[0].isalpha()


_MORE: Final = f"{_WORD_CHARACTER}|'{_WORD_CHARACTER}"
_LEXER: Final = re.compile(
    "|".join(
        (
            f"(?P<alike>all {{1,2}}[a-e]'?s(?!{_WORD_CHARACTER}|'))",
            f"(?P<known>(?:{_alternatives(filter(_is_latin_word, _VOCABULARY))})(?!{_MORE}))",
            f"(?P<word>{_WORD_CHARACTER}+(?:'{_WORD_CHARACTER}+)*)",
            r"(?P<numeral>(?:第?[一二三])(?=[、.,: ]{0,2}[a-e](?![a-z])))",
            f"(?P<han>{_alternatives(w for w in _VOCABULARY if not w.isascii())}|&)",
            r"(?P<digits>\d+)",
            r"(?P<space>\s+)",
            "(?P<thumbs>[👍👎][\U0001f3fb-\U0001f3ff]?)",
            r"(?P<other>.)",
        )
    ),
    re.DOTALL,
)

_PUNCTUATION: Final[Mapping[str, str]] = {
    **dict.fromkeys(",、。|~*!·•・‧・", ","),
    **{mark: mark for mark in "./_'+?"},
    "\\": "/",
    **dict.fromkeys("-‐‒–−", "-"),
    **dict.fromkeys("—―", "—"),
    **dict.fromkeys(":;=", ":"),
    **dict.fromkeys("⭐★☆🌟", "S"),
    "<": "(",
    ">": ")",
    '"': '"',
}
_LINE_END: Final = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NUMERALS: Final = {"一": "1", "二": "2", "三": "3"}


def _token(match: re.Match[str]) -> Token:
    group, text = match.lastgroup or "", match.group()
    kind, value = _CLASSES[group](text)
    return Token(kind, text, match.start(), match.end(), value)


def _known(text: str) -> tuple[str, str]:
    return _VOCABULARY[" ".join(text.split())]


def _word(text: str) -> tuple[str, str]:
    if set(text) <= set("abcde"):
        return _letters(text)
    if text == "wrong" or text.endswith("n't"):
        return "n", ""
    return "o", ""


def _letters(text: str) -> tuple[str, str]:
    if len(text) == 3:
        return ("V" if text in words.WORD_TRIPLES else "T"), text.upper()
    return ("L" if len(text) == 1 else "G"), text.upper()


def _digits(text: str) -> tuple[str, str]:
    return (text if text in ("1", "2", "3") else "D"), ""


def _other(text: str) -> tuple[str, str]:
    if text in _PUNCTUATION:
        return _PUNCTUATION[text], ""
    if _HAN.match(text):
        return "h", ""
    category = unicodedata.category(text)
    if category in ("Ps", "Pi", "Pe", "Pf"):
        return ("(" if category in ("Ps", "Pi") else ")"), ""
    return ("e" if category == "So" and text > "\u2190" else "p"), ""


_CLASSES: Final = {
    "alike": lambda text: ("Z", text.rstrip("s'")[-1].upper()),
    "known": _known,
    "word": _word,
    "numeral": lambda text: (_NUMERALS[text[-1]], ""),
    "han": _known,
    "digits": _digits,
    "space": lambda text: ("\n" if _LINE_END.search(text) else " ", ""),
    "thumbs": lambda _: ("U", ""),
    "other": _other,
}
