"""What a draw chose, as it is stored: each pick with its visit's place, its rank and its caller."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from chalicelib.core.calls import assigned
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.people import Member
from chalicelib.core.sampling import Drawn
from chalicelib.core.unit_draw import Picked
from chalicelib.core.visits import VisitKey

RESERVE_FROM: Final = 100_000
"""Ranks of the reserve begin above those of the picks."""


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...


def stored(draw: Draw, drawn: Drawn, visits: Visits, members: Sequence[Member]) -> list[Pick]:
    """Every pick with its caller, then the reserve, hidden until it is used."""
    picks = assigned(_located(draw, drawn.picks, visits), members)
    reserve = _located(draw, drawn.reserve, visits, reserve=True)
    return [*picks, *reserve]


def _located(
    draw: Draw, picked: Iterable[Picked], visits: Visits, *, reserve: bool = False
) -> list[Pick]:
    """The picks with the months of their visits; ranks count within a unit."""
    ranks: Counter[str] = Counter()
    found = []
    for one in picked:
        ranks[one.unit] += 1
        rank = ranks[one.unit] + (RESERVE_FROM if reserve else 0)
        key = visits.key_of(one.id)
        if key is None:
            raise LookupError(f"the visit {one.id} of {draw.key} is not there")
        choice = (one.id, key.month, one.stratum, one.ticket, one.why)
        found.append(Pick(draw.key, one.unit, rank, *choice, reserve=reserve))
    return found
