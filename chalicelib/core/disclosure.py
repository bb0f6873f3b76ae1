"""Which means a unit may read: none that would show it a single form (DESIGN 8)."""

from collections.abc import Mapping
from typing import Final

FEW: Final = 5
"""Fewer forms than these have no mean of their own, and no comment of theirs is shown."""


def withheld(forms: Mapping[str, int]) -> frozenset[str]:
    """The groups of a whole, by name with their numbers of forms, whose mean is not to be shown.

    Those with fewer than FEW forms. The points of the whole are known, so what is left of them
    after the means that are shown belongs to the others: were those fewer than FEW forms together,
    the next larger groups are withheld too.

    >>> sorted(withheld({"Li": 9, "Wu": 3, "Xu": 7, "Yu": 0}))
    ['Wu', 'Xu']
    >>> sorted(withheld({"Li": 9, "Wu": 3, "Xu": 4}))
    ['Wu', 'Xu']
    """
    hidden = {name: number for name, number in forms.items() if 0 < number < FEW}
    others = sorted((number, name) for name, number in forms.items() if number >= FEW)
    for number, name in others if hidden else ():
        if sum(hidden.values()) >= FEW:
            break
        hidden[name] = number
    return frozenset(hidden)
