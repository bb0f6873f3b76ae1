"""Who calls whom: evenly, never against a recusal, and said where it is too much."""

from collections import Counter

import pytest

from chalicelib.core.calls import assigned, callers, over_capacity
from chalicelib.core.draws import Pick
from chalicelib.core.people import Member

SUN = Member("Sun", "sun@x.example", "supervisor")
WEN = Member("Wen", "wen@x.example", "supervisor")
XU = Member("Xu", "xu@x.example", "supervisor", recusals=("U1",))
LIN = Member("Lin", "lin@x.example", "lead")


def picks(number: int, unit: str = "U1") -> list[Pick]:
    return [
        Pick("W", unit, n, f"{unit}-{n}", "2026-06", "s", f"0.{n * 37 % 101:03}", "random")
        for n in range(number)
    ]


def test_supervisors_call_and_leads_only_where_there_are_none() -> None:
    assert callers([LIN, WEN, SUN]) == [SUN, WEN]
    assert callers([LIN, Member("Hu", "hu@x.example", "hr")]) == [LIN]
    assert callers([]) == []


@pytest.mark.parametrize("number", [0, 1, 7, 40])
def test_calls_are_given_evenly(number: int) -> None:
    load = Counter(pick.caller for pick in assigned(picks(number), [SUN, WEN, LIN]))
    assert abs(load[SUN.mail] - load[WEN.mail]) <= 1
    assert load.total() == number


def test_a_recused_caller_gets_other_units_and_no_more_work_for_it() -> None:
    given = assigned([*picks(6, "U1"), *picks(6, "U2")], [SUN, XU])
    of_xu = [pick for pick in given if pick.caller == XU.mail]
    assert {pick.unit for pick in of_xu} == {"U2"}
    assert len(of_xu) in (5, 6)


def test_where_everybody_is_recused_nobody_is_given_the_call() -> None:
    assert {pick.caller for pick in assigned(picks(3), [XU])} == {""}


def test_the_order_in_which_picks_come_gives_them_to_nobody_else() -> None:
    given = assigned(picks(20), [SUN, WEN])
    turned = assigned(picks(20)[::-1], [WEN, SUN])
    assert {p.visit_id: p.caller for p in given} == {p.visit_id: p.caller for p in turned}
    assert [pick.visit_id for pick in given] == [pick.visit_id for pick in picks(20)]


def test_too_many_calls_are_more_than_every_working_day_has_room_for() -> None:
    given = assigned(picks(21), [SUN, WEN])
    assert over_capacity(given, a_day=2, days=5) == [SUN.mail]
    assert over_capacity(given, a_day=2, days=6) == []
    assert over_capacity(assigned(picks(99), []), a_day=1, days=1) == []
