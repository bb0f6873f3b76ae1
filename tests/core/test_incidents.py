"""Further calls after an incident: how many are owed, and what a draw pays of them."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.core.draws import Pick
from chalicelib.core.incidents import opened, owed, spent
from chalicelib.core.verification import Incident
from tests.core.visit_samples import INVITED, INVITED_AT


def incident(technician: str = "Li", calls: int = 10, day: int = 0, unit: str = "U1") -> Incident:
    at = INVITED_AT + timedelta(days=day)
    return Incident(unit, technician, f"V-{day}", "never_answered", at, calls)


def picks(why: str, number: int, stratum: str = "U1/Li/answered") -> list[Pick]:
    return [
        Pick("2026-W25", "U1", place, f"P-{place}", "2026-06", stratum, f"0.{place}", why)
        for place in range(number)
    ]


def test_an_incident_is_of_the_visits_technician_and_calls_for_more_calls() -> None:
    made = opened(INVITED, "settlement", INVITED_AT, 10, "overpaid")
    assert (made.unit, made.technician, made.visit_id) == ("U1", "Li", "V1")
    assert (made.kind, made.settlement, made.owed) == ("settlement", "overpaid", 10)


def test_calls_are_owed_for_each_technician_over_all_his_incidents() -> None:
    told = [incident(), incident(day=1, calls=3), incident("Wang"), incident("Wu", calls=0)]
    assert owed(told) == {"U1/Li": 13, "U1/Wang": 10}
    assert owed([]) == {}


def test_a_draw_pays_the_earliest_incident_first_and_only_by_picks_for_incidents() -> None:
    told = [incident(day=1), replace(incident(calls=4), version=7), incident("Wang")]
    drawn = [*picks("incident", 6), *picks("random", 5), *picks("worst_grade", 5)]
    changed = spent(told, drawn)
    assert [(each.visit_id, each.owed, each.version) for each in changed] == [
        ("V-0", 0, 7),
        ("V-1", 8, 0),
    ]


def test_more_picks_than_are_owed_leave_nothing_below_zero() -> None:
    (changed,) = spent([incident(calls=2)], picks("incident", 6))
    assert changed.owed == 0
    assert spent([changed], picks("incident", 6)) == []


def test_the_reserve_pays_nothing_and_a_name_may_hold_a_stroke() -> None:
    told = [incident("Li/2")]
    (changed,) = spent(told, picks("incident", 1, "U1/Li/2/silent"))
    assert changed.owed == 9
    reserve = [replace(pick, reserve=True) for pick in picks("incident", 1, "U1/Li/2/silent")]
    assert spent(told, reserve) == []
