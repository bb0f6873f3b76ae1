"""The hotline through the real app: every path in both languages, on the real engine."""

from datetime import timedelta

import pytest

from chalicelib.core.visits import merged
from tests.stage import Stage
from tests.web.calling import (
    BRITAIN,
    DESK,
    DUTY,
    HONG_KONG,
    LANDLINE,
    OPEN,
    SPEAKS,
    Line,
    line,
)
from tools.phone.answering import Pickup
from tools.phone.script import read_script
from tools.phone.speaking import speaking_seconds

__all__ = ["line"]

TWELVE_SECONDS = 12
TAKES = Pickup(script=read_script(["1", "speak:30", "hangup"]))
MAILBOX = Pickup(script=read_script(["speak:30", "hangup"]))
BUSY = Pickup("busy")

BOTH = pytest.mark.parametrize(("number", "language"), [(HONG_KONG, "zh"), (BRITAIN, "en")])


# --- what is heard ------------------------------------------------------------------------------


@BOTH
def test_a_stranger_complains_with_one_key(line: Line, number: str, language: str) -> None:
    heard = line.call(number, "1", "speak:20", "wait")
    assert [each.act for each in heard.done][:1] == ["1"]
    voices = {(each.language, each.voice) for each in heard.heard if each.verb == "Say"}
    other = {"zh": "en", "en": "zh"}[language]
    assert voices == {SPEAKS[language], SPEAKS[other]}, "the other language offers itself"
    (case,) = line.cases(number)
    assert (case.channel, case.language, case.call) == ("hotline", language, heard.sid)
    assert " ".join(case.number) in heard.said
    assert heard.said.count(" ".join(case.number)) == 1


@BOTH
def test_the_greeting_takes_at_most_twelve_seconds(line: Line, number: str, language: str) -> None:
    greeting = line.call(number).heard[1]
    assert greeting.seconds <= TWELVE_SECONDS
    words = {"zh": ("录音", "火警", "9"), "en": ("recorded", "fire brigade", "9")}[language]
    assert all(word in greeting.heard for word in words)
    assert speaking_seconds(greeting.heard, greeting.language) == greeting.seconds


