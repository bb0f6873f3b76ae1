"""Who is called again: one finished pick of each caller, by a ticket nobody can guess."""

from dataclasses import replace

from chalicelib.core.draws import Pick
from chalicelib.core.people import Member
from chalicelib.core.recalls import chosen, recall_ticket

SUN = Member("Sun", "sun@s.example", "supervisor")
WEN = Member("Wen", "wen@s.example", "supervisor")
XU = Member("Xu", "xu@s.example", "supervisor", recusals=("U1",))
LIN = Member("Lin", "lin@s.example", "lead")
EVERYBODY = (SUN, WEN, XU, LIN)


def pick(place: int, caller: Member | None = SUN) -> Pick:
    return Pick(
        draw="2026-W23",
        unit="U1",
        rank=place,
        visit_id=f"V-{place}",
        month="2026-06",
        stratum="U1/Li/answered",
        ticket=f"0.{place:064d}",
        why="random",
        caller=caller.mail if caller else "",
    )


PICKS = [pick(place, SUN if place % 2 else WEN) for place in range(40)]


def test_one_pick_of_each_caller_goes_to_another_whatever_the_order() -> None:
    found = chosen(PICKS, PICKS, EVERYBODY)
    assert {(each.caller, each.recall_by) for each in found} == {
        (SUN.mail, WEN.mail),
        (WEN.mail, SUN.mail),
    }
    assert chosen(PICKS[::-1], PICKS[::-1], EVERYBODY) == found
    for each in found:
        mine = [other for other in PICKS if other.caller == each.caller]
        assert recall_ticket(each) == min(map(recall_ticket, mine))


def test_the_first_row_of_a_list_is_no_more_likely_than_any_other() -> None:
    first = 0
    for seed in range(400):
        picks = [replace(pick(place), ticket=f"0.{seed:04d}{place:060d}") for place in range(10)]
        (found,) = chosen(picks, picks, EVERYBODY)
        first += found.rank == 0
    assert 20 <= first <= 60


def test_a_caller_of_whom_one_is_chosen_gets_no_second() -> None:
    found = chosen(PICKS, PICKS, EVERYBODY)
    by_place = {each.rank: each for each in found}
    after = [by_place.get(each.rank, each) for each in PICKS]
    assert chosen(after, after, EVERYBODY) == []


def test_only_finished_picks_with_a_caller_are_chosen() -> None:
    assert chosen(PICKS, [], EVERYBODY) == []
    assert chosen([pick(1, None)], [pick(1, None)], EVERYBODY) == []


def test_nobody_recused_calls_again_and_a_lead_does_where_no_caller_can() -> None:
    (found,) = chosen([pick(1)], [pick(1)], (SUN, XU, LIN))
    assert found.recall_by == LIN.mail
    assert chosen([pick(1)], [pick(1)], (SUN, XU)) == []
