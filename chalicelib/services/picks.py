"""What a draw chose, as it is stored: each pick with its visit's place, its cell and its caller."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from chalicelib.core.calls import assigned
from chalicelib.core.cells import coded_cell
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.frame import FrameLine
from chalicelib.core.people import Member
from chalicelib.core.sampling import Drawn
from chalicelib.core.saving import Stale
from chalicelib.core.unit_draw import Picked
from chalicelib.core.verification import Verification
from chalicelib.core.visits import Visit, VisitKey

RESERVE_FROM: Final = 100_000
"""Ranks of the reserve begin above those of the picks."""

TRIES: Final = 5
"""A customer who answers just while his visit is marked comes first; so often nobody answers."""


class Keys(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...


class Visits(Keys, Protocol):
    def get(self, key: VisitKey) -> Visit | None: ...
    def save(self, visit: Visit) -> Visit: ...


def stored(
    draw: Draw, drawn: Drawn, lines: Iterable[FrameLine], visits: Keys, members: Sequence[Member]
) -> list[Pick]:
    """Every pick with its caller, then the reserve, hidden until it is used.

    `lines` are those of the frame: whether a visit had a reason decides its cell, whatever it was
    picked for.
    """
    chosen = {one.id for one in (*drawn.picks, *drawn.reserve)}
    cells = {line.id: coded_cell(draw.key, line) for line in lines if line.id in chosen}
    picks = assigned(_located(draw, drawn.picks, cells, visits), members)
    reserve = _located(draw, drawn.reserve, cells, visits, reserve=True)
    return [*picks, *reserve]


def _located(
    draw: Draw,
    picked: Iterable[Picked],
    cells: Mapping[str, str],
    visits: Keys,
    *,
    reserve: bool = False,
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
        pick = Pick(draw.key, one.unit, rank, *choice, reserve=reserve, cell=cells[one.id])
        found.append(pick)
    return found


def mark(picks: Iterable[Pick], visits: Visits) -> None:
    """Note on each picked visit that it was drawn; a repeat changes nothing.

    Raises Stale where a visit changes faster than it can be marked.
    """
    for pick in picks:
        if not pick.reserve:
            _mark(pick, visits)


def _mark(pick: Pick, visits: Visits) -> None:
    for left in reversed(range(TRIES)):
        visit = visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
        if visit is None or not _is_to_be_marked(visit, pick):
            return
        try:
            visits.save(replace(visit, verification=_verification(pick)))
        except Stale:
            if not left:
                raise
        else:
            return


def _is_to_be_marked(visit: Visit, pick: Pick) -> bool:
    """Not twice; and an outcome of an earlier draw stays until the new call has one."""
    known = visit.verification
    return known is None or (not known.outcome and known != _verification(pick))


def _verification(pick: Pick) -> Verification:
    return Verification(pick.draw, pick.cell, pick.why, pick.rank)
