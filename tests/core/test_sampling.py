"""The draw: fair within its strata, steered by nobody, and growing without a loss."""

import dataclasses
import tracemalloc
from collections import Counter, defaultdict
from math import sqrt

import pytest

from chalicelib.core.frame import FrameLine, Frozen, freeze, in_order
from chalicelib.core.sampling import draw
from chalicelib.core.tickets import ticket
from tests.core.synthetic_weeks import Week, drawn, week

WEEKS = range(60)
weeks = pytest.mark.parametrize("number", WEEKS)


def unit_week(visits: int, quota: int, **more: int) -> Week:
    """One unit, three technicians, every fifth visit with a reason."""
    lines = [
        FrameLine(f"V-{n}", "U1", "ABC"[min(n % 4, 2)], n % 3 > 0, ("fast",) if n % 5 == 0 else ())
        for n in range(visits)
    ]
    owed = {("U1", technician): calls for technician, calls in more.items()}
    return Week(lines, b"s" * 32, quota, 0, owed)


def pick_ids(given: Week) -> list[str]:
    return [picked.id for picked in drawn(given).picks]


@weeks
def test_the_order_of_the_lines_changes_nothing(number: int) -> None:
    given = week(number)
    assert drawn(given._replace(lines=given.lines[::-1])) == drawn(given)


@weeks
def test_lines_in_any_order_give_the_same_draw_of_one_frozen_frame(number: int) -> None:
    given = week(number)
    frozen = freeze(in_order(given.lines))
    first, second = (
        draw(
            frozen,
            lines,
            given.secret,
            calls_per_week=given.calls_per_week,
            min_per_unit=given.min_per_unit,
            incidents=given.incidents,
        )
        for lines in (given.lines, given.lines[::-1])
    )
    assert first == second


@weeks
def test_every_quota_is_filled_and_nobody_is_picked_twice(number: int) -> None:
    given = week(number)
    result = drawn(given)
    inside = Counter(picked.unit for picked in result.picks if picked.why != "incident")
    assert inside == Counter(result.quotas)
    ids = [picked.id for picked in (*result.picks, *result.reserve)]
    assert len(ids) == len(set(ids))


@weeks
def test_picks_and_reserve_stand_by_unit_and_ticket(number: int) -> None:
    result = drawn(week(number))
    for found in (result.picks, result.reserve):
        assert list(found) == sorted(found, key=lambda picked: (picked.unit, picked.ticket))
        assert all(picked.ticket == ticket(result.seed, picked.id) for picked in found)


@weeks
def test_growing_the_quota_only_adds_picks(number: int) -> None:
    """The seed hangs on the frame alone, so the calls of one frame can be compared."""
    given = week(number)._replace(incidents={})
    before: set[str] = set()
    for calls in range(len(given.lines) + 2):
        now = set(pick_ids(given._replace(calls_per_week=calls)))
        assert before <= now, (calls, before - now)
        before = now
    assert len(before) == len(given.lines)


@pytest.mark.parametrize("number", range(20))
def test_growing_the_minimum_only_adds_picks_where_the_week_is_over_capacity(number: int) -> None:
    given = week(number)._replace(incidents={}, calls_per_week=0)
    before: set[str] = set()
    for minimum in range(20):
        now = set(pick_ids(given._replace(min_per_unit=minimum)))
        assert before <= now
        before = now


def test_minima_beyond_the_weeks_calls_are_said() -> None:
    assert drawn(unit_week(9, 2)._replace(min_per_unit=3)).over_capacity
    assert not drawn(unit_week(9, 3)._replace(min_per_unit=3)).over_capacity


def test_half_of_the_quota_goes_to_the_lowest_tickets_with_a_reason() -> None:
    given = unit_week(60, 9)
    result = drawn(given)
    flagged = sorted(
        (ticket(result.seed, line.id), line.id) for line in given.lines if line.reasons
    )
    assert [p.id for p in result.picks if p.why == "fast"] == [id for _, id in flagged[:4]]


def test_of_several_reasons_the_first_by_name_is_said() -> None:
    line = FrameLine("V-1", "U1", "A", True, ("partial", "fast", "worst_grade"))
    other = line._replace(id="V-2", reasons=())
    result = drawn(Week([line, other], b"s" * 32, 2, 0, {}))
    assert {picked.id: picked.why for picked in result.picks} == {"V-1": "fast", "V-2": "random"}


def test_places_for_reasons_that_are_not_there_go_to_the_strata() -> None:
    given = unit_week(30, 10)
    lines = [line._replace(reasons=()) for line in given.lines]
    picks = drawn(given._replace(lines=lines)).picks
    assert len(picks) == 10
    assert {picked.why for picked in picks} == {"random"}


def test_every_stratum_has_a_place_before_any_has_two() -> None:
    given = unit_week(60, 6)
    lines = [line._replace(reasons=()) for line in given.lines]
    picks = drawn(given._replace(lines=lines)).picks
    assert len({picked.stratum for picked in picks}) == 6


def test_with_fewer_places_than_strata_the_larger_come_first() -> None:
    given = unit_week(61, 3)
    lines = [line._replace(reasons=()) for line in given.lines]
    sizes = Counter(
        f"U1/{line.technician}/{['silent', 'answered'][line.answered]}" for line in lines
    )
    picks = drawn(given._replace(lines=lines)).picks
    taken = {picked.stratum for picked in picks}
    assert min(sizes[name] for name in taken) >= max(
        size for name, size in sizes.items() if name not in taken
    )


