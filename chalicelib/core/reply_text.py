"""The typography of a reply taken away: one spelling for every way to write the same letters."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.core.reply_words import LATIN_LETTERS, LOOK_ALIKES


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text; `origins[i]` is where character i came from in the text as received."""

    text: str
    origins: Sequence[int]


def squeezed(text: str) -> str:
    """A cleaned text without its white space."""
    return "".join(text.split())


def skeleton(text: str) -> str:
    """A cleaned text with look-alikes of A–E as those letters and without accents.

    >>> skeleton("авà")
    'aba'
    """
    bare = "".join(mark for mark in unicodedata.normalize("NFD", text) if not _is_accent(mark))
    return unicodedata.normalize("NFC", bare.translate(LOOK_ALIKES))


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn" and character < "\u0370"


def folded(text: str) -> Cleaned:
    """The text without zero-width characters, in NFKC and without case; idempotent.

    Done cluster by cluster, so that each character's origin is known.
    """
    if text.isascii():
        return Cleaned(text.lower(), range(len(text)))
    parts: list[str] = []
    origins: list[int] = []
    for start, end in _clusters(text):
        part = _fold_one(text[start]) if end - start == 1 else _fold(text[start:end])
        parts.append(part)
        origins.extend([start] * len(part))
    return Cleaned("".join(parts), origins)


def _clusters(text: str) -> list[tuple[int, int]]:
    """Where the text may be cut so that each piece normalises by itself."""
    starts = [at for at, character in enumerate(text) if at == 0 or not _joins(character)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


@lru_cache(maxsize=8192)
def _joins(character: str) -> bool:
    """Whether a character may melt into the one before it: marks, jamo, what is dropped."""
    folded = unicodedata.normalize("NFKC", character)
    first = folded[:1]
    return (
        _is_dropped(character)
        or unicodedata.category(first).startswith("M")
        or "\u1160" <= first <= "\u11ff"
    )


@lru_cache(maxsize=8192)
def _fold_one(character: str) -> str:
    return _fold(character)


def _fold(cluster: str) -> str:
    kept = "".join(character for character in cluster if not _is_dropped(character))
    caseless = unicodedata.normalize("NFKC", kept).casefold()
    return unicodedata.normalize("NFKC", caseless).translate(LATIN_LETTERS)


def _is_dropped(character: str) -> bool:
    """Zero-width and formatting characters, variation selectors, the keycap."""
    return (
        unicodedata.category(character) == "Cf"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in "\u034f\u180b\u180c\u180d\u20e3"
    )


def trimmed(line: Cleaned) -> Cleaned:
    """The line without white space around it."""
    start = len(line.text) - len(line.text.lstrip())
    text = line.text.strip()
    return Cleaned(text, line.origins[start : start + len(text)])
