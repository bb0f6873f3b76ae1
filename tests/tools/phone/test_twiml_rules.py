"""What Twilio refuses in a voice document, with its code, and what it takes."""

import pytest
from twilio.twiml.voice_response import (  # type: ignore[import-untyped] # has none
    Dial,
    Gather,
    Say,
    VoiceResponse,
)

from tools.phone.twiml_document import MAX_BYTES, TwimlError, parse_response, read_response
from tools.phone.twiml_rules import check_voice, is_url
from tools.phone.webhooks import Reply

RECORD = '<Record action="/r"'
GATHER = '<Gather action="/g"'


def check(inner: str) -> None:
    check_voice(parse_response(f"<Response>{inner}</Response>".encode()))


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        pytest.param("<Shout>x</Shout>", 12200, id="unknown verb"),
        pytest.param("<say>x</say>", 12200, id="verb in lower case"),
        pytest.param("<Message>x</Message>", 12200, id="verb of texts"),
        pytest.param("<Enqueue>x</Enqueue>", 12200, id="verb not simulated"),
        pytest.param("<Number>+8613800000001</Number>", 12200, id="noun without its verb"),
        pytest.param("hello", 12200, id="text outside a verb"),
        pytest.param("<Say>x</Say> hello", 12200, id="text between verbs"),
        pytest.param('<Say colour="red">x</Say>', 12200, id="unknown attribute"),
        pytest.param('<Say Voice="woman">x</Say>', 12200, id="attribute in another case"),
        pytest.param("<Say></Say>", 13520, id="say nothing"),
        pytest.param("<Say> </Say>", 13520, id="say blanks"),
        pytest.param('<Say voice="Ting-Ting">x</Say>', 13511, id="unknown voice"),
        pytest.param('<Say language="Chinese">x</Say>', 13512, id="unknown language"),
        pytest.param('<Say loop="-1">x</Say>', 13510, id="say loops backwards"),
        pytest.param(
            '<Say voice="Polly.Joanna-Neural" language="cmn-CN">x</Say>',
            13511,
            id="English voice for Chinese",
        ),
        pytest.param(
            '<Say voice="Polly.Zhiyu-Neural" language="en-US">x</Say>',
            13511,
            id="Chinese voice for English",
        ),
        pytest.param(f"<Say>{'x' * 4097}</Say>", 13521, id="too long"),
        pytest.param(
            f'<Say voice="Polly.Zhiyu-Neural" language="cmn-CN">{"好" * 3001}</Say>',
            13521,
            id="too long for Polly",
        ),
        pytest.param("<Say>a<Pause/></Say>", 12200, id="verb in Say"),
        pytest.param("<Say>a<s>b<Hangup/></s></Say>", 12200, id="verb deep in Say"),
        pytest.param("<Play></Play>", 11100, id="play nothing"),
        pytest.param("<Play>a b.mp3</Play>", 11100, id="play what is no URL"),
        pytest.param('<Play digits="1">/a.mp3</Play>', 11100, id="play file and keys"),
        pytest.param('<Play digits="x"/>', 13430, id="play letters as keys"),
        pytest.param('<Play loop="often">/a.mp3</Play>', 13410, id="play loops by word"),
        pytest.param('<Pause length="0"/>', 13910, id="pause of nothing"),
        pytest.param('<Pause length="1.5"/>', 13910, id="pause of a half"),
        pytest.param("<Pause>x</Pause>", 12200, id="text in Pause"),
        pytest.param("<Gather/>", 12200, id="gather without action loops"),
        pytest.param(f'{GATHER} timeout="0"/>', 13313, id="gather without patience"),
        pytest.param(f'{GATHER} numDigits="0"/>', 13314, id="gather no keys"),
        pytest.param(f'{GATHER} finishOnKey="12"/>', 13310, id="gather ends on two keys"),
        pytest.param(f'{GATHER} finishOnKey="A"/>', 13310, id="gather ends on a letter"),
        pytest.param(f'{GATHER} method="PUT"/>', 13312, id="gather by PUT"),
        pytest.param(f'{GATHER} input="voice"/>', 13326, id="gather what"),
        pytest.param(f'{GATHER} input=""/>', 13326, id="gather nothing"),
        pytest.param(f'{GATHER} bargeIn="yes"/>', 13332, id="barge in by yes"),
        pytest.param(f'{GATHER} actionOnEmptyResult="1"/>', 13338, id="empty by 1"),
        pytest.param('<Gather action="ftp://x/y"/>', 11100, id="action over FTP"),
        pytest.param('<Gather action="https://a_b.example/y"/>', 11100, id="underscore in host"),
        pytest.param('<Gather action=""/>', 11100, id="empty action"),
        pytest.param(f"{GATHER}><Record action='/r'/></Gather>", 13320, id="Record in Gather"),
        pytest.param(f"{GATHER}><Redirect>/x</Redirect></Gather>", 13320, id="Redirect in Gather"),
        pytest.param(f"{GATHER}><Gather action='/g'/></Gather>", 13320, id="Gather in Gather"),
        pytest.param(f"{GATHER}>press one</Gather>", 12200, id="text in Gather"),
        pytest.param(f"{GATHER}><Say/></Gather>", 13520, id="say nothing in Gather"),
        pytest.param("<Record/>", 12200, id="record without action loops"),
        pytest.param(f"{RECORD}><Say>x</Say></Record>", 12200, id="Say in Record"),
        pytest.param(f'{RECORD} maxLength="1"/>', 13612, id="record one second"),
        pytest.param(f'{RECORD} maxLength="14401"/>', 13612, id="record for ever"),
        pytest.param(f'{RECORD} timeout="-1"/>', 13611, id="record timeout below zero"),
        pytest.param(f'{RECORD} finishOnKey="any"/>', 13613, id="record ends on a word"),
        pytest.param(f'{RECORD} playBeep="yes"/>', 13616, id="beep by yes"),
        pytest.param(f'{RECORD} method="get"/>', 13610, id="record by get"),
        pytest.param(f'{RECORD} transcribe="zh"/>', 13614, id="transcribe Chinese"),
        pytest.param(f'{RECORD} trim="some"/>', 12200, id="trim some"),
        pytest.param(
            f'{RECORD} recordingStatusCallbackEvent="done"/>', 12200, id="unknown recording event"
        ),
        pytest.param(
            f'{RECORD} recordingStatusCallback="mailto:a@b.example"/>',
            13256,
            id="recording told by mail",
        ),
        pytest.param("<Dial/>", 13215, id="dial nobody"),
        pytest.param("<Dial>+8613800000001<Number>+1</Number></Dial>", 13215, id="dial both ways"),
        pytest.param("<Dial><Say>x</Say></Dial>", 13215, id="Say in Dial"),
        pytest.param(f"<Dial>{'<Number>+1</Number>' * 11}</Dial>", 13215, id="eleven numbers"),
        pytest.param("<Dial><Number/></Dial>", 13223, id="no number in Number"),
        pytest.param('<Dial timeout="0">+1</Dial>', 13212, id="dial without patience"),
        pytest.param('<Dial timeLimit="soon">+1</Dial>', 13216, id="time limit by word"),
        pytest.param('<Dial hangupOnStar="1">+1</Dial>', 13213, id="star by 1"),
        pytest.param('<Dial method="PUT">+1</Dial>', 13210, id="dial by PUT"),
        pytest.param('<Dial record="always">+1</Dial>', 13217, id="record always"),
        pytest.param('<Dial sequential="1">+1</Dial>', 13218, id="sequential by 1"),
        pytest.param('<Dial answerOnBridge="1">+1</Dial>', 13219, id="bridge by 1"),
        pytest.param('<Dial><Number method="x">+1</Number></Dial>', 13221, id="number by x"),
        pytest.param('<Dial><Number sendDigits="x">+1</Number></Dial>', 13222, id="keys by x"),
        pytest.param('<Dial><Number url="a b">+1</Number></Dial>', 11100, id="number asks a b"),
        pytest.param(
            '<Dial><Number statusCallbackEvent="over">+1</Number></Dial>', 12200, id="event over"
        ),
        pytest.param("<Redirect/>", 11100, id="redirect nowhere"),
        pytest.param("<Redirect>tel:+1</Redirect>", 11100, id="redirect to a telephone"),
        pytest.param('<Redirect method="x">/x</Redirect>', 13710, id="redirect by x"),
        pytest.param("<Hangup>now</Hangup>", 12200, id="text in Hangup"),
        pytest.param('<Hangup reason="x"/>', 12200, id="reason of a Hangup"),
        pytest.param('<Reject reason="asleep"/>', 12200, id="reject asleep"),
    ],
)
def test_what_twilio_would_complain_of_is_refused_with_its_code(inner: str, code: int) -> None:
    with pytest.raises(TwimlError) as refused:
        check(inner)
    assert refused.value.code == code
    assert str(refused.value).startswith(str(code))


