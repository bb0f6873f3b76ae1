"""How many calls each unit gets, and how a unit's calls are spread: Sainte-Laguë, exactly."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

Name = TypeVar("Name", bound=Hashable)


class Claim(NamedTuple, Generic[Name]):
    """One claimant to places: `size` sets its priority, `room` the most it can take.

    `tie` decides between claimants of equal priority and size.
    """

    name: Name
    size: int
    room: int
    tie: str


class Quotas(NamedTuple):
    """Calls per unit, and whether the minima alone are more than one week's calls."""

    places: dict[str, int]
    over_capacity: bool


def unit_quotas(sizes: Mapping[str, int], calls_per_week: int, min_per_unit: int) -> Quotas:
    """The week's calls over the units, by the sizes of their frames.

    Each unit has at least min(min_per_unit, its frame), even where that is more than
    `calls_per_week` in sum; a minimum is the unit's first places, and the divisors go on from
    there. Nobody has more than its frame. Ties: the larger frame, then the unit's id.
    """
    minima = sum(min(min_per_unit, size) for size in sizes.values())
    claims = [Claim(unit, size, size, unit) for unit, size in sorted(sizes.items())]
    places = allot(claims, max(calls_per_week, minima), min_per_unit)
    return Quotas(places, minima > calls_per_week)


def allot(claims: Sequence[Claim[Name]], places: int, minimum: int) -> dict[Name, int]:
    """Places per claimant, highest priority first; what one has no room for passes to the next.

    Places k ≤ minimum come before all others, then s/(2k−1) of a size s decides; ties by the larger
    size, then by `tie`. With more places nobody gets fewer.

    >>> allot([Claim("a", 53, 53, "a"), Claim("b", 24, 24, "b"), Claim("c", 23, 23, "c")], 7, 0)
    {'a': 3, 'b': 2, 'c': 2}
    """
    served = Counter(name for _, name in islice(_queue(claims, minimum), max(places, 0)))
    return {claim.name: served[claim.name] for claim in claims}


def allot_at_most(claims: Sequence[Claim[Name]], places: int, minimum: int) -> dict[Name, int]:
    """The most that `allot` can give each claimant, however the ties fall.

    >>> allot_at_most([Claim("a", 9, 9, ""), Claim("b", 9, 9, ""), Claim("c", 8, 8, "")], 1, 1)
    {'a': 1, 'b': 1, 'c': 0}
    """
    served: Counter[Name] = Counter()
    last: _Rank | None = None
    for turn, (rank, name) in enumerate(_queue(claims, minimum)):
        if turn >= places and rank != last:
            break
        served[name] += 1
        last = rank
    return {claim.name: served[claim.name] for claim in claims}


_Rank = tuple[bool, Fraction, int]
"""Where a place stands in the queue, ties aside: the least is served first."""


def _queue(claims: Sequence[Claim[Name]], minimum: int) -> Iterator[tuple[_Rank, Name]]:
    """Every place there is room for, in the order they are served."""
    heap = [
        (_rank(claim.size, 1, minimum), claim.tie, index, 1)
        for index, claim in enumerate(claims)
        if claim.room > 0
    ]
    heapify(heap)
    while heap:
        rank, tie, index, place = heappop(heap)
        claim = claims[index]
        yield rank, claim.name
        if place < claim.room:
            heappush(heap, (_rank(claim.size, place + 1, minimum), tie, index, place + 1))


def _rank(size: int, place: int, minimum: int) -> _Rank:
    return place > minimum, Fraction(-size, 2 * place - 1), -size
