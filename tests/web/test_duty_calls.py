"""Danger rings the duty phones until somebody presses 1, day and night."""

from datetime import timedelta

import pytest

from chalicelib.core.paging import Page
from tests.stage import ACCOUNT
from tests.web.calling import DUTY, HONG_KONG, Line, line, sid
from tools.phone.answering import Pickup
from tools.phone.call_result import CallResult
from tools.phone.script import read_script

__all__ = ["line"]

TAKES = Pickup(script=read_script(["1", "hangup"]))
MAILBOX = Pickup(script=read_script(["speak:30", "hangup"]))


def dispatch(line: Line, after: timedelta = timedelta(0)) -> None:
    """What the two schedules of each minute do."""
    line.stage.move(line.stage.now + after)
    line.stage.wiring.duty_calls.run(line.stage.now)
    line.stage.wiring.paging.run(line.stage.now)
    line.stage.simulator.settle()


def page(line: Line) -> Page:
    (only,) = line.stage.storage.pages.since(line.stage.now - timedelta(days=1))
    return only


def rung(line: Line, number: str) -> list[CallResult]:
    return list(line.stage.simulator.calls_of(number))


def test_a_text_of_danger_rings_the_first_duty_phone_and_key_one_takes_it_over(line: Line) -> None:
    line.answers(DUTY[0], TAKES)
    line.stage.text(HONG_KONG, "厨房漏气了，快来人")
    dispatch(line)
    (heard,) = rung(line, DUTY[0])
    assert heard.errors == []
    assert " ".join(HONG_KONG[1:]) in heard.said
    assert heard.said.endswith("谢谢，由您处理。")
    assert page(line).acknowledged_by == DUTY[0]
    dispatch(line, timedelta(minutes=6))
    assert rung(line, DUTY[1]) == []


@pytest.mark.parametrize("first", [Pickup("no-answer"), Pickup("busy"), MAILBOX])
def test_the_next_phone_rings_after_five_minutes_of_silence(line: Line, first: Pickup) -> None:
    line.answers(DUTY[0], first)
    line.answers(DUTY[1], TAKES)
    line.stage.text(HONG_KONG, "gas leak in my kitchen")
    dispatch(line)
    assert page(line).is_open
    dispatch(line, timedelta(minutes=5))
    dispatch(line, timedelta(minutes=1))
    assert page(line).acknowledged_by == DUTY[1]


def test_a_page_taken_over_by_text_rings_nobody(line: Line) -> None:
    line.stage.text(HONG_KONG, "gas leak in my kitchen")
    line.stage.wiring.paging.take_over("all", DUTY[0], line.stage.now)
    dispatch(line)
    assert rung(line, DUTY[0]) == []


@pytest.mark.parametrize("fault", ["429", "500", "lost"])
def test_a_call_that_could_not_be_made_is_made_a_minute_later(line: Line, fault: str) -> None:
    line.answers(DUTY[0], TAKES)
    line.stage.fault("dial", fault)
    line.stage.text(HONG_KONG, "gas leak in my kitchen")
    dispatch(line)
    assert page(line).is_open
    dispatch(line, timedelta(minutes=1))
    assert page(line).acknowledged_by == DUTY[0]


def test_the_callers_own_line_rings_the_duty_phones_before_we_call_them(line: Line) -> None:
    line.answers(DUTY[0], TAKES)
    heard = line.call(HONG_KONG, "9", "speak:5", "hangup")
    assert [each.bridged for each in heard.dialled] == [True]
    dispatch(line)
    dispatch(line, timedelta(minutes=3))
    assert len(rung(line, DUTY[0])) == 1


def test_a_second_phone_hears_that_somebody_has_taken_it_over(line: Line) -> None:
    line.answers(DUTY[0], MAILBOX)
    line.stage.text(HONG_KONG, "gas leak in my kitchen")
    dispatch(line)
    case = page(line).cause
    line.stage.wiring.paging.take_over(case, DUTY[1], line.stage.now)
    told = {
        "CallSid": sid(5),
        "AccountSid": ACCOUNT.sid,
        "From": ACCOUNT.number,
        "To": DUTY[0],
        "Digits": "1",
    }
    answers = {line.post(f"/twilio/page/{case}/1", told).body for _ in range(3)}
    assert len(answers) == 1
    assert "已有人处理" in answers.pop().decode()
    assert page(line).acknowledged_by == DUTY[1]


@pytest.mark.parametrize(
    ("path", "changed"),
    [("/twilio/page/x y/1", {}), ("/twilio/page/x/y", {}), ("/twilio/page/x/1", {"To": "x"})],
)
def test_a_request_of_another_shape_is_refused(
    line: Line, path: str, changed: dict[str, str]
) -> None:
    told = {"CallSid": sid(5), "AccountSid": ACCOUNT.sid, "To": DUTY[0], **changed}
    assert line.post(path.replace(" ", "%20"), told).status == 403
    assert line.post("/twilio/page/x/1", told, signed=False).status == 403
