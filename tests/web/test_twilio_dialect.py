"""Twilio's dialect: whose requests we believe, and what we answer."""

import json
import os
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chalicelib.web import twilio_dialect as twilio
from chalicelib.web.twilio_dialect import Account, UnsignedError

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
ACCOUNT = Account("AC" + "0" * 32, "+862158386666", TOKEN)
SID = "SM" + "0a" * 16


def form_of(*pairs: tuple[str, str]) -> twilio.Parameters:
    return twilio.parameters(urlencode(pairs).encode())


VECTOR = form_of(
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
)


def payloads() -> dict[str, object]:
    path = SHARED / "twilio_payloads.json"
    if not path.exists():
        pytest.skip(f"Twilio's example payloads are not at {path}")
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_the_published_vector_is_believed() -> None:
    assert twilio.is_signed(URL, VECTOR, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", TOKEN)


def test_every_value_of_a_repeated_name_is_part_of_the_signature() -> None:
    form = twilio.parameters(b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234")
    assert twilio.is_signed(URL, form, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", TOKEN)


def test_every_example_payload_is_believed_with_its_blanks_and_by_nobody_else() -> None:
    found = payloads()
    token = str(found["auth_token"])
    examples = found["examples"]
    assert isinstance(examples, dict)
    for name, example in examples.items():
        form = form_of(*example["params"].items())
        assert twilio.is_signed(example["url"], form, example["signature"], token), name
        assert not twilio.is_signed(example["url"], form, example["signature"], "other"), name
        assert not twilio.is_signed(example["url"] + "/", form, example["signature"], token), name


def test_a_dropped_blank_breaks_the_signature_of_the_payloads_that_have_one() -> None:
    found = payloads()
    examples = found["examples"]
    assert isinstance(examples, dict)
    with_blanks = [e for e in examples.values() if "" in e["params"].values()]
    assert len(with_blanks) >= 10
    for example in with_blanks:
        kept = form_of(*((k, v) for k, v in example["params"].items() if v))
        signature = example["signature"]
        assert not twilio.is_signed(example["url"], kept, signature, str(found["auth_token"]))


@pytest.mark.parametrize("signature", [None, "", "x", "ü" * 28, "\ud800"])
def test_no_signature_or_a_strange_one_is_refused_without_an_error(signature: str | None) -> None:
    assert not twilio.is_signed(URL, VECTOR, signature, TOKEN)


def signed(*pairs: tuple[str, str]) -> tuple[bytes, str]:
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

    body = urlencode(pairs).encode()
    form = twilio.parameters(body)
    return body, RequestValidator(TOKEN).compute_signature(URL, form)


TEXT = (
    ("AccountSid", ACCOUNT.sid),
    ("MessageSid", SID),
    ("From", "+85251234567"),
    ("To", ACCOUNT.number),
    ("Body", " Ａ，Ｂ，Ａ "),
    ("FromCity", ""),
)


def replaced(name: str, value: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, value if key == name else old) for key, old in TEXT)


def test_a_signed_text_is_taken_as_it_was_written() -> None:
    body, signature = signed(*TEXT)
    text = twilio.incoming_text(twilio.verified(URL, body, signature, ACCOUNT), ACCOUNT)
    assert (text.number, text.message_id, text.body) == ("+85251234567", SID, " Ａ，Ｂ，Ａ ")
    assert text.parameters["FromCity"] == ""
    assert not text.silent


def test_a_text_that_the_provider_has_answered_is_silent() -> None:
    body, signature = signed(*TEXT, ("OptOutType", "STOP"))
    form = twilio.verified(URL, body, signature, ACCOUNT)
    assert twilio.incoming_text(form, ACCOUNT).silent


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(replaced("AccountSid", "AC" + "1" * 32), id="another-account"),
        pytest.param(replaced("To", "+15005550006"), id="another-number"),
        pytest.param(replaced("MessageSid", "SM123"), id="no-sid"),
        pytest.param(replaced("MessageSid", SID + "Body"), id="merged-fields"),
        pytest.param(replaced("From", "+8525123\n4567"), id="control-in-sender"),
        pytest.param(replaced("From", ""), id="no-sender"),
        pytest.param((*TEXT, ("Body", "AAA")), id="two-bodies"),
        pytest.param((*TEXT, ("AccountSid", ACCOUNT.sid)), id="two-accounts"),
        pytest.param(tuple(p for p in TEXT if p[0] != "Body"), id="no-body"),
    ],
)
def test_a_signed_request_of_another_shape_is_refused(pairs: tuple[tuple[str, str], ...]) -> None:
    body, signature = signed(*pairs)
    with pytest.raises(UnsignedError):
        twilio.incoming_text(twilio.verified(URL, body, signature, ACCOUNT), ACCOUNT)


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert "\ufffd" in twilio.parameters(b"Body=\xff%FFAAA")["Body"]


def test_nothing_to_say_is_an_empty_response() -> None:
    assert twilio.answer("") == '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def test_words_are_escaped() -> None:
    assert "<Message>a &lt;b&gt; &amp; c</Message>" in twilio.answer("a <b> & c")


def test_a_status_of_another_vocabulary_is_kept_and_ranks_lowest() -> None:
    status = twilio.delivery_status(form_of(("MessageSid", SID), ("MessageStatus", "new")))
    assert (status.status, status.code) == ("new", 0)


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(
            (("Body", "AAA"), ("From", "+85290000000"), ("FromA", "From+85251234567")), id="sender"
        ),
        pytest.param(
            (("Body", "AAA"), ("From", "+85290000000"), ("FromFrom", "+85251234567")), id="hidden"
        ),
        pytest.param((("Body", "OptOutTypeSTOP"), ("From", "+85251234567")), id="opt-out"),
        pytest.param((("Body", f"MessageSid{SID}"), ("From", "+85251234567")), id="message-id"),
    ],
)
def test_a_request_that_may_have_been_cut_anew_decides_nothing(
    cut: tuple[tuple[str, str], ...],
) -> None:
    kept = (("AccountSid", ACCOUNT.sid), ("MessageSid", SID), ("SmsMessageSid", SID))
    body, signature = signed(*kept, ("To", ACCOUNT.number), *cut)
    form = twilio.verified(URL, body, signature, ACCOUNT)
    assert twilio.incoming_text(form, ACCOUNT).ambiguous


def test_a_plain_text_and_every_example_of_one_is_unambiguous() -> None:
    body, signature = signed(*TEXT, ("SmsMessageSid", SID), ("OptOutType", "STOP"))
    form = twilio.verified(URL, body, signature, ACCOUNT)
    assert not twilio.incoming_text(form, ACCOUNT).ambiguous
