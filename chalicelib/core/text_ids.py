"""What a text we send is called in its status callbacks: the visit or effect that it belongs to."""

from typing import Final

from chalicelib.core.visits import VisitKey

_JOIN: Final = "~"
"""Stands in no unit or visit id and needs no escape in a URL."""


def of_visit(key: VisitKey) -> str:
    """
    >>> of_visit(VisitKey("U1", "2026-06", "V-1"))
    'U1~2026-06~V-1'
    """
    return _JOIN.join(key)


def visit_of(text_id: str) -> VisitKey | None:
    """The inverse of `of_visit`; None for the text of anything else."""
    parts = text_id.split(_JOIN)
    return VisitKey(*parts) if len(parts) == 3 else None


def of_effect(cause: str, number: int) -> str:
    """The id of a text that an effect sends; its status is not followed."""
    return f"{cause}{_JOIN}{number}"