def test_what_twilios_own_classes_make_is_taken() -> None:
    response = VoiceResponse()
    gather = Gather(
        action="https://x.example/prod/twilio/voice/menu/1#rc=5&rp=all",
        num_digits=1,
        timeout=6,
        finish_on_key="",
        action_on_empty_result=True,
        input="dtmf",
    )
    say = Say(voice="Polly.Zhiyu-Neural", language="cmn-CN")
    say.p("您好。")
    say.say_as("123", interpret_as="digits")
    say.break_(strength="weak", time="300ms")
    gather.append(say)
    gather.pause(length=2)
    gather.play("https://x.example/a.mp3", loop=2)
    response.append(gather)
    response.say("Goodbye.", voice="Polly.Joanna-Neural", language="en-US")
    dial = Dial(action="/dialled", timeout=20, caller_id="+14155550199", answer_on_bridge=True)
    dial.number("+8613800000001", url="/ask", status_callback_event="ringing answered")
    response.append(dial)
    response.record(
        action="recorded",
        max_length=180,
        finish_on_key="#",
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback="/twilio/recording",
        recording_status_callback_event="completed absent",
    )
    response.redirect("../again?x=1&y=2", method="POST")
    response.reject(reason="busy")
    response.hangup()
    check_voice(parse_response(str(response).encode()))


