"""The hotline's machine: what each kind of caller hears, and what is kept of it."""

from dataclasses import replace

import pytest

from chalicelib.core import ivr, ivr_prompts
from chalicelib.core.cases import STATES, case_number
from chalicelib.core.ivr_documents import Ask, Record, Ring
from chalicelib.core.ivr_turns import Heard, Known, Progress, Situation
from tests.core.hotline_caller import (
    CLOSED,
    DESK,
    DUTY,
    HOLIDAY,
    OPEN,
    PROGRESS,
    RULES,
    STRANGER,
    SURVEY,
    WITHHELD,
    Caller,
)

NUMBER = case_number(26754703)


# --- the beginning ------------------------------------------------------------------------------


def test_in_business_hours_the_desk_rings_first_for_twenty_seconds() -> None:
    caller = Caller(now=OPEN)
    assert caller.document.act == Ring((DESK,), 20, "desk", 1)
    assert caller.said == []


@pytest.mark.parametrize("now", [CLOSED, HOLIDAY], ids=["evening", "holiday"])
def test_outside_business_hours_the_greeting_comes_at_once(now: object) -> None:
    caller = Caller(now=now)  # type: ignore[arg-type] # an instant
    assert caller.said[:2] == ["greeting", "menu.plain"]


@pytest.mark.parametrize("changed", [{"person_first": False}, {"desk_number": ""}])
def test_without_a_desk_to_ring_the_greeting_comes_at_once(changed: dict[str, object]) -> None:
    rules = replace(RULES, **changed)  # type: ignore[arg-type] # keys of the rulebook
    assert Caller(now=OPEN, rules=rules).said[0] == "greeting"


def test_a_desk_that_answers_has_served_the_caller() -> None:
    caller = Caller(now=OPEN).does(["answered"])
    assert caller.is_over
    assert caller.call.served == "desk"
    assert not caller.turns[-1].missed


@pytest.mark.parametrize("act", ["busy", "no-answer"])
def test_a_desk_that_does_not_answer_leads_to_the_greeting(act: str) -> None:
    assert Caller(now=OPEN).does([act]).said[:2] == ["greeting", "menu.plain"]


def test_a_known_open_survey_has_its_own_menu_and_a_way_to_stop_our_texts() -> None:
    caller = Caller(SURVEY)
    assert caller.said[:3] == ["greeting", "menu.survey", "menu.no_texts"]
    assert caller.document.lines[1].values == {"day": "2026-06-03"}


def test_the_other_language_is_offered_in_itself_and_one_key_away() -> None:
    caller = Caller()
    assert caller.document.lines[-1].language == "zh"
    caller.does(["8"])
    assert caller.call.language == "zh"
    assert caller.document.lines[0].code == "greeting"
    assert caller.document.lines[-1].language == "en"


def test_an_organisation_of_one_language_offers_no_other() -> None:
    caller = Caller(rules=replace(RULES, languages=("en",)))
    assert "menu.language" not in caller.said


# --- complaining --------------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "key"), [(STRANGER, "1"), (SURVEY, "2"), (WITHHELD, "1")])
def test_from_the_greeting_to_the_beep_is_one_key(call: object, key: str) -> None:
    caller = Caller(call).does([key])  # type: ignore[arg-type] # a call
    assert caller.document.act == Record(1)
    assert [line.code for line in caller.document.lines] == ["record"]


def test_a_known_caller_hears_his_number_once_and_need_not_write_it_down() -> None:
    caller = Caller().does(["1", "speak"])
    assert caller.cases == 1
    assert caller.turns[-1].recording
    assert [line.code for line in caller.document.lines] == [
        "received.known", "case_number", "received.texted", "repeat"
    ]  # fmt: skip


def test_a_landline_is_not_promised_a_text() -> None:
    caller = Caller(replace(STRANGER, mobile=False)).does(["1", "speak"])
    assert "received.texted" not in caller.said


def test_star_repeats_the_number_and_any_other_key_says_goodbye() -> None:
    caller = Caller().does(["1", "speak", "*"])
    assert caller.said.count("case_number") == 2
    assert caller.does(["5"]).said[-1] == "goodbye"
    assert caller.cases == 1


def test_a_hang_up_during_the_recording_makes_the_case() -> None:
    caller = Caller().does(["1", "hangup"])
    assert (caller.cases, caller.turns[-1].missed) == (1, False)
    assert caller.call.ended_at == CLOSED