@BOTH
@pytest.mark.parametrize(
    "acts",
    [
        [],
        ["wait"],
        ["wait", "wait", "wait", "speak:5"],
        ["5", "6", "7", "speak:5", "wait"],
        ["1", "wait", "wait"],
        ["1", "hangup"],
        ["1", "speak:200", "*", "*", "wait"],
        ["1", "speak:5", "#", "5"],
        ["2", "123", "0"],
        ["2", "wait", "wait", "wait", "speak:3"],
        ["0", "speak:9"],
        ["9", "speak:9"],
        ["8", "1", "speak:4", "wait"],
        ["*", "*", "*", "*", "*", "*", "*", "*", "*", "*", "*", "*"],
        ["hear:1", "1", "hear:1", "hangup"],
    ],
    ids=lambda acts: "-".join(acts) or "hangup",
)
def test_every_path_of_a_stranger_satisfies_twilio(
    line: Line, number: str, language: str, acts: list[str]
) -> None:
    heard = line.call(number, *acts)
    call = line.stage.storage.calls.get(heard.sid)
    assert call is not None
    assert call.served or line.listed("missed_call")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("acts", "letters"),
    [
        (["1", "1", "2", "3", "wait"], "ABC"),
        (["1", "4", "1", "5", "1", "5", "1", "wait"], "DEE"),
        (["1", "5", "2", "1", "1", "1", "wait"], "AAA"),
        (["1", "1", "hangup"], "A--"),
        (["1", "1", "5", "hangup"], "A--"),
        (["1", "2", "2", "7", "8", "9"], "BB-"),
        (["1", "1", "1", "1", "2", "speak:5", "wait"], "AAA"),
        (["hear:1", "1", "hear:1", "3", "*", "3", "3"], "CCC"),
        (["1", "wait", "wait", "wait", "speak:6"], "---"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_customer_grades_by_keys(
    line: Line, language: str, acts: list[str], letters: str
) -> None:
    line.invited("V-1", HONG_KONG, language=language)
    heard = line.call(HONG_KONG, *acts)
    assert {"zh": "来得及时吗", "en": "on time"}[language] in heard.said
    visit = line.stage.visit("V-1")
    form = merged(visit.answers, with_late=True)
    items = ("timeliness", "quality", "attitude")
    assert "".join(form.get(item, "-") for item in items) == letters
    assert {(a.channel, a.evidence) for a in visit.answers} <= {("keypad", "caller_id")}


@pytest.mark.parametrize(("language", "day"), [("zh", "6月3日"), ("en", "3 June")])
def test_the_menu_names_the_day_of_the_visit(line: Line, language: str, day: str) -> None:
    line.invited("V-1", HONG_KONG, language=language)
    assert day in line.call(HONG_KONG, "wait").said


def test_the_words_of_all_grades_come_before_their_keys(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    heard = line.call(HONG_KONG, "1", "hangup")
    (asked,) = [each.heard for each in heard.heard if "on time" in each.heard]
    grades = ["Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"]
    assert [f"{grade}, press {key}" in asked for key, grade in enumerate(grades, 1)] == [True] * 5


def test_all_items_of_a_call_are_told_back_in_one_text(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    line.call(HONG_KONG, "1", "1", "2", "4", "1", "wait")
    line.stage.dispatch(line.stage.now + timedelta(minutes=10))
    _, echo = line.stage.sent_to(HONG_KONG)
    assert "A B D" in echo


def test_a_hang_up_after_one_item_is_told_back_too(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    line.call(HONG_KONG, "1", "2", "hangup")
    line.stage.dispatch(line.stage.now + timedelta(minutes=10))
    assert "timeliness B" in line.stage.sent_to(HONG_KONG)[-1]


def test_a_call_from_another_phone_cannot_grade(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    assert "grade" not in line.call(BRITAIN, "wait").said
    line.call(BRITAIN, "1", "1", "1", "1")
    assert line.stage.visit("V-1").answers == ()


def test_a_customer_who_wants_no_more_texts_gets_none_and_can_still_complain(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    heard = line.call(HONG_KONG, "7", "2", "speak:9", "wait")
    assert "no more surveys" in heard.said
    assert line.stage.storage.phones.get(HONG_KONG).opted_out_at == line.stage.now
    (event,) = line.stage.storage.inbound.opt_events(HONG_KONG)
    assert (event.opted_out, event.by, event.cause) == (True, "call", heard.sid)
    assert line.stage.visit("V-1").survey.state == "opted_out"
    assert len(line.cases(HONG_KONG)) == 1


# --- the desk -----------------------------------------------------------------------------------


def test_in_business_hours_a_person_comes_first(line: Line) -> None:
    line.stage.move(OPEN)
    line.answers(DESK, Pickup(script=read_script(["speak:60", "hangup"])))
    heard = line.call(HONG_KONG, "speak:10", "wait")
    assert heard.said == ""
    assert [each.number for each in heard.dialled] == [DESK]
    assert line.listed("missed_call") == []


@pytest.mark.parametrize("acts", [["hangup"], ["wait:3", "hangup"]])
def test_who_hangs_up_while_the_desk_rings_is_a_missed_call(line: Line, acts: list[str]) -> None:
    line.stage.move(OPEN)
    line.answers(DESK, Pickup("no-answer"))
    line.call(HONG_KONG, *acts)
    (missed,) = line.listed("missed_call")
    assert missed.values["phone"] == HONG_KONG


@BOTH
def test_a_busy_desk_leads_to_the_menu_and_zero_to_the_recording(
    line: Line, number: str, language: str
) -> None:
    line.stage.move(OPEN)
    line.answers(DESK, BUSY)
    heard = line.call(number, "wait:1", "0", "wait:1", "speak:5", "wait")
    assert len(heard.dialled) == 2
    assert len(line.cases(number)) == 1


@pytest.mark.parametrize("number", ["anonymous", "sip:1001@pbx.example.com"])
def test_a_desk_rings_for_callers_without_a_number_too(line: Line, number: str) -> None:
    line.stage.move(OPEN)
    line.answers(DESK, BUSY)
    line.call(number, "wait:1", "1", "speak:5", "wait")
    assert len(line.cases()) == 1


def test_the_desk_sees_whose_call_it_takes_and_no_grade(line: Line) -> None:
    line.invited("V-1", HONG_KONG)
    line.stage.text(HONG_KONG, "EDE")
    line.call(HONG_KONG, "1", "speak:9", "wait")
    line.call(HONG_KONG)
    file = line.stage.wiring.take_a_call.of_number(HONG_KONG)
    assert [visit.visit_id for visit in file.visits] == ["V-1"]
    assert [case.phone for case in file.cases] == [HONG_KONG]
    assert len(file.calls) == 2
    assert "EDE" not in repr(file.visits)
    assert line.stage.wiring.take_a_call.of_number("").calls == ()


# --- callers without a number -------------------------------------------------------------------


WITHHELD = [
    "anonymous", "unknown", "restricted", "+266696687", "+7378742833", "+86282452253", "+8656696",
    "+2562533", "+7748283", "sip:1001@pbx.example.com",
]  # fmt: skip


@pytest.mark.parametrize("number", WITHHELD)
def test_a_withheld_caller_is_nobody_and_never_put_together(line: Line, number: str) -> None:
    first = line.call(number, "1", "speak:5", "wait")
    second = line.call(number, "hangup")
    (case,) = line.cases()
    assert case.phone == ""
    assert " ".join(case.number) in first.said
    assert line.stage.storage.calls.of_number(number) == []
    (missed,) = line.listed("missed_call")
    assert missed.values["call"] == second.sid


def test_a_withheld_caller_leaves_a_number_and_asks_with_number_and_code(line: Line) -> None:
    heard = line.call("anonymous", "1", "speak:5", "*", f"{BRITAIN.replace('+', '00')}#")
    (case,) = line.cases(BRITAIN)
    told = [each.heard for each in heard.heard if "code" in each.heard or "查询码" in each.heard]
    code = "".join(filter(str.isdigit, told[0]))
    assert heard.said.count(" ".join(case.number)) == 2
    asked = line.call(LANDLINE, "2", case.number, code, "wait")
    assert "已受理" in asked.said
    wrong = f"{(int(code) + 1) % 10**6:06}"
    refused = line.call(LANDLINE, "2", case.number, wrong, case.number, wrong, case.number, wrong)
    assert "已受理" not in refused.said


def test_the_known_phone_asks_without_number_or_code(line: Line) -> None:
    line.call(BRITAIN, "1", "speak:5", "wait")
    heard = line.call(BRITAIN, "2", "wait")
    assert "Your case of 3 June: we have it" in heard.said


# --- danger -------------------------------------------------------------------------------------


@BOTH
def test_danger_pages_and_rings_the_duty_phones_in_turn(
    line: Line, number: str, language: str
) -> None:
    line.answers(DUTY[0], MAILBOX)
    line.answers(DUTY[1], TAKES)
    heard = line.call(number, "9", "speak:10", "hangup")
    assert [each.number for each in heard.dialled] == list(DUTY)
    assert [each.bridged for each in heard.dialled] == [False, True]
    (case,) = line.cases(number)
    assert (case.category, case.channel) == ("safety", "hotline")
    (page,) = line.stage.storage.pages.since(line.stage.now - timedelta(days=1))
    assert (page.case, page.acknowledged_by) == (case.number, DUTY[1])
    line.stage.dispatch()
    assert line.stage.sent_to(DUTY[0])
    told = [event.what for event in line.stage.storage.cases.events(case.number)]
    assert told == ["received", "page_acknowledged"]


def test_nobody_on_duty_leads_to_the_beep_and_one_case_holds_it_all(line: Line) -> None:
    heard = line.call(HONG_KONG, "9", "wait", "wait", "speak:10", "9")
    (case,) = line.cases(HONG_KONG)
    assert case.category == "safety"
    assert case.recording == f"recordings/{heard.recordings[0]}.wav"
    events = [event.what for event in line.stage.storage.cases.events(case.number)]
    assert events == ["received", "recorded"]


def test_danger_told_after_the_complaint_pages_all_the_same(line: Line) -> None:
    line.call(HONG_KONG, "1", "speak:10", "9", "hangup")
    (case,) = line.cases(HONG_KONG)
    assert case.category == "safety"
    assert len(line.stage.storage.pages.since(line.stage.now - timedelta(days=1))) == 1


# --- missed calls -------------------------------------------------------------------------------


def test_missed_calls_are_one_row_for_each_number_and_day(line: Line) -> None:
    for _ in range(3):
        line.call(HONG_KONG)
    line.call(BRITAIN)
    line.stage.move(line.stage.now + timedelta(days=1))
    line.call(HONG_KONG, "wait")
    rows = [(row.values["phone"], row.values["calls"]) for row in line.listed("missed_call")]
    assert sorted(rows) == [(BRITAIN, "1"), (HONG_KONG, "1"), (HONG_KONG, "3")]


def test_who_gets_through_later_that_day_need_not_be_called_back(line: Line) -> None:
    line.call(HONG_KONG)
    assert len(line.listed("missed_call")) == 1
    line.call(HONG_KONG, "1", "speak:5", "hangup")
    assert line.listed("missed_call") == []


def test_a_hang_up_that_nobody_tells_us_of_is_missed_all_the_same(line: Line) -> None:
    line.stage.fault("call_status", "lost")
    line.call(HONG_KONG)
    assert len(line.listed("missed_call")) == 1


def test_the_number_of_the_case_is_texted(line: Line, stage: Stage) -> None:
    line.call(HONG_KONG, "1", "speak:5", "hangup")
    stage.dispatch()
    (case,) = line.cases(HONG_KONG)
    assert [case.number in text for text in stage.sent_to(HONG_KONG)] == [True]
