"""The signed route refuses what Twilio did not send for us: 403, and nothing is written."""

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

import pytest

from tests.stage import ACCOUNT, PUBLIC, Stage
from tests.web.signing import SMS, deliver, incoming, post, sid, signature

NUMBER = "+85251230001"
TEXT = incoming(NUMBER, "ABA")
BODY = urlencode(TEXT).encode()
SIGNED = signature(PUBLIC + SMS, TEXT.items())
NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def refused(stage: Stage, body: bytes, signed: str | None, path: str = SMS) -> None:
    before = stage.everything()
    answered = post(stage, path, body, signed)
    assert (answered.status, answered.body) == (403, b"")
    assert stage.everything() == before


def test_what_twilio_signed_is_taken(stage: Stage) -> None:
    answered = post(stage, SMS, BODY, SIGNED)
    assert answered.status == 200
    assert answered.headers["Content-Type"] == "text/xml"
    assert len(stage.storage.inbound.of_number(NUMBER)) == 1


FORGED: Mapping[str, str | None] = {
    "missing": None,
    "empty": "",
    "of another secret": signature(PUBLIC + SMS, TEXT.items(), "another"),
    "of another address": signature("http://127.0.0.1" + SMS, TEXT.items()),
    "of the address without its stage": signature("https://huifang.example" + SMS, TEXT.items()),
    "of another text": signature(PUBLIC + SMS, incoming(NUMBER, "EEE").items()),
    "of the parameters without blanks": signature(
        PUBLIC + SMS, [pair for pair in TEXT.items() if pair[1]]
    ),
    "cut": SIGNED[:-1],
    "in other letters": SIGNED.swapcase(),
    "no ASCII": "\u00e9" * 28,
    "very long": SIGNED * 1000,
}


@pytest.mark.parametrize("signed", FORGED.values(), ids=FORGED)
def test_a_signature_that_is_not_twilios_is_refused(stage: Stage, signed: str | None) -> None:
    refused(stage, BODY, signed)


@pytest.mark.parametrize(
    "altered",
    [
        BODY.replace(b"Body=ABA", b"Body=AAA"),
        BODY.replace(quote(NUMBER).encode(), quote("+85251230002").encode()),
        BODY + b"&Body=AAA",
        BODY + b"&OptOutType=STOP",
        BODY.replace(b"ToState=&", b""),
        b"",
    ],
    ids=["words", "sender", "second body", "one more field", "blank left out", "nothing"],
)
def test_an_altered_request_is_refused(stage: Stage, altered: bytes) -> None:
    refused(stage, altered, SIGNED)


def resigned(change: Callable[[dict[str, str]], object]) -> list[tuple[str, str]]:
    params = dict(TEXT)
    change(params)
    return list(params.items())


MEANT_FOR_OTHERS = {
    "another account": resigned(lambda p: p.update(AccountSid="AC" + "f" * 32)),
    "no account": resigned(lambda p: p.pop("AccountSid")),
    "another number": resigned(lambda p: p.update(To="+862158380000")),
    "no number": resigned(lambda p: p.pop("To")),
    "no sender": resigned(lambda p: p.update(From="")),
    "a sender that is a sentence": resigned(lambda p: p.update(From="+852 5123 0001")),
    "no id": resigned(lambda p: p.pop("MessageSid")),
    "an id of another kind": resigned(lambda p: p.update(MessageSid="CA" + "0" * 32)),
    "an id with more behind": resigned(lambda p: p.update(MessageSid=sid(1) + "#x")),
    "no body": resigned(lambda p: p.pop("Body")),
    "two bodies": [*TEXT.items(), ("Body", "AAA")],
    "two accounts": [("AccountSid", "AC" + "f" * 32), *TEXT.items()],
    "two senders": [("From", "+85251230002"), *TEXT.items()],
    "fields merged": [*resigned(lambda p: p.pop("From")), ("Fro", "m" + NUMBER)],
}
"""Signed with our secret, but not what Twilio sends to our number."""


@pytest.mark.parametrize("pairs", MEANT_FOR_OTHERS.values(), ids=MEANT_FOR_OTHERS)
def test_a_signed_request_that_is_not_a_text_to_us_is_refused(
    stage: Stage, pairs: list[tuple[str, str]]
) -> None:
    refused(stage, urlencode(pairs).encode(), signature(PUBLIC + SMS, pairs))


def test_an_unknown_parameter_is_stored_and_never_used(stage: Stage) -> None:
    params = incoming(NUMBER, "hello", NewInTheAutumn="1", ChannelMetadata="{}")
    assert deliver(stage, params).status == 200
    (kept,) = stage.storage.inbound.of_number(NUMBER)
    assert dict(kept.parameters) == params


def test_a_value_given_twice_for_a_field_we_do_not_use_is_stored_with_its_first(
    stage: Stage,
) -> None:
    pairs = [*incoming(NUMBER, "hello").items(), ("MediaUrl", "b"), ("MediaUrl", "a")]
    assert deliver(stage, pairs).status == 200
    (kept,) = stage.storage.inbound.of_number(NUMBER)
    assert kept.parameters["MediaUrl"] == "b"


@pytest.mark.parametrize("body", [b"Body=\xff\xfe&From=%2B1", b"%", b"\x00", b"=&=&", b"&" * 5000])
def test_bytes_that_are_no_form_are_refused(stage: Stage, body: bytes) -> None:
    refused(stage, body, SIGNED)


def test_a_status_is_refused_in_the_same_way(stage: Stage) -> None:
    stage.upload(stage.row("V-1"))
    path = "/twilio/status/U1~2026-06~V-1"
    params = {"AccountSid": ACCOUNT.sid, "MessageSid": sid(1), "MessageStatus": "delivered"}
    body = urlencode(params).encode()
    refused(stage, body, None, path)
    refused(stage, body, signature(PUBLIC + path, params.items(), "another"), path)
    refused(stage, body, signature(PUBLIC + SMS, params.items()), path)
    other = {**params, "AccountSid": "AC" + "f" * 32}
    refused(stage, urlencode(other).encode(), signature(PUBLIC + path, other.items()), path)


@pytest.mark.parametrize(
    "text_id", ["nobody", "U1~2026-06~V-404", "U9~2026-06~V-1", "SM1~1", "~~", "a~b~c~d"]
)
def test_a_status_of_nothing_we_know_is_answered_and_writes_nothing(
    stage: Stage, text_id: str
) -> None:
    stage.upload(stage.row("V-1"))
    before = stage.everything()
    params = {"AccountSid": ACCOUNT.sid, "MessageSid": sid(1), "MessageStatus": "failed"}
    answered = deliver(stage, params, f"/twilio/status/{text_id}")
    assert (answered.status, answered.body) == (200, NOTHING)
    assert stage.everything() == before
