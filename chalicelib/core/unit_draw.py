"""One unit's part of a draw: each visit falls through sieves until one keeps it, or none does.

The sieves, in this order: visits with a reason, the strata, extra calls after an incident, the
reserve. Each keeps its lowest tickets and lets the rest fall on, so memory grows with the places,
not with the frame.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from chalicelib.core.frame import FrameLine, Stratum, stratum
from chalicelib.core.quota import Claim, allot, allot_at_most
from chalicelib.core.tickets import limit, sift

RANDOM: Final = "random"
INCIDENT: Final = "incident"

Entry = tuple[str, FrameLine]
"""A ticket and its visit."""


class Picked(NamedTuple):
    """One chosen visit; `why` is "random", "incident" or the first of its reasons."""

    id: str
    unit: str
    stratum: str
    ticket: str
    why: str


class UnitDraw:
    """The sieves of one unit with `quota` places over strata of `sizes`.

    `owed` are the extra calls per technician that an incident still calls for, outside the quota.
    Every visit of the unit is either offered, or known to be above `stratum_limit` and, if it has
    a reason, above `reason_limit`; then `outcome` gives the picks and the reserve.
    """

    def __init__(self, quota: int, sizes: Mapping[Stratum, int], owed: Mapping[str, int]) -> None:
        self._quota = quota
        self._sizes = sizes
        self._owed = owed
        self._bounds = _most_places(sizes, quota)
        self._lowest: dict[Stratum, str] = {}
        self._with_reason: list[Entry] = []
        self._random: dict[Stratum, list[Entry]] = {name: [] for name in sizes}
        self._incident: dict[str, list[Entry]] = {technician: [] for technician in owed}
        self._reserve: list[Entry] = []

    def offer(self, ticket: str, line: FrameLine) -> None:
        """Let one visit fall through the sieves."""
        own = stratum(line)
        self._lowest[own] = min(ticket, self._lowest.get(own, ticket))
        fallen: Entry | None = (ticket, line)
        if line.reasons:
            fallen = sift(self._with_reason, self._quota // 2, (ticket, line))
        if fallen:
            name = stratum(fallen[1])
            fallen = sift(self._random[name], self._bounds[name], fallen)
        if fallen:
            self._keep_outside_quota(fallen)

    def _keep_outside_quota(self, entry: Entry) -> None:
        technician = entry[1].technician
        fallen: Entry | None = entry
        if technician in self._owed:
            fallen = sift(self._incident[technician], self._owed[technician], entry)
        if fallen:
            sift(self._reserve, self._quota, fallen)

    def stratum_limit(self, name: Stratum) -> int:
        """The highest head (see `tickets.HEAD`) that any sieve but the first still takes."""
        technician = name.technician
        return max(
            limit(self._random[name], self._bounds[name]),
            limit(self._incident.get(technician, []), self._owed.get(technician, 0)),
            limit(self._reserve, self._quota),
        )

    def reason_limit(self) -> int:
        """The highest head that the sieve for visits with a reason still takes."""
        return limit(self._with_reason, self._quota // 2)

    def outcome(self) -> tuple[list[Picked], list[Picked]]:
        """The unit's picks and its reserve, each in ticket order; to be asked once, at the end."""
        chosen = [_picked(entry, min(entry[1].reasons)) for entry in self._with_reason]
        places = self._random_places()
        for name, kept in self._random.items():
            chosen += [_picked(entry, RANDOM) for entry in kept[: places[name]]]
            for entry in kept[places[name] :]:
                self._keep_outside_quota(entry)
        for kept in self._incident.values():
            chosen += [_picked(entry, INCIDENT) for entry in kept]
        reserve = [_picked(entry, RANDOM) for entry in self._reserve]
        return sorted(chosen, key=lambda picked: picked.ticket), reserve

    def _random_places(self) -> dict[Stratum, int]:
        taken = Counter(stratum(line) for _, line in self._with_reason)
        claims = [
            Claim(name, size, size - taken[name], self._lowest.get(name, ""))
            for name, size in self._sizes.items()
        ]
        return allot(claims, self._quota - len(self._with_reason), minimum=1)


def _picked(entry: Entry, why: str) -> Picked:
    ticket, line = entry
    return Picked(line.id, line.unit, str(stratum(line)), ticket, why)


def _most_places(sizes: Mapping[Stratum, int], quota: int) -> dict[Stratum, int]:
    """More random places than these no stratum can get, whatever the tickets.

    A pick by reason takes one place out of its stratum, so all random places lie within the first
    `quota` of the queue.
    """
    claims = [Claim(name, size, size, "") for name, size in sizes.items()]
    return allot_at_most(claims, quota, minimum=1)