@pytest.mark.parametrize("acts", [["hangup"], ["8", "hangup"], ["1", "", "", "hangup"]])
def test_a_hang_up_before_anything_was_said_is_a_missed_call(acts: list[str]) -> None:
    caller = Caller().does(acts)
    assert (caller.cases, caller.turns[-1].missed) == (0, True)


def test_two_silent_recordings_end_in_a_promise_to_call_back() -> None:
    caller = Caller().does(["1", "", ""])
    assert caller.said[-3:] == ["unheard", "record", "unheard_goodbye"]
    assert caller.turns[-1].missed


@pytest.mark.parametrize("keys", [["", "", ""], ["5", "6", "#"], ["", "5", ""]])
def test_three_silent_or_wrong_tries_end_in_the_recording(keys: list[str]) -> None:
    caller = Caller().does(keys)
    assert caller.said[-2:] == ["tell_us", "record"]
    assert caller.document.act == Record(1)


def test_star_repeats_the_menu_and_is_no_wrong_try() -> None:
    caller = Caller().does(["*", "*", "*", "*"])
    assert caller.said.count("menu.plain") == 5
    assert caller.call.wrong == 0
    assert caller.said.count("greeting") == 1


def test_the_number_is_repeated_as_often_as_twelve_documents_allow() -> None:
    caller = Caller().does(["*"] * 8 + ["1", "speak", "*", "*", "*"])
    assert caller.call.documents == 12
    assert caller.is_over
    assert caller.said.count("case_number") == 2


# --- withheld callers ---------------------------------------------------------------------------


def test_a_withheld_caller_hears_number_and_code_and_is_asked_for_a_number() -> None:
    caller = Caller(WITHHELD).does(["1", "speak"])
    assert [line.code for line in caller.document.lines] == [
        "received.withheld", "case_number", "case_code", "repeat", "ask.contact"
    ]  # fmt: skip
    assert isinstance(caller.document.act, Ask)
    assert (caller.document.act.digits, caller.document.act.ends_with) == (20, "#")


def test_the_number_that_a_withheld_caller_leaves_belongs_to_his_case() -> None:
    caller = Caller(WITHHELD).does(["1", "speak", "85251230001#"])
    assert caller.turns[-1].contact == "+85251230001"
    assert caller.said[-2:] == ["contact_kept", "goodbye"]
    assert caller.is_over


def test_a_wrong_number_is_asked_for_again_and_the_case_is_there_anyway() -> None:
    caller = Caller(WITHHELD).does(["1", "speak", "12#", "12#", "12#"])
    assert caller.said.count("wrong_number") == 2
    assert caller.is_over
    assert caller.cases == 1


def test_silence_of_a_withheld_caller_is_no_dead_end_in_progress_either() -> None:
    assert Caller(WITHHELD).does(["2"]).said[-1] == "ask.number"


# --- grading ------------------------------------------------------------------------------------


def test_each_item_is_asked_in_order_and_stored_at_once() -> None:
    caller = Caller(SURVEY).does(["1", "1"])
    assert caller.graded == {"timeliness": "A"}
    assert caller.does(["2", "3"]).graded == {"timeliness": "A", "quality": "B", "attitude": "C"}
    asked = [code for code in caller.said if code.startswith("ask.")]
    assert asked == ["ask.timeliness", "ask.quality", "ask.attitude"]
    assert caller.said[-2:] == ["thanks", "more.survey"]


@pytest.mark.parametrize(("key", "grade"), [("4", "D"), ("5", "E")])
def test_a_poor_grade_is_read_back_before_it_is_stored(key: str, grade: str) -> None:
    caller = Caller(SURVEY).does(["1", key])
    assert caller.graded == {}
    assert caller.document.lines[0].values == {"grade": grade}
    assert caller.does(["1"]).graded == {"timeliness": grade}


def test_a_poor_grade_chosen_again_is_another() -> None:
    caller = Caller(SURVEY).does(["1", "5", "2", "1"])
    assert caller.graded == {"timeliness": "A"}


def test_a_hang_up_keeps_what_was_answered_and_is_no_missed_call() -> None:
    caller = Caller(SURVEY).does(["1", "1", "5", "hangup"])
    assert caller.graded == {"timeliness": "A"}
    assert not caller.turns[-1].missed


@pytest.mark.parametrize("keys", [["", "", ""], ["6", "7", "8"], ["5", "", "3", "#"]])
def test_three_wrong_tries_at_an_item_end_in_the_recording(keys: list[str]) -> None:
    caller = Caller(SURVEY).does(["1", *keys])
    assert caller.document.act == Record(1)
    assert caller.graded == {}


