"""Finds a picked visit with its pick, for those who may call its customer."""

from collections.abc import Sequence
from typing import Final, Protocol

from chalicelib.core.acts import ActError
from chalicelib.core.called import Called, Place
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.uploads import IDENTIFIER
from chalicelib.core.visits import Visit, VisitKey

LOOK_BACK: Final = 6
"""Draws whose picks a caller still finds on his page; any visit is found by its own id."""


class Visits(Protocol):
    def key_of(self, visit_id: str) -> VisitKey | None: ...
    def get(self, key: VisitKey) -> Visit | None: ...


class Draws(Protocol):
    def all(self) -> list[Draw]: ...
    def picks(self, key: str) -> list[Pick]: ...
    def picks_of(self, key: str, unit: str) -> list[Pick]: ...


class CalledVisits:
    """Picked visits, by their ids or their callers."""

    def __init__(self, visits: Visits, draws: Draws) -> None:
        """Every pick is marked on its visit when it is drawn; reserves are nobody's to call."""
        self._visits = visits
        self._draws = draws

    def visit(self, visit_id: str) -> Visit:
        """The visit. ActError: "unknown_visit" (facts visit)."""
        key = self._visits.key_of(visit_id) if IDENTIFIER.fullmatch(visit_id) else None
        visit = self._visits.get(key) if key else None
        if visit is None:
            raise ActError("unknown_visit", visit=visit_id)
        return visit

    def of(self, visit_id: str) -> Called:
        """The visit with its latest pick. ActError: as `visit`, "not_picked" (facts visit)."""
        visit = self.visit(visit_id)
        marked = visit.verification
        if marked is None:
            raise ActError("not_picked", visit=visit_id)
        for draw in reversed(self._draws.all()):
            found = self._pick(visit, draw)
            if found is not None and draw.drawn_at is not None:
                return Called(visit, found, draw.drawn_at)
            if draw.key == marked.draw:
                break
        raise ActError("not_picked", visit=visit_id)

    def at(self, place: Place) -> Called | None:
        """The picked visit at a place of a draw; None where there is none."""
        draw = next((each for each in self._draws.all() if each.key == place.draw), None)
        picks = self._draws.picks_of(place.draw, place.unit) if draw else []
        pick = next((one for one in picks if one.rank == place.rank and not one.reserve), None)
        if draw is None or draw.drawn_at is None or pick is None:
            return None
        visit = self._visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
        return Called(visit, pick, draw.drawn_at) if visit else None

    def _pick(self, visit: Visit, draw: Draw) -> Pick | None:
        if draw.state != "drawn":
            return None
        picks = self._draws.picks_of(draw.key, visit.facts.unit)
        mine = (one for one in picks if one.visit_id == visit.facts.visit_id and not one.reserve)
        return next(mine, None)

    def of_draw(self, draw: Draw) -> list[Called]:
        """The picked visits of a draw, by unit and rank."""
        found = []
        for pick in self._draws.picks(draw.key):
            visit = self._visits.get(VisitKey(pick.unit, pick.month, pick.visit_id))
            if visit is not None and not pick.reserve and draw.drawn_at is not None:
                found.append(Called(visit, pick, draw.drawn_at))
        return found

    def latest_draws(self) -> Sequence[Draw]:
        """The last LOOK_BACK draws whose picks are there, the earliest first."""
        return [draw for draw in self._draws.all() if draw.state == "drawn"][-LOOK_BACK:]
