"""The call list: who gets on it, until when he is owed a call, and how he leaves it."""

from datetime import timedelta

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.services.call_list import CallList, Owed
from tests.services.calls import FAR, HU, LIN, SUN
from tests.stage import INVITED, Stage

MINUTE = timedelta(minutes=1)

ASKS = {
    "call me": (["please call me"], "call_me"),
    "not me": (["NOT ME"], "not_me"),
    "not fixed": (["it is not fixed"], "not_finished"),
    "asked back in vain": (["5 5 4", "10/10"], "asked_in_vain"),
}


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    for member in (SUN, LIN, FAR):
        stage.wiring.people.put(member)


def invited(stage: Stage) -> str:
    stage.upload(stage.row("V-1"))
    stage.dispatch(INVITED)
    return stage.visit("V-1").facts.phone


def owed(stage: Stage) -> list[Owed]:
    storage = stage.storage
    listed = CallList(storage.effects, storage.visits, stage.wiring.rules)
    return listed.until(stage.now + MINUTE)


@pytest.mark.parametrize(("texts", "why"), ASKS.values(), ids=ASKS)
def test_who_asks_for_a_call_or_cannot_be_read_is_owed_one_the_next_working_day(
    stage: Stage, texts: list[str], why: str
) -> None:
    number = invited(stage)
    for text in texts:
        stage.text(number, text)
    (entry,) = owed(stage)
    assert (entry.phone, entry.why, entry.visit_id) == (number, why, "V-1")
    assert entry.due == "2026-06-05", "asked on a Thursday"


def test_a_missed_call_is_owed_one_until_somebody_has_called(stage: Stage) -> None:
    stage.move(INVITED)
    stage.simulator.call("+85251230077", ["hangup"])
    stage.move(INVITED + 20 * MINUTE)
    (entry,) = owed(stage)
    assert (entry.phone, entry.why, entry.due) == ("+85251230077", "missed_call", "2026-06-05")
    assert stage.wiring.owed_calls.done("+85251230077", "reached", SUN, stage.now) == 1
    assert owed(stage) == []


def test_who_was_not_reached_stays_on_the_list(stage: Stage) -> None:
    number = invited(stage)
    stage.text(number, "please call me")
    for tried in ("1", "2"):
        stage.wiring.owed_calls.done(number, "no_answer", SUN, stage.now)
        (cause,) = stage.storage.effects.due("call", stage.now, 10)
        entry = stage.storage.effects.get(*cause)
        assert entry is not None
        assert (entry.values["tried"], entry.values["by"]) == (tried, SUN.mail)
    assert len(owed(stage)) == 1


def test_one_call_answers_all_that_a_number_waits_for(stage: Stage) -> None:
    number = invited(stage)
    stage.text(number, "please call me")
    stage.text(number, "it is not fixed")
    assert stage.wiring.owed_calls.done(number, "reached", SUN, stage.now) == 2
    assert owed(stage) == []


def test_an_entry_is_found_by_its_cause(stage: Stage) -> None:
    stage.storage.commit([Effect("SM-7", 0, "call", "unread", stage.now, {"phone": ""})], [])
    assert stage.wiring.owed_calls.done("SM-7", "reached", SUN, stage.now) == 1


REFUSED: dict[str, tuple[str, str, Member, str]] = {
    "nobody of that number": ("+85251239999", "reached", SUN, "not_owed"),
    "no such result": ("V", "maybe", SUN, "unknown_result"),
    "HR": ("V", "reached", HU, "role"),
}


@pytest.mark.parametrize(("whose", "result", "by", "code"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused(
    stage: Stage, whose: str, result: str, by: Member, code: str
) -> None:
    with pytest.raises(ActError) as error:
        stage.wiring.owed_calls.done(whose, result, by, stage.now)
    assert error.value.code == code


def test_a_recused_member_serves_nobody_of_that_unit(stage: Stage) -> None:
    number = invited(stage)
    stage.text(number, "please call me")
    with pytest.raises(ActError) as error:
        stage.wiring.owed_calls.done(number, "reached", FAR, stage.now)
    assert error.value.code == "recused"
    assert len(owed(stage)) == 1
