"""The draw: from a frozen frame and an opened secret to the picks and the reserve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from chalicelib.core.frame import FrameLine, Frozen, Stratum, stratum
from chalicelib.core.quota import unit_quotas
from chalicelib.core.tickets import ALL_HEADS, HEAD, mask, seed, seed_prefix, spell
from chalicelib.core.unit_draw import Picked, UnitDraw

Incidents = Mapping[tuple[str, str], int]
"""(unit, technician) → verification calls still owed after an incident."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw gave: picks and reserve by unit and, within a unit, in ticket order."""

    seed: str
    quotas: Mapping[str, int]
    over_capacity: bool
    picks: tuple[Picked, ...]
    reserve: tuple[Picked, ...]


def draw(
    frozen: Frozen,
    lines: Iterable[FrameLine],
    secret: bytes,
    *,
    calls_per_week: int,
    min_per_unit: int,
    incidents: Incidents,
) -> Drawn:
    """Draw from `lines`, the visits that were frozen as `frozen`, in any order.

    One pass; memory grows with the picks, the strata and the units. Of each unit the reserve has
    its next lowest tickets, as many as its quota. The same arguments give the same draw. That the
    lines are the frozen ones, to the byte, is for whoever loads them to see from their hash.
    """
    quotas, over_capacity = unit_quotas(frozen.unit_sizes(), calls_per_week, min_per_unit)
    strata = _by_unit(frozen.sizes)
    units = {
        unit: UnitDraw(quota, strata[unit], _owed_to(unit, incidents))
        for unit, quota in quotas.items()
    }
    opened = seed(secret, frozen.sha256)
    _offer_all(units, frozen.sizes, lines, opened)
    outcomes = [units[unit].outcome() for unit in sorted(units)]
    return Drawn(
        opened,
        quotas,
        over_capacity,
        tuple(picked for picks, _ in outcomes for picked in picks),
        tuple(picked for _, reserve in outcomes for picked in reserve),
    )


def _by_unit(sizes: Mapping[Stratum, int]) -> dict[str, dict[Stratum, int]]:
    units: dict[str, dict[Stratum, int]] = {}
    for name, size in sizes.items():
        units.setdefault(name.unit, {})[name] = size
    return units


def _owed_to(unit: str, incidents: Incidents) -> dict[str, int]:
    return {technician: calls for (at, technician), calls in incidents.items() if at == unit}


def _offer_all(
    units: Mapping[str, UnitDraw],
    sizes: Mapping[Stratum, int],
    lines: Iterable[FrameLine],
    seed: str,
) -> None:
    """Offer each visit to its unit, unless its number shows that no sieve takes it.

    First the last byte of the number decides, then the head of the ticket. Limits only fall, so
    one that is out of date lets a visit through in vain and no more.
    """
    limits, masks = _table(sizes, ALL_HEADS), _table(sizes, mask(ALL_HEADS))
    reason_limits = dict.fromkeys(units, ALL_HEADS)
    begin = sha256(seed_prefix(seed)).copy
    for line in lines:
        id, unit, technician, answered, reasons = line
        hashed = begin()
        hashed.update(id.encode())
        digest = hashed.digest()
        if digest[-1] & masks[unit][technician][answered] and not reasons:
            continue
        number = int.from_bytes(digest, "big")
        head = HEAD[number % 10_000]
        if head > limits[unit][technician][answered] and (
            not reasons or head > reason_limits[unit]
        ):
            continue
        drawing = units[unit]
        drawing.offer(spell(number), line)
        highest = drawing.stratum_limit(stratum(line))
        limits[unit][technician][answered] = highest
        masks[unit][technician][answered] = mask(highest)
        reason_limits[unit] = drawing.reason_limit()


_Table = dict[str, dict[str, list[int]]]
"""Unit → technician → [silent, answered] → number: found twice as fast as by a tuple."""


def _table(sizes: Iterable[Stratum], number: int) -> _Table:
    found: _Table = {}
    for unit, technician, _ in sizes:
        found.setdefault(unit, {})[technician] = [number, number]
    return found
