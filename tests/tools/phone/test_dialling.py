"""Dial: other phones ring, answer or not, are asked first, and what the caller goes on to."""

import pytest

from tests.tools.phone.fake_service import ACCOUNT, HANDSET, START, FakeService
from tools.phone.answering import Pickup
from tools.phone.faults import Fault
from tools.phone.script import read_script
from tools.phone.simulator import Simulator

DESK = "+862158386601"
SECOND = "+862158386602"
THIRD = "+862158386603"


def dial(service: FakeService, attributes: str = "", nouns: str = "", after: str = "") -> None:
    nouns = nouns or f"<Number>{DESK}</Number>"
    service.voice(f'<Dial action="/prod/dialled" {attributes}>{nouns}</Dial>{after}')
    service.voice("<Say>goodbye</Say>", "/dialled")


def picks_up(after: int, *script: str) -> Pickup:
    return Pickup("answered", after, read_script(script))


@pytest.mark.parametrize(
    ("pickup", "status", "bridged", "seconds"),
    [
        pytest.param(None, "no-answer", "false", 20, id="nobody there"),
        pytest.param(Pickup("no-answer"), "no-answer", "false", 20, id="does not pick up"),
        pytest.param(Pickup("busy"), "busy", "false", 1, id="busy"),
        pytest.param(Pickup("failed"), "failed", "false", 0, id="no such number"),
        pytest.param(picks_up(21, "speak:5"), "no-answer", "false", 20, id="picks up too late"),
        pytest.param(picks_up(20, "speak:5"), "completed", "true", 25, id="in the last second"),
        pytest.param(picks_up(4, "speak:40"), "completed", "true", 44, id="talks and hangs up"),
        pytest.param(
            picks_up(4, "speak:5", "wait:2", "speak:5"),
            "completed",
            "true",
            16,
            id="pauses in the talk",
        ),
        pytest.param(picks_up(4, "9", "speak:5"), "completed", "true", 9, id="presses in vain"),
        pytest.param(picks_up(4), "completed", "true", 4, id="hangs up at once"),
        pytest.param(Pickup(), "completed", "true", 33, id="as people do"),
    ],
)
def test_desk_answers_or_not_and_the_action_is_told(
    simulator: Simulator,
    service: FakeService,
    pickup: Pickup | None,
    status: str,
    bridged: str,
    seconds: int,
) -> None:
    dial(service, 'timeout="20"')
    simulator.answer(DESK, *([pickup] if pickup else []))
    result = simulator.call(HANDSET, ["wait"])
    (told,) = service.heard("/dialled")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, bridged)
    assert told["CallStatus"] == "in-progress"
    assert ("DialCallDuration" in told) is (status == "completed")
    (leg,) = result.dialled
    assert (leg.number, leg.sid, leg.status) == (DESK, told["DialCallSid"], status)
    assert result.seconds == pytest.approx(seconds + 0.4)
    assert (result.said, result.ended) == ("goodbye", "document ended")
    assert (result.unused, result.errors) == ([], [])


def test_leg_of_the_desk_is_a_call_of_its_own(simulator: Simulator, service: FakeService) -> None:
    dial(service)
    simulator.answer(DESK, picks_up(4, "speak:40"))
    parent = simulator.call(HANDSET, ["wait"])
    (leg,) = simulator.calls_of(DESK)
    call = simulator.calls.find(leg.sid)
    assert call is not None
    assert (call.direction, call.parent_sid, call.seconds) == ("outbound-dial", parent.sid, 40)
    assert (leg.caller, leg.called, leg.ended) == (HANDSET, DESK, "caller hung up")
    assert simulator.calls_of(HANDSET) == [parent]


def test_phone_takes_each_call_as_it_was_told_and_stays_with_the_last(
    simulator: Simulator, service: FakeService
) -> None:
    dial(service)
    simulator.answer(DESK, Pickup("busy"), picks_up(1, "speak:1"), Pickup("no-answer"))
    for _ in range(4):
        simulator.call(HANDSET, ["wait"])
    told = [each["DialCallStatus"] for each in service.heard("/dialled")]
    assert told == ["busy", "completed", "no-answer", "no-answer"]


