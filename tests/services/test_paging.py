"""Danger: the duty phones ring in turn, day and night, until one of them takes it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.effects import Effect
from chalicelib.core.paging import STEP
from chalicelib.services.paging import is_acknowledgement
from tests.core.lives import at
from tests.services.case_stage import CUSTOMER, DUTY, happened, opened, people, stored
from tests.stage import Stage, plain

NIGHT = at("2026-06-04 02:00")
GAS = "I can smell gas, there is a smell of gas in the kitchen!"


@pytest.fixture
def night(stage: Stage) -> Stage:
    """Two in the morning, three duty phones."""
    people(stage, DUTY)
    stage.move(NIGHT)
    return stage


def pass_time(stage: Stage, minutes: int) -> None:
    """Minute by minute, as the schedules run."""
    for _ in range(minutes):
        stage.move(stage.now + timedelta(minutes=1))
        stage.wiring.watching.run(stage.now)
        stage.dispatch()


def paged(stage: Stage) -> list[int]:
    """How many texts each duty phone has."""
    return [len(stage.sent_to(number)) for number in DUTY]


def test_a_gas_leak_text_at_two_pages_the_second_phone_when_the_first_is_silent(
    night: Stage,
) -> None:
    answer = night.text(CUSTOMER, GAS)
    assert "close the valve" in answer
    night.dispatch()
    assert paged(night) == [1, 0, 0]
    assert CUSTOMER in night.sent_to(DUTY[0])[0]
    pass_time(night, 4)
    assert paged(night) == [1, 0, 0]
    pass_time(night, 1)
    assert paged(night) == [1, 1, 0]
    assert night.text(DUTY[1], "1")
    pass_time(night, 30)
    assert paged(night) == [1, 1, 0]


def test_silence_goes_round_and_supervision_is_mailed_once(night: Stage) -> None:
    night.text(CUSTOMER, GAS)
    night.dispatch()
    pass_time(night, 25)
    assert paged(night) == [2, 2, 2]
    (mail,) = night.mails("alarm")
    assert CUSTOMER in plain(mail)
    assert "lin@supervision.example" in str(mail["To"])
    assert "smell" not in plain(mail)


def test_the_first_phone_may_still_take_it_after_the_second_was_told(night: Stage) -> None:
    night.text(CUSTOMER, GAS)
    night.dispatch()
    pass_time(night, 6)
    night.text(DUTY[0], "1")
    pass_time(night, 20)
    assert paged(night) == [1, 1, 0]


@pytest.mark.parametrize("words", ["1", " 1 ", "１", "1.", "1。", "1!"])
def test_a_one_is_a_one_however_it_is_typed(words: str) -> None:
    assert is_acknowledgement(words)


@pytest.mark.parametrize("words", ["", "11", "1 A", "一", "yes", "A", "1A 2B 3A", "."])
def test_anything_else_is_none(words: str) -> None:
    assert not is_acknowledgement(words)


def test_a_one_of_somebody_else_takes_nothing(night: Stage) -> None:
    night.text(CUSTOMER, GAS)
    night.text("+85259999999", "1")
    night.text(DUTY[2], "1")
    (page,) = night.storage.pages.since(NIGHT)
    assert page.is_open, "neither a stranger nor a phone that was not told"


def test_a_duty_person_is_a_customer_like_any_other_while_nothing_is_wrong(night: Stage) -> None:
    night.upload(night.row("V-9", phone=DUTY[0]))
    assert "it is yours" not in night.text(DUTY[0], "1")


def test_one_reply_takes_all_pages_that_the_phone_was_told_of(night: Stage) -> None:
    night.text(CUSTOMER, GAS)
    night.text("+85251230002", "冒烟了")
    night.text(DUTY[0], "1")
    assert [page.acknowledged_by for page in night.storage.pages.since(NIGHT)] == [DUTY[0]] * 2


def test_copies_of_the_reply_get_the_same_bytes_and_take_it_once(night: Stage) -> None:
    case = opened(night, NIGHT, category="safety").case
    night.fault("sms", "twice")
    night.text(DUTY[0], "1")
    night.simulator.settle()
    assert happened(night, case.number).count("page_acknowledged") == 1


def test_a_case_of_safety_pages_and_keeps_who_took_it(night: Stage) -> None:
    case = opened(night, NIGHT, category="safety").case
    night.dispatch()
    assert paged(night) == [1, 0, 0]
    night.text(DUTY[0], "1")
    event = night.storage.cases.events(case.number)[-1]
    assert (event.what, event.by, event.at) == ("page_acknowledged", DUTY[0], NIGHT)
    assert stored(night, case.number).due_at == case.due_at


def test_the_desk_may_take_it_too(night: Stage) -> None:
    case = opened(night, NIGHT, category="safety").case
    opened(night, NIGHT, category="safety", phone="")
    assert night.wiring.paging.take_over(case.number, "lin@supervision.example", NIGHT) == 1
    assert night.wiring.paging.take_over(case.number, "lin@supervision.example", NIGHT) == 0
    assert night.wiring.paging.take_over("all", "lin@supervision.example", NIGHT) == 1


def test_a_withheld_number_is_named_as_such(night: Stage) -> None:
    opened(night, NIGHT, category="safety", phone="")
    night.dispatch()
    assert (
        "without a number" in night.sent_to(DUTY[0])[0]
        or "没有来电号码" in (night.sent_to(DUTY[0])[0])
    )


def test_each_turn_also_plans_a_call_to_the_duty_phone(night: Stage) -> None:
    opened(night, NIGHT, category="safety")
    night.wiring.paging.run(NIGHT + STEP)
    keys = night.storage.effects.due("page", NIGHT + STEP, 10)
    rung = [night.storage.effects.get(*key) for key in keys]
    assert [effect.values["to"] for effect in rung if effect] == [DUTY[0], DUTY[1]]
    assert all(isinstance(effect, Effect) and effect.what == "danger_call" for effect in rung)


def test_without_duty_phones_supervision_hears_at_once(stage: Stage) -> None:
    people(stage)
    stage.move(NIGHT)
    stage.text(CUSTOMER, GAS)
    stage.dispatch()
    (mail,) = stage.mails("alarm")
    assert "no duty phone" in plain(mail) or "没有值班电话" in plain(mail)


def test_a_stopped_sending_holds_up_no_danger(night: Stage) -> None:
    night.storage.people.stop_sending("lin@supervision.example", NIGHT)
    night.text(CUSTOMER, GAS)
    night.dispatch()
    assert paged(night) == [1, 0, 0]


def test_a_new_roster_holds_from_the_next_turn_on(night: Stage) -> None:
    night.text(CUSTOMER, GAS)
    night.dispatch()
    rules = replace(night.wiring.rules, duty_numbers=DUTY[2:])
    night.wiring.paging._rules = rules
    pass_time(night, 5)
    assert paged(night) == [1, 0, 1]