def test_empty_response_is_taken() -> None:
    check("")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        pytest.param(Reply(200, "text/xml", b"<Response>"), 12100, id="not closed"),
        pytest.param(Reply(200, "text/xml", b""), 12100, id="empty"),
        pytest.param(Reply(200, "text/xml", b"<response/>"), 12100, id="other root"),
        pytest.param(Reply(200, "text/xml", b"<Response>\xff</Response>"), 12100, id="no UTF-8"),
        pytest.param(Reply(200, "text/xml", b"<Response>&nbsp;</Response>"), 12100, id="entity"),
        pytest.param(Reply(200, "text/html", b"<Response/>"), 12300, id="HTML"),
        pytest.param(Reply(200, "", b"<Response/>"), 12300, id="no type"),
        pytest.param(Reply(500, "text/xml", b"<Response/>"), 11200, id="500"),
        pytest.param(Reply(403, "text/xml", b"<Response/>"), 11200, id="403"),
        pytest.param(Reply(302, "text/xml", b"<Response/>"), 11200, id="redirected by HTTP"),
        pytest.param(Reply(None, failure="rt"), 11200, id="no answer"),
        pytest.param(Reply(None, failure="ct"), 11205, id="no connection"),
        pytest.param(
            Reply(200, "text/xml", b"<Response>" + b" " * MAX_BYTES + b"</Response>"),
            11750,
            id="more than 64 kB",
        ),
    ],
)
def test_answer_that_is_no_document_is_refused(reply: Reply, code: int) -> None:
    with pytest.raises(TwimlError) as refused:
        read_response(reply)
    assert refused.value.code == code


def test_document_of_64_kilobytes_is_taken() -> None:
    frame = len(b"<Response></Response>")
    body = b"<Response>" + b" " * (MAX_BYTES - frame) + b"</Response>"
    assert read_response(Reply(200, "text/xml; charset=utf-8", body)).tag == "Response"


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        ("https://x.example/a?b=c#rc=2", True),
        ("/a", True),
        ("a", True),
        ("?a", True),
        ("//x.example/a", True),
        ("https:///a", False),
        ("https://[", False),
        ("javascript:alert(1)", False),
        ("a b", False),
        ("", False),
    ],
)
def test_url_is_absolute_over_http_or_relative(url: str, holds: bool) -> None:
    assert is_url(url) is holds