@pytest.mark.parametrize(
    ("script", "status", "bridged", "duration", "caller_left"),
    [
        pytest.param(["hangup"], "no-answer", "false", None, True, id="at once"),
        pytest.param([], "no-answer", "false", None, True, id="script is over"),
        pytest.param(["wait:3", "hangup"], "no-answer", "false", None, True, id="while it rings"),
        pytest.param(["wait:9", "hangup"], "completed", "true", "5", True, id="in the talk"),
        pytest.param(["speak:7"], "completed", "true", "7", True, id="after what he had to say"),
        pytest.param(["speak:99"], "completed", "true", "30", False, id="the desk was first"),
        pytest.param(["wait:2", "wait"], "completed", "true", "30", False, id="waits"),
    ],
)
def test_caller_hangs_up_while_it_rings_or_in_the_talk(
    simulator: Simulator,
    service: FakeService,
    script: list[str],
    status: str,
    bridged: str,
    duration: str | None,
    caller_left: bool,
) -> None:
    dial(service)
    simulator.answer(DESK, picks_up(4, "speak:30"))
    result = simulator.call(HANDSET, script)
    (told,) = service.heard("/dialled")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, bridged)
    assert told.get("DialCallDuration") == duration
    assert told["CallStatus"] == ("completed" if caller_left else "in-progress")
    assert result.said == ("" if caller_left else "goodbye")
    assert result.ended == ("caller hung up" if caller_left else "document ended")
    assert result.unused == []


def test_keys_and_speech_wait_for_their_prompt_while_nobody_answers(
    simulator: Simulator, service: FakeService
) -> None:
    dial(service)
    service.voice('<Gather action="/prod/menu" numDigits="1"/>', "/dialled")
    service.voice('<Record action="/prod/kept"/>', "/menu")
    simulator.answer(DESK, Pickup("busy"))
    simulator.call(HANDSET, ["wait", "1", "speak:8", "hangup"])
    simulator.call(HANDSET, ["1", "speak:8", "hangup"])
    assert [each["Digits"] for each in service.heard("/menu")] == ["1", "1"]
    assert [each["RecordingDuration"] for each in service.heard("/kept")] == ["8", "8"]


def test_two_who_both_wait_are_parted_by_the_time_limit(
    simulator: Simulator, service: FakeService
) -> None:
    dial(service, 'timeLimit="600"')
    simulator.answer(DESK, picks_up(4, "wait"))
    simulator.call(HANDSET, ["wait"])
    assert service.heard("/dialled")[0]["DialCallDuration"] == "600"


def test_star_parts_them_where_dial_says_so(simulator: Simulator, service: FakeService) -> None:
    simulator.answer(DESK, picks_up(4, "wait"))
    dial(service, 'hangupOnStar="true"')
    result = simulator.call(HANDSET, ["wait:14", "*"])
    assert service.heard("/dialled")[0]["DialCallDuration"] == "10"
    assert (result.said, result.unused) == ("goodbye", [])
    dial(service)
    assert simulator.call(HANDSET, ["*"]).unused == ["*"]


def test_without_action_the_next_verb_follows_and_after_a_hang_up_nothing(
    simulator: Simulator, service: FakeService
) -> None:
    service.voice(f"<Dial>{DESK}</Dial><Say>next</Say>")
    assert simulator.call(HANDSET, ["wait"]).said == "next"
    assert simulator.call(HANDSET, ["hangup"]).said == ""
    assert set(service.paths()) == {"/twilio/voice"}


def test_all_numbers_ring_at_once_and_the_first_to_answer_has_the_call(
    simulator: Simulator, service: FakeService
) -> None:
    nouns = "".join(f"<Number>{each}</Number>" for each in (DESK, SECOND, THIRD))
    dial(service, nouns=nouns)
    simulator.answer(DESK, picks_up(9, "speak:5"))
    simulator.answer(SECOND, picks_up(2, "speak:5"))
    result = simulator.call(HANDSET, ["wait"])
    ends = {each.number: each.status for each in result.dialled}
    assert ends == {DESK: "canceled", SECOND: "completed", THIRD: "canceled"}
    assert service.heard("/dialled")[0]["DialCallDuration"] == "5"
    assert result.seconds == pytest.approx(7.4)


