"""Whatever a caller does, the call ends within twelve documents and nothing he told is lost."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core import ivr
from chalicelib.core.call_records import Call
from chalicelib.core.ivr_documents import Ask, Record, Ring
from chalicelib.core.ivr_turns import Heard, Known, Situation
from tests.core.hotline_caller import (
    CLOSED,
    DUTY,
    OPEN,
    PROGRESS,
    RULES,
    STRANGER,
    SURVEY,
    WITHHELD,
    Caller,
)

TWELVE = 12

ACTS = st.one_of(
    st.sampled_from(list("0123456789*#")),
    st.sampled_from(
        ["", "speak", "hangup", "answered", "taken", "busy", "267547030", "123456", "85251230001#"]
    ),
)
CALLS = st.sampled_from([STRANGER, SURVEY, WITHHELD, replace(SURVEY, language="zh")])
KNOWN = st.sampled_from([Known(), Known(cases=(PROGRESS,)), Known(found=PROGRESS), Known(wait=9)])
DUTIES = st.integers(min_value=0, max_value=6)


@settings(max_examples=600, deadline=None)
@given(
    acts=st.lists(ACTS, max_size=30),
    call=CALLS,
    known=KNOWN,
    now=st.sampled_from([OPEN, CLOSED]),
    duties=DUTIES,
)
def test_every_call_ends_within_twelve_documents_and_leaves_its_record(
    acts: list[str], call: Call, known: Known, now: datetime, duties: int
) -> None:
    rules = replace(RULES, duty_numbers=DUTY[:duties] + ("+8613900000000",) * max(0, duties - 2))
    caller = Caller(call, now=now, rules=rules, known=known).does(acts)
    silent = 0
    while not caller.is_over:
        caller.do("")
        silent += 1
        assert silent <= TWELVE
    own = [turn for turn in caller.turns if not _is_of_another_phone(turn.document.act)]
    assert caller.call.documents <= TWELVE
    assert own
    spoken = any(turn.recording for turn in caller.turns)
    assert not spoken or caller.call.case
    told = caller.call.served or any(turn.missed for turn in caller.turns)
    assert told, "a caller who got nothing is on the call list"
    assert not (caller.call.case and caller.call.served == "")


def _is_of_another_phone(act: object) -> bool:
    return isinstance(act, Ask) and act.step == "taken"


@settings(max_examples=300, deadline=None)
@given(acts=st.lists(ACTS, max_size=14), again=st.integers(min_value=0, max_value=14))
def test_a_request_decided_again_from_the_same_state_is_decided_alike(
    acts: list[str], again: int
) -> None:
    caller = Caller(SURVEY)
    for place, act in enumerate(acts):
        if caller.is_over:
            break
        if place == again and isinstance(caller.document.act, Ask):
            waits = caller.document.act
            heard = Heard(waits.step, waits.turn, keys=act[: waits.digits])
            situation = Situation(caller.call, heard, Known(), CLOSED, RULES)
            assert ivr.on_request(situation) == ivr.on_request(situation)
        caller.do(act)


@settings(max_examples=300, deadline=None)
@given(acts=st.lists(ACTS, max_size=20), call=CALLS)
def test_no_two_requests_of_a_call_have_the_same_step_and_turn(acts: list[str], call: Call) -> None:
    caller = Caller(call, now=OPEN).does(acts)
    asked = [
        (type(act).__name__, getattr(act, "step", "recorded"), getattr(act, "turn", 0))
        for act in (turn.document.act for turn in caller.turns)
        if isinstance(act, Ask | Record | Ring) and getattr(act, "step", "recorded") != "taken"
    ]
    own = [each for each in asked if each[1]]
    assert len(own) == len(set(own))