def test_only_what_is_missing_is_asked() -> None:
    caller = Caller(SURVEY, graded={"timeliness": "A", "attitude": "B"}).does(["1", "3"])
    assert [code for code in caller.said if code.startswith("ask.")] == ["ask.quality"]


def test_grades_after_the_close_are_thanked_for_and_told_to_be_late() -> None:
    caller = Caller(SURVEY, known=Known(late=True)).does(["1", "1", "1", "1"])
    assert "thanks_late" in caller.said


def test_after_grading_a_complaint_is_one_key_away() -> None:
    caller = Caller(SURVEY).does(["1", "1", "1", "1", "2"])
    assert caller.document.act == Record(1)


def test_the_worst_form_fits_into_the_documents_of_one_call() -> None:
    acts = ["no-answer", "1", "5", "1", "5", "1", "5", "1"]
    caller = Caller(SURVEY, now=OPEN).does(acts)
    assert caller.graded == dict.fromkeys(["timeliness", "quality", "attitude"], "E")


def test_silence_after_the_thanks_is_goodbye() -> None:
    caller = Caller(SURVEY).does(["1", "1", "1", "1"])
    assert isinstance(caller.document.act, Ask)
    assert caller.document.act.farewell == ivr_prompts.GOODBYE


def test_no_more_texts_is_one_key_of_the_known_number_alone() -> None:
    caller = Caller(SURVEY).does(["7"])
    assert caller.turns[-1].opt_out
    assert not any(turn.opt_out for turn in Caller().does(["7"]).turns)


# --- a person, progress ---------------------------------------------------------------------------


def test_zero_rings_the_desk_and_a_busy_desk_leads_to_the_recording() -> None:
    caller = Caller(now=OPEN).does(["no-answer", "0"])
    assert caller.document.act == Ring((DESK,), 20, "desk", 2)
    assert caller.does(["busy"]).said[-2:] == ["nobody_free", "record"]


@pytest.mark.parametrize("now", [CLOSED, HOLIDAY])
def test_zero_outside_hours_leads_to_the_recording(now: object) -> None:
    caller = Caller(now=now).does(["0"])  # type: ignore[arg-type] # an instant
    assert caller.said[-2:] == ["nobody_free", "record"]


def test_the_known_phone_hears_how_its_cases_stand() -> None:
    promised = Progress("2026-05-01", "answered", "2026-06-09")
    caller = Caller(known=Known(cases=(PROGRESS, promised))).does(["2"])
    told = [line.code for line in caller.document.lines]
    assert told == ["state.forwarded", "state.answered", "state.promised", "more.plain"]
    assert caller.call.served == "progress"


def test_no_more_than_three_cases_are_told() -> None:
    caller = Caller(known=Known(cases=(PROGRESS,) * 5)).does(["2"])
    assert caller.said.count("state.forwarded") == 3


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_case_can_be_told(state: str) -> None:
    caller = Caller(known=Known(cases=(Progress("2026-06-01", state),))).does(["2"])
    assert f"state.{state}" in caller.said


def test_a_stranger_is_asked_for_number_and_code() -> None:
    caller = Caller().does(["2"])
    assert caller.said[-2:] == ["no_case", "ask.number"]
    caller.does([NUMBER])
    assert (caller.said[-1], caller.call.enquired) == ("ask.code", NUMBER)
    caller.known = Known(found=PROGRESS)
    assert caller.does(["123456"]).said[-2:] == ["state.forwarded", "more.plain"]


def test_a_wrong_code_waits_longer_each_time_and_ends_in_the_recording() -> None:
    caller = Caller().does(["2", NUMBER, "111111"])
    assert caller.said[-2:] == ["no_match", "ask.number"]
    assert caller.document.pause == 2
    caller.does([NUMBER, "222222"])
    assert caller.document.pause == 4
    assert caller.does([NUMBER, "333333"]).document.act == Record(1)


def test_a_number_that_can_be_none_is_asked_for_again() -> None:
    assert "no_such_number" in Caller().does(["2", "123456789"]).said


def test_who_guesses_is_told_to_wait() -> None:
    caller = Caller(known=Known(wait=30)).does(["2", NUMBER, "111111"])
    assert "wait" in caller.said


@pytest.mark.parametrize("acts", [["2"], ["2", NUMBER]], ids=["number", "code"])
def test_zero_and_nine_alone_mean_the_same_where_digits_are_asked_for(acts: list[str]) -> None:
    assert Caller().does([*acts, "0"]).said[-1] == "record"
    assert "danger" in Caller().does([*acts, "9"]).said


