"""Daily budgets: nothing is sent over them, nothing is lost, danger knows none."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.core.budgets import of_survey
from chalicelib.core.delivery import Outcome, Refused
from chalicelib.core.effects import Effect
from chalicelib.core.phones import Phone
from chalicelib.core.rules import Budgets
from chalicelib.gateways.twilio_sms import TwilioSms
from chalicelib.services import effects
from chalicelib.services.budgets import Allowance, handful
from tests.stage import INVITED, Stage

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TOMORROW = INVITED.replace(hour=1) + timedelta(days=1)
"""The next day at 9:00 in Hong Kong and Shanghai."""


def with_budgets(stage: Stage, **budgets: int) -> None:
    """The stage under other budgets; asked for before its services are."""
    stage.wiring.rules = replace(stage.wiring.rules, budgets=replace(Budgets(), **budgets))


def invited(stage: Stage, visits: int) -> list[str]:
    """The numbers of so many visits whose invitations are due."""
    rows = [stage.row() for _ in range(visits)]
    for start in range(0, visits, 100):
        stage.upload(*rows[start : start + 100])
    stage.move(INVITED)
    return [str(row["phone"]) for row in rows]


def texts(stage: Stage, numbers: list[str]) -> int:
    return sum(len(stage.sent_to(number)) for number in numbers)


def taken(stage: Stage, kind: str, at: datetime) -> int:
    return stage.storage.limits.taken(kind, (at + 8 * HOUR).date())


def test_what_is_over_the_budget_is_sent_the_next_day(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with_budgets(stage, survey=3)
    numbers = invited(stage, 5)
    stage.dispatch()
    stage.dispatch(INVITED + MINUTE)
    assert texts(stage, numbers) == 3
    told = [record for record in caplog.records if record.getMessage() == "budget used up"]
    assert len(told) == 1, "once in the run that met it, and nothing was due in the next"
    assert vars(told[0])["over"] == 2
    stage.dispatch(TOMORROW - MINUTE)
    assert texts(stage, numbers) == 3
    stage.dispatch(TOMORROW)
    assert texts(stage, numbers) == 5


def test_what_a_run_does_not_use_is_given_back(stage: Stage) -> None:
    with_budgets(stage, survey=10)
    numbers = invited(stage, 4)
    stage.fault("create", "429", times=1)
    stage.dispatch()
    assert texts(stage, numbers) == 0
    assert taken(stage, "survey", INVITED) == 0
    stage.dispatch(INVITED + 2 * MINUTE)
    assert (texts(stage, numbers), taken(stage, "survey", INVITED)) == (4, 4)


def test_a_refused_text_costs_no_budget(stage: Stage) -> None:
    with_budgets(stage, survey=1)
    numbers = invited(stage, 2)
    stage.wiring._sms = RefusesFirst(stage.wiring._sms)  # type: ignore[assignment]
    stage.dispatch()
    assert texts(stage, numbers) == 1
    assert taken(stage, "survey", INVITED) == 1


class RefusesFirst:
    """A gateway that refuses its first text."""

    def __init__(self, sms: TwilioSms) -> None:
        self.sms = sms
        self.refused = False

    def send(self, to: str, body: str, status_callback: str, validity: int) -> Outcome:
        if self.refused:
            return self.sms.send(to, body, status_callback, validity)
        self.refused = True
        return Refused(21211)


def test_what_eight_runs_hold_at_once_is_not_taken_for_a_budget_that_is_spent(stage: Stage) -> None:
    with_budgets(stage, survey=30)
    budget = of_survey(stage.wiring.rules)
    runs = [
        Allowance(stage.storage.limits, budget, INVITED.date(), handful(budget.limit, 60))
        for _ in range(8)
    ]
    assert all(run.draw() for run in runs)


def test_eight_dispatchers_at_once_keep_the_budget_and_lose_nobody(stage: Stage) -> None:
    with_budgets(stage, survey=30)
    numbers = invited(stage, 60)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(stage.wiring.surveys.run, [INVITED] * 8))
    assert 0 < texts(stage, numbers) <= 30
    for day in range(1, 5):
        at = INVITED + timedelta(days=day)
        before = texts(stage, numbers)
        stage.dispatch(at)
        assert texts(stage, numbers) - before <= 30
    invitations = [stage.sent_to(number)[:1] for number in numbers]
    assert all(invitations), "everybody got one in the end"


def planned(stage: Stage, place: int, what: str, to: str, budget: str = "receipts") -> Effect:
    values: Mapping[str, str] = {
        "danger_page": {"caller": "+85251239999"},
        "case_received": {"case_number": "572000006"},
        "echo": {"grades": "ABA", "day": "2026-06-03"},
    }[what]
    address = {"to": to, "language": "en"}
    effect = Effect(f"E-{place}", 1, "sms", what, stage.now, {**address, **values}, budget=budget)
    stage.storage.commit([effect], [])
    return effect


def state(stage: Stage, effect: Effect) -> tuple[str, datetime | None]:
    found = stage.storage.effects.get(effect.cause, effect.number)
    assert found is not None
    return found.outbox.state, found.due_at


def test_receipts_over_the_budget_wait_and_danger_does_not(stage: Stage) -> None:
    with_budgets(stage, receipts=1)
    stage.move(INVITED)
    first = planned(stage, 1, "case_received", "+85251230001")
    second = planned(stage, 2, "case_received", "+85251230002")
    page = planned(stage, 3, "danger_page", "+85251230003")
    stage.dispatch()
    states = sorted(state(stage, effect)[0] for effect in (first, second))
    assert states == ["planned", "sent"]
    assert state(stage, page) == ("sent", None)
    stage.dispatch(TOMORROW)
    assert [state(stage, effect)[0] for effect in (first, second)] == ["sent", "sent"]


def test_a_page_of_danger_stands_behind_no_flood(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "MOST_A_RUN", 3)
    stage.move(INVITED)
    for place in range(9):
        planned(stage, place, "case_received", f"+8525123900{place}")
    stage.move(INVITED + MINUTE)
    page = planned(stage, 99, "danger_page", "+85251230003")
    stage.wiring.effects.run(stage.now)
    assert state(stage, page)[0] == "sent"


def test_a_flood_of_receipts_starves_no_survey(stage: Stage) -> None:
    with_budgets(stage, receipts=0, survey=1)
    numbers = invited(stage, 1)
    planned(stage, 1, "case_received", "+85251239999")
    stage.dispatch()
    assert texts(stage, numbers) == 1
    assert texts(stage, ["+85251239999"]) == 0


def test_a_typed_number_gets_one_text_a_day_and_the_rest_is_held_for_good(stage: Stage) -> None:
    stage.move(INVITED)
    flood = [
        planned(stage, place, "case_received", "+85251230001", "typed_in") for place in range(5)
    ]
    other = planned(stage, 9, "case_received", "+85251230002", "typed_in")
    stage.dispatch()
    assert sorted(state(stage, effect)[0] for effect in flood) == ["held"] * 4 + ["sent"]
    assert state(stage, other)[0] == "sent"
    stage.dispatch(TOMORROW)
    assert texts(stage, ["+85251230001"]) == 1


def test_typed_numbers_leave_the_receipts_of_proved_numbers_alone(stage: Stage) -> None:
    with_budgets(stage, receipts=2)
    stage.move(INVITED)
    typed = [
        planned(stage, place, "case_received", f"+8525123000{place}", "typed_in")
        for place in range(4)
    ]
    proved = planned(stage, 9, "case_received", "+85251230009")
    stage.dispatch()
    assert sorted(state(stage, effect)[0] for effect in typed) == ["planned"] * 2 + ["sent"] * 2
    assert state(stage, proved)[0] == "sent"


def test_a_stopped_stage_sends_danger_pages_alone(stage: Stage) -> None:
    stage.move(INVITED)
    assert stage.storage.people.stop_sending("lin@supervision.example", stage.now)
    receipt = planned(stage, 1, "case_received", "+85251230001")
    page = planned(stage, 2, "danger_page", "+85251230002")
    stage.dispatch()
    assert (state(stage, receipt)[0], state(stage, page)[0]) == ("planned", "sent")
    assert stage.storage.people.start_sending("lin@supervision.example", stage.now)
    stage.dispatch(INVITED + HOUR)
    assert state(stage, receipt)[0] == "sent"


def test_an_echo_waits_for_the_morning_and_is_not_sent_to_a_number_that_left(stage: Stage) -> None:
    night = INVITED.replace(hour=15)  # 23:00
    stage.move(night)
    stays = planned(stage, 1, "echo", "+85251230001")
    leaves = planned(stage, 2, "echo", "+85251230002")
    stage.dispatch()
    assert texts(stage, ["+85251230001", "+85251230002"]) == 0
    stage.storage.phones.save(Phone("+85251230002", opted_out_at=night))
    stage.dispatch(TOMORROW)
    assert (state(stage, stays)[0], state(stage, leaves)[0]) == ("sent", "held")
    assert texts(stage, ["+85251230002"]) == 0