def test_numbers_ring_in_turn_where_dial_says_so(
    simulator: Simulator, service: FakeService
) -> None:
    nouns = "".join(f"<Number>{each}</Number>" for each in (DESK, SECOND, THIRD))
    dial(service, 'sequential="true" timeout="10"', nouns)
    simulator.answer(SECOND, picks_up(2, "speak:5"))
    result = simulator.call(HANDSET, ["wait"])
    assert [(each.number, each.status) for each in result.dialled] == [
        (DESK, "no-answer"),
        (SECOND, "completed"),
    ]
    assert result.seconds == pytest.approx(17.4)
    left = simulator.call(HANDSET, ["wait:11", "hangup"])
    assert [each.status for each in left.dialled] == ["no-answer", "no-answer"]
    assert left.seconds == 11


@pytest.mark.parametrize(
    ("script", "bridged", "ended"),
    [
        pytest.param(["1", "speak:20"], "true", "caller hung up", id="takes the call"),
        pytest.param(["2", "speak:20"], "false", "service hung up", id="declines"),
        pytest.param(["speak:20"], "false", "service hung up", id="an answering machine"),
        pytest.param(["hangup"], "false", "caller hung up", id="hangs up on the question"),
    ],
)
def test_one_called_is_asked_first_whether_he_takes_the_call(
    simulator: Simulator,
    service: FakeService,
    script: list[str],
    bridged: str,
    ended: str,
) -> None:
    dial(service, nouns=f'<Number url="/prod/ask">{DESK}</Number>')
    gather = '<Gather action="/prod/asked" numDigits="1"><Say>press one</Say></Gather><Hangup/>'
    service.voice(gather, "/ask")

    def asked() -> bytes:
        takes = service.heard("/asked")[-1]["Digits"] == "1"
        return b"<Response/>" if takes else b"<Response><Hangup/></Response>"

    service.documents["/asked"] = asked
    simulator.answer(DESK, picks_up(4, *script))
    parent = simulator.call(HANDSET, ["wait"])
    (leg,) = simulator.calls_of(DESK)
    whisper, told = service.heard("/ask")[0], service.heard("/dialled")[0]
    assert (whisper["CallSid"], whisper["ParentCallSid"]) == (leg.sid, parent.sid)
    assert (whisper["Direction"], whisper["From"], whisper["To"]) == (
        "outbound-dial",
        HANDSET,
        DESK,
    )
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", bridged)
    assert (leg.said, leg.ended) == ("press one", ended)
    assert parent.said == "goodbye"


@pytest.mark.parametrize(
    ("inner", "code"),
    [("<Dial>+8613800000001</Dial>", 13201), ('<Record action="/prod/r"/>', 12200)],
)
def test_one_called_can_not_be_dialled_on_or_recorded(
    simulator: Simulator, service: FakeService, inner: str, code: int
) -> None:
    dial(service, nouns=f'<Number url="/prod/ask">{DESK}</Number>')
    service.voice(inner, "/ask")
    simulator.answer(DESK, Pickup())
    simulator.call(HANDSET, ["wait"])
    (leg,) = simulator.calls_of(DESK)
    assert [each.code for each in leg.errors] == [code]
    assert leg.ended == "application error"


def test_caller_who_leaves_while_the_other_is_asked_is_gone(
    simulator: Simulator, service: FakeService
) -> None:
    dial(service, nouns=f'<Number url="/prod/ask">{DESK}</Number>')
    service.voice('<Pause length="20"/>', "/ask")
    simulator.answer(DESK, picks_up(4, "wait"))
    result = simulator.call(HANDSET, ["wait:9", "hangup"])
    assert result.ended == "caller hung up"
    assert service.heard("/dialled")[0]["DialBridged"] == "false"


