"""What a text we send is called in its status callbacks: the visit or effect that it belongs to."""

from typing import Final, NamedTuple

from chalicelib.core.visits import VisitKey

_JOIN: Final = "~"
"""Stands in no unit or visit id and needs no escape in a URL."""


class TextOfVisit(NamedTuple):
    """One of the texts about a visit; `number` counts from 1 those that were sent."""

    visit: VisitKey
    number: int


def of_visit(key: VisitKey, number: int) -> str:
    """
    >>> of_visit(VisitKey("U1", "2026-06", "V-1"), 2)
    'U1~2026-06~V-1~2'
    """
    return _JOIN.join((*key, str(number)))


def visit_of(text_id: str) -> TextOfVisit | None:
    """The inverse of `of_visit`; None for the text of anything else."""
    *key, number = text_id.split(_JOIN)
    if len(key) != len(VisitKey._fields) or not all(key) or not _is_number(number):
        return None
    return TextOfVisit(VisitKey(*key), int(number))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def of_effect(cause: str, number: int) -> str:
    """The id of a text that an effect sends; its status is not followed."""
    return f"{cause}{_JOIN}{number}"
