"""Our own words in a reply: quotes, reactions and forwards, and the example copied back."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from chalicelib.core.reply_text import Cleaned, folded, squeezed, trimmed
from chalicelib.core.reply_tokens import tokens

QUOTE_LENGTH: Final = 12
"""So many characters in a row of our own last messages are a quote, not the customer's words."""

COPY_LENGTH: Final = 60
"""A longer text is no copied example."""


def cleaned(text: str, ours: Sequence[str] = ()) -> Cleaned:
    """Clean: zero-width characters out, folded, our own words as line ends, trimmed.

    A run of ours that is nothing but grade material stays: "very satisfied, satisfied" may be
    the customer's own, and `is_copy` knows an example. Cleaning a cleaned text changes nothing.
    """
    line = folded(text)
    if ours:
        line = _without(line, _runs(line.text, _windows(tuple(ours))))
    return trimmed(line)


def is_copy(text: str, ours: Sequence[str]) -> bool:
    """Whether a bare reply stands in our messages, white space aside: "bca" for "B C A"."""
    letters = squeezed(text)
    if not letters or len(letters) > COPY_LENGTH:
        return False
    spaced = r"\s*".join(re.escape(letter) for letter in letters)
    example = re.compile(rf"(?<![a-z0-9]){spaced}(?![a-z0-9])")
    return any(example.search(folded(message).text) for message in ours)


@lru_cache(maxsize=64)
def _windows(ours: tuple[str, ...]) -> frozenset[str]:
    """Every run of `QUOTE_LENGTH` characters of our messages, their line ends as spaces."""
    lines = [folded(message).text.replace("\n", " ").strip() for message in ours]
    return frozenset(
        line[at : at + QUOTE_LENGTH] for line in lines for at in range(len(line) - QUOTE_LENGTH + 1)
    )


def _runs(text: str, windows: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where our words stand in the text: whole words, some of them no grade material."""
    hits = [
        at for at in range(len(text) - QUOTE_LENGTH + 1) if text[at : at + QUOTE_LENGTH] in windows
    ]
    for start, last in _spans(hits):
        run = _whole_words(text, start, last + QUOTE_LENGTH)
        if any(token.kind in "oh" for token in tokens(text[slice(*run)])):
            yield run


def _spans(hits: list[int]) -> Iterator[tuple[int, int]]:
    """First and last hit of each run of overlapping windows."""
    start = last = -1
    for at in hits:
        if start >= 0 and at > last + QUOTE_LENGTH:
            yield start, last
            start = at
        start, last = (at if start < 0 else start), at
    if start >= 0:
        yield start, last


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The run without the pieces of words cut at its ends."""
    while start < end and _within_word(text, start):
        start += 1
    while start < end and _within_word(text, end):
        end -= 1
    return start, end


def _within_word(text: str, at: int) -> bool:
    around = text[at - 1 : at + 1] if at else ""
    return len(around) == 2 and around.isascii() and around.isalnum()


def _without(line: Cleaned, runs: Iterator[tuple[int, int]]) -> Cleaned:
    """The line with each run as one line end."""
    parts: list[str] = []
    origins: list[int] = []
    at = 0
    for start, end in runs:
        parts += [line.text[at:start], "\n"]
        origins += [*line.origins[at:start], line.origins[start]]
        at = end
    parts.append(line.text[at:])
    origins += line.origins[at:]
    return Cleaned("".join(parts), origins)
