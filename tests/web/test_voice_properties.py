"""Random callers and a bad line, on the real engine: every call ends, and nothing told is lost."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qs, urldefrag

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.cases import Case
from chalicelib.core.visits import Survey, merged
from tests.web.calling import DESK, DUTY, OPEN, Line, line
from tools.phone.answering import Pickup
from tools.phone.call_result import CallResult
from tools.phone.script import read_script

__all__ = ["line"]

TWELVE = 12
ITEMS = ("timeliness", "quality", "attitude")
NUMBERS = count(1000)

ACTS = st.one_of(
    st.sampled_from(list("0123456789*#")),
    st.sampled_from(["wait", "wait", "speak:4", "speak:190", "hangup", "267547030", "hear:1"]),
)
FAULTS = st.sampled_from(
    [
        {"on": "voice", "fault": "twice", "copies": 3},
        {"on": "voice", "fault": "500", "when": "after"},
        {"on": "voice", "fault": "timeout", "when": "after"},
        {"on": "voice", "fault": "500"},
        {"on": "recording", "fault": "twice", "copies": 4},
        {"on": "recording", "fault": "late"},
        {"on": "recording", "fault": "out_of_order"},
        {"on": "recording", "fault": "lost"},
        {"on": "call_status", "fault": "twice"},
        {"on": "call_status", "fault": "lost"},
        {"on": "call_status", "fault": "late"},
    ]
)
PICKUPS = st.sampled_from(
    [
        Pickup("busy"),
        Pickup("no-answer"),
        Pickup(script=read_script(["1", "speak:20", "hangup"])),
        Pickup(script=read_script(["speak:5", "hangup"])),
    ]
)


@pytest.mark.parametrize("opens", [False, True], ids=["closed", "open"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    begins=st.sampled_from([[], ["1"], ["1", "1"], ["1", "5", "1", "2"], ["9"], ["2", "wait"]]),
    acts=st.lists(ACTS, max_size=14),
    faults=st.lists(FAULTS, max_size=3),
    pickups=st.tuples(PICKUPS, PICKUPS, PICKUPS),
    asked=st.booleans(),
    withheld=st.booleans(),
)
def test_any_call_over_any_line_ends_and_is_kept(
    line: Line,
    opens: bool,
    begins: list[str],
    acts: list[str],
    faults: list[dict[str, object]],
    pickups: tuple[Pickup, Pickup, Pickup],
    asked: bool,
    withheld: bool,
) -> None:
    if opens and line.stage.now < OPEN:
        line.stage.move(OPEN)
    number = "anonymous" if withheld else f"+8525123{next(NUMBERS):04}"
    visit_id = _asked_about(line, number) if asked and not withheld else ""
    for phone, pickup in zip((DESK, *DUTY), pickups, strict=True):
        line.answers(phone, pickup)
    for fault in faults:
        line.stage.fault(str(fault["on"]), str(fault["fault"]), **_rest(fault))
    line.stage.simulator.webhooks.exchanges.clear()

    heard = line.call(number, *begins, *acts)
    line.stage.simulator.faults.clear()
    line.stage.move(line.stage.now + timedelta(minutes=6))

    assert heard.documents <= TWELVE
    statuses = {each.reply.status for each in line.stage.simulator.webhooks.exchanges}
    assert statuses == {200}
    _check_kept(line, heard, number)
    if visit_id:
        form = merged(line.stage.visit(visit_id).answers, with_late=True)
        assert form == _keyed(line, heard)


def _rest(fault: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fault.items() if name not in ("on", "fault")}


def _asked_about(line: Line, number: str) -> str:
    """A visit at this number that we have just asked about."""
    visit_id = f"V{number[1:]}"
    line.stage.upload(line.stage.row(visit_id, phone=number))
    visit, phone = line.stage.visit(visit_id), line.stage.storage.phones.get(number)
    survey = Survey(state="invited", invited_at=line.stage.now)
    line.stage.storage.commit(
        [], [replace(visit, survey=survey), replace(phone, current=visit.key)]
    )
    return visit_id


def _check_kept(line: Line, heard: CallResult, number: str) -> None:
    """One record of the call; one case if there was a recording or danger, else none."""
    call = line.stage.storage.calls.get(heard.sid)
    assert call is not None
    missed = [row for row in line.listed("missed_call") if row.values["call"] == heard.sid]
    assert call.served or missed, "who got nothing is on the call list"
    expected = 1 if heard.recordings or _pressed_danger(line, heard) else 0
    cases = [case for case in _cases(line, number) if case.call == heard.sid]
    assert len(cases) == expected
    if heard.recordings:
        recordings = {f"recordings/{sid}.wav" for sid in heard.recordings}
        assert cases[0].recording in recordings
        kept = {each.sid for each in line.stage.storage.calls.recordings(heard.sid)}
        assert kept == set(heard.recordings)


def _pressed_danger(line: Line, heard: CallResult) -> bool:
    told = [parse_qs(each.body.decode()) for each in line.stage.simulator.webhooks.exchanges]
    return any(p["CallSid"] == [heard.sid] and p.get("Digits") == ["9"] for p in told)


def _cases(line: Line, number: str) -> list[Case]:
    return line.cases() if number == "anonymous" else line.cases(number)


def _keyed(line: Line, heard: CallResult) -> dict[str, str]:
    """The grades that the keys of this call mean, by what Twilio told the service of them."""
    graded: dict[str, str] = {}
    offered, asked = "", ""
    seen: set[str] = set()
    for exchange in line.stage.simulator.webhooks.exchanges:
        found = re.search(r"/voice/(\w+)/\d+$", urldefrag(exchange.url).url)
        params = parse_qs(exchange.body.decode())
        if not found or exchange.url in seen or params["CallSid"] != [heard.sid]:
            continue
        seen.add(exchange.url)
        step, keys = found[1], params.get("Digits", [""])[0]
        if step in ITEMS:
            asked, offered = step, ""
            if keys in ("1", "2", "3"):
                graded[step] = " ABC"[int(keys)]
            offered = {"4": "D", "5": "E"}.get(keys, "")
        elif step == "check" and keys == "1" and offered:
            graded[asked] = offered
    return graded