def test_strata_of_one_size_take_turns_by_their_lowest_ticket() -> None:
    lines = [
        FrameLine(f"V-{n}", "U1", f"T{n % 8}", True, ("fast",) if n % 2 else ()) for n in range(80)
    ]
    result = drawn(Week(lines, b"s" * 32, 2, 0, {}))
    lowest: dict[str, str] = {}
    for line in lines:
        own = ticket(result.seed, line.id)
        lowest[line.technician] = min(own, lowest.get(line.technician, own))
    (chosen,) = (picked for picked in result.picks if picked.why == "random")
    assert chosen.stratum == f"U1/{min(lowest, key=lambda name: lowest[name])}/answered"


def with_seed_of(given: Week, frozen: Frozen, line: FrameLine) -> list[str]:
    """The picks of a frame with one visit more under the same seed."""
    lines = in_order([*given.lines, line])
    grown = dataclasses.replace(freeze(lines), sha256=frozen.sha256)
    result = draw(
        grown, lines, given.secret, calls_per_week=999, min_per_unit=0, incidents=given.incidents
    )
    return [picked.id for picked in result.picks]


@weeks
def test_for_one_seed_a_visit_more_leaves_the_order_of_all_others(number: int) -> None:
    given = week(number)._replace(incidents={}, calls_per_week=999)
    if not given.lines:
        pytest.skip("a week without visits")
    new = given.lines[0]._replace(id="V-new", reasons=())
    ids = with_seed_of(given, freeze(in_order(given.lines)), new)
    assert [id for id in ids if id != "V-new"] == pick_ids(given)


@pytest.mark.parametrize("quota", [2, 5, 8, 13])
def test_for_one_seed_a_visit_more_moves_no_pick_of_another_stratum(quota: int) -> None:
    """As long as each stratum keeps its number of places; which visit takes them is its own."""
    given = unit_week(60, quota)
    frozen = freeze(in_order(given.lines))
    lines = in_order([*given.lines, FrameLine("V-new", "U1", "A", False)])
    grown = dataclasses.replace(freeze(lines), sha256=frozen.sha256)
    before = drawn(given)
    after = draw(grown, lines, given.secret, calls_per_week=quota, min_per_unit=0, incidents={})
    per_stratum: list[dict[str, set[str]]] = []
    for result in (before, after):
        found = defaultdict(set)
        for picked in result.picks:
            found[picked.stratum].add(picked.id)
        per_stratum.append(found)
    old, new = per_stratum
    for name in old:
        if name != "U1/A/silent":
            assert old[name] <= new[name] or new[name] <= old[name]


def test_incident_calls_come_on_top_from_the_lowest_tickets_not_picked() -> None:
    plain, more = drawn(unit_week(60, 8)), drawn(unit_week(60, 8, B=4))
    extra = [picked for picked in more.picks if picked.why == "incident"]
    assert [p for p in more.picks if p.why != "incident"] == list(plain.picks)
    picked = {one.id for one in plain.picks}
    of_b = [line.id for line in unit_week(60, 8).lines if line.technician == "B"]
    rest = sorted(set(of_b) - picked, key=lambda id: ticket(plain.seed, id))
    assert [one.id for one in extra] == rest[:4]


def test_more_incident_calls_than_visits_take_them_all() -> None:
    picks = drawn(unit_week(12, 2, B=99)).picks
    assert {line.id for line in unit_week(12, 2).lines if line.technician == "B"} <= {
        picked.id for picked in picks
    }


def test_the_reserve_has_the_next_tickets_as_many_as_the_quota() -> None:
    given = unit_week(60, 7, A=3)
    result = drawn(given)
    picked = {one.id for one in result.picks}
    rest = sorted(
        (line.id for line in given.lines if line.id not in picked),
        key=lambda id: ticket(result.seed, id),
    )
    assert [one.id for one in result.reserve] == rest[:7]


def test_over_20_000_secrets_each_visit_of_a_stratum_is_picked_equally_often() -> None:
    """Two strata of 4 and 2 visits, three places: expected 2/4 and 1/2 of the draws."""
    lines = [FrameLine(f"V-{n}", "U1", "A" if n < 4 else "B", True) for n in range(6)]
    frozen = freeze(lines)
    draws, counts = 20_000, Counter[str]()
    for number in range(draws):
        secret = number.to_bytes(32, "big")
        result = draw(frozen, lines, secret, calls_per_week=3, min_per_unit=0, incidents={})
        counts.update(picked.id for picked in result.picks)
    chance = {line.id: 2 / 4 if line.technician == "A" else 1 / 2 for line in lines}
    for id, expected in chance.items():
        error = sqrt(draws * expected * (1 - expected))
        assert abs(counts[id] - draws * expected) <= 4 * error, id


def test_memory_grows_with_the_picks_and_not_with_the_frame() -> None:
    def peak(visits: int) -> int:
        def lines() -> list[FrameLine]:
            return [FrameLine(f"V-{n}", f"U{n % 5}", f"T{n % 3}", n % 2 > 0) for n in range(visits)]

        frozen, stream = freeze(in_order(lines())), iter(lines())
        tracemalloc.start()
        draw(frozen, stream, b"s" * 32, calls_per_week=50, min_per_unit=3, incidents={})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(30_000) < 2 * peak(3_000)
