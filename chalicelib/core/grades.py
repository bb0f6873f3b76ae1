"""Items and grades: the words every form is made of."""

from collections.abc import Mapping
from typing import Final

ITEMS: Final = ("timeliness", "quality", "attitude")
"""The three items of a form, in the order customers are asked."""

POINTS: Final[Mapping[str, int]] = {"A": 2, "B": 1, "C": 0, "D": -1, "E": -2}
"""Points of a grade, best first."""

Grades = Mapping[str, str]
"""Item → grade letter; an item left blank is absent."""


def points(grades: Grades) -> int:
    """Points of one form: the sum over its items, −6 … +6; a blank item adds nothing.

    >>> points({"timeliness": "A", "quality": "B", "attitude": "E"})
    1
    """
    return sum(POINTS[grade] for grade in grades.values())


def is_complete(grades: Grades) -> bool:
    """Whether every item has a grade."""
    return len(grades) == len(ITEMS)


def letters(grades: Grades) -> str:
    """The grades as three letters in item order, a blank as "-".

    >>> letters({"quality": "B", "attitude": "A"})
    '-BA'
    """
    return "".join(grades.get(item, "-") for item in ITEMS)


def from_letters(text: str) -> dict[str, str]:
    """The inverse of `letters`.

    >>> from_letters("-BA")
    {'quality': 'B', 'attitude': 'A'}
    """
    return {item: letter for item, letter in zip(ITEMS, text, strict=True) if letter != "-"}