@pytest.mark.parametrize(
    ("caller", "caller_id", "shown"),
    [
        (HANDSET, None, HANDSET),
        (HANDSET, ACCOUNT.number, ACCOUNT.number),
        ("anonymous", ACCOUNT.number, ACCOUNT.number),
        ("sip:1001@pbx.example.com", ACCOUNT.number, ACCOUNT.number),
    ],
)
def test_number_shown_is_the_callers_or_ours(
    simulator: Simulator, service: FakeService, caller: str, caller_id: str | None, shown: str
) -> None:
    dial(service, f'callerId="{caller_id}"' if caller_id else "")
    result = simulator.call(caller, ["wait"])
    assert result.errors == []
    assert simulator.calls_of(DESK)[0].caller == shown


@pytest.mark.parametrize(
    ("caller", "attributes", "number", "code"),
    [
        pytest.param("anonymous", "", DESK, 13214, id="nobody's number"),
        pytest.param("+266696687", "", DESK, 13214, id="nobody's number that looks like one"),
        pytest.param("sip:1001@pbx.example.com", "", DESK, 13214, id="a SIP address"),
        pytest.param(HANDSET, 'callerId="+14155550111"', DESK, 13214, id="a stranger's number"),
        pytest.param(HANDSET, 'callerId="Hotline"', DESK, 13214, id="a name"),
        pytest.param(HANDSET, "", "110", 13223, id="a short number"),
        pytest.param(HANDSET, "", "86 21 5838", 13223, id="no country"),
    ],
)
def test_dialling_twilio_would_not_do_ends_the_call(
    simulator: Simulator,
    service: FakeService,
    caller: str,
    attributes: str,
    number: str,
    code: int,
) -> None:
    dial(service, attributes, f"<Number>{number}</Number>")
    result = simulator.call(caller, ["wait"])
    assert [each.code for each in result.errors] == [code]
    assert result.ended == "application error"
    assert simulator.calls_of(DESK) == []


def test_progress_of_the_other_leg_is_told_in_numbered_callbacks(
    simulator: Simulator, service: FakeService
) -> None:
    nouns = (
        '<Number statusCallback="/prod/progress"'
        f' statusCallbackEvent="initiated ringing answered completed">{DESK}</Number>'
    )
    dial(service, nouns=nouns)
    simulator.answer(DESK, picks_up(4, "speak:70"), Pickup("busy"))
    for _ in range(2):
        simulator.call(HANDSET, ["wait"])
    told = service.heard("/progress")
    assert [each["CallStatus"] for each in told] == [
        *["initiated", "ringing", "in-progress", "completed"],
        *["initiated", "ringing", "busy"],
    ]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3", "0", "1", "2"]
    assert (told[3]["CallDuration"], told[3]["Duration"]) == ("70", "2")
    assert told[6]["CallDuration"] == "0"
    assert all("ParentCallSid" in each for each in told)


def test_progress_can_come_in_another_order(simulator: Simulator, service: FakeService) -> None:
    nouns = (
        '<Number statusCallback="/prod/progress" statusCallbackEvent="answered completed">'
        f"{DESK}</Number>"
    )
    dial(service, nouns=nouns)
    simulator.answer(DESK, Pickup())
    simulator.faults.put(Fault("call_status", "out_of_order"))
    simulator.call(HANDSET, ["wait"])
    told = [each["CallStatus"] for each in service.heard("/progress")]
    assert told == ["completed", "in-progress"]


def test_talk_is_recorded_where_dial_says_so(simulator: Simulator, service: FakeService) -> None:
    dial(service, 'record="record-from-answer-dual" recordingStatusCallback="/prod/told"')
    simulator.answer(DESK, picks_up(4, "speak:40"), Pickup("busy"))
    result = simulator.call(HANDSET, ["wait"])
    (dialled,), (told,) = service.heard("/dialled"), service.heard("/told")
    assert dialled["RecordingSid"] == told["RecordingSid"] == result.recordings[0]
    assert (told["RecordingSource"], told["RecordingChannels"]) == ("DialVerb", "2")
    assert (told["RecordingDuration"], told["CallSid"]) == ("40", result.sid)
    assert simulator.call(HANDSET, ["wait"]).recordings == []
    assert simulator.clock.now() == START