# --- danger -------------------------------------------------------------------------------------


def test_nine_opens_a_safety_case_at_once_and_rings_the_first_duty_phone() -> None:
    caller = Caller().does(["9"])
    assert (caller.cases, caller.turns[-1].danger) == (1, True)
    assert caller.document.act == Ring(DUTY[:1], 20, "duty", 1, asks="take")


def test_the_duty_phones_ring_in_turn_and_then_the_beep_comes() -> None:
    caller = Caller().does(["9", "no-answer"])
    assert caller.document.act == Ring(DUTY[1:], 20, "duty", 2, asks="take")
    caller.does(["no-answer"])
    assert caller.said[-2:] == ["duty_silent", "record"]
    caller.does(["speak"])
    assert caller.turns[-1].recording
    assert caller.call.case


def test_a_duty_phone_takes_the_call_by_key_one() -> None:
    caller = Caller().does(["9", "taken"])
    assert any(turn.reached for turn in caller.turns)
    assert caller.is_over


def test_a_mailbox_takes_no_call_of_danger() -> None:
    caller = Caller().does(["9", "answered"])
    assert not any(turn.reached for turn in caller.turns)
    assert isinstance(caller.document.act, Ring)


def test_the_duty_phone_hears_the_organisations_own_language() -> None:
    situation = Situation(STRANGER, Heard("take", 1), Known(), CLOSED, RULES)
    turn = ivr.on_request(situation)
    assert {line.language for line in turn.document.lines} == {"zh"}
    assert turn.call == STRANGER


@pytest.mark.parametrize(
    ("call", "acts"),
    [
        (STRANGER, []),
        (SURVEY, ["1"]),
        (SURVEY, ["1", "5"]),
        (SURVEY, ["1", "1", "1", "1"]),
        (STRANGER, ["1", "speak"]),
    ],
    ids=["menu", "item", "check", "more", "received"],
)
def test_nine_means_danger_at_every_question(call: object, acts: list[str]) -> None:
    caller = Caller(call).does([*acts, "9"])  # type: ignore[arg-type] # a call
    assert caller.turns[-1].danger
    assert isinstance(caller.document.act, Ring)


def test_without_duty_phones_the_desk_rings_or_the_beep_comes() -> None:
    rules = replace(RULES, duty_numbers=(), person_first=False)
    assert Caller(now=OPEN, rules=rules).does(["9"]).document.act == Ring(
        (DESK,), 20, "duty", 1, asks="take"
    )
    assert Caller(rules=rules).does(["9"]).document.act == Record(1)


def test_many_duty_phones_all_ring_within_the_documents_of_one_call() -> None:
    duty = tuple(f"+86138000000{place:02}" for place in range(10, 20))
    caller = Caller(rules=replace(RULES, duty_numbers=duty)).does(["*"] * 4 + ["9"])
    rung: list[str] = []
    while isinstance(caller.document.act, Ring):
        rung += caller.document.act.numbers
        caller.do("no-answer")
    assert tuple(rung) == duty
    assert isinstance(caller.document.act, Record)


# --- what Twilio or we get wrong ------------------------------------------------------------------


def test_a_step_that_nobody_knows_is_no_dead_end() -> None:
    turn = ivr.on_request(Situation(STRANGER, Heard("fallback"), Known(), CLOSED, RULES))
    assert turn.document.act == Record(1)


def test_a_recording_of_a_call_that_we_never_heard_of_makes_its_case() -> None:
    call = replace(WITHHELD, language="zh")
    heard = Heard("recorded", 99, recording="RE" + "1" * 32)
    turn = ivr.on_request(Situation(call, heard, Known(), CLOSED, RULES))
    assert (turn.case, turn.recording) == (True, "RE" + "1" * 32)


@pytest.mark.parametrize("step", [*ivr.REACTIONS, "nonsense"])
@pytest.mark.parametrize("keys", ["", "1", "5", "9", "0", "*", "#", "12345678901234567890"])
@pytest.mark.parametrize("documents", [0, 9, 12, 40])
def test_every_step_answers_to_everything(step: str, keys: str, documents: int) -> None:
    call = replace(SURVEY, documents=documents)
    heard = Heard(step, 1, keys=keys)
    turn = ivr.on_request(Situation(call, heard, Known(), OPEN, RULES))
    assert documents < 12 or not asks_more(turn.document.act) or step == "take"


def asks_more(act: object) -> bool:
    """Whether something is waited for that the caller's side has to answer."""
    return isinstance(act, Ask | Record) or (isinstance(act, Ring) and bool(act.step))
