"""Texts through the signed route: kept word for word, answered alike to every copy, never lost."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.cases import Case
from chalicelib.core.visits import merged
from chalicelib.store.storage import connect
from tests.stage import ACCOUNT, INVITED, SHARED, Stage
from tests.web.signing import SMS, deliver, incoming, sid

NUMBER = "+85251230001"
STRANGER = "+85251239999"
NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@pytest.fixture
def invited(stage: Stage) -> Stage:
    """A stage on which V-1 was invited and its customer may answer."""
    stage.upload(stage.row("V-1", phone=NUMBER))
    stage.dispatch(INVITED)
    assert len(stage.sent_to(NUMBER)) == 1
    stage.move(INVITED + timedelta(hours=1))
    return stage


def grades(stage: Stage) -> dict[str, str]:
    return dict(merged(stage.visit("V-1").answers, with_late=True))


def cases(stage: Stage, number: str) -> list[Case]:
    return stage.storage.cases.of_number(number)


def test_a_text_from_a_handset_is_a_grade_that_supervision_reads(invited: Stage) -> None:
    answer = invited.text(NUMBER, "A B A")
    assert "A B A" in answer
    shown = invited.call("GET", "/api/visits/V-1", token=invited.token("visits:read")).json
    assert shown["grades"] == {"timeliness": "A", "quality": "B", "attitude": "A"}
    assert (shown["state"], shown["channel"], shown["evidence"]) == ("answered", "sms", "direct")
    assert (shown["late"], len(shown["history"])) == (False, 1)


def test_every_copy_gets_the_bytes_of_the_first_answer(invited: Stage) -> None:
    first = deliver(invited, incoming(NUMBER, "ABA"))
    invited.move(invited.now + timedelta(minutes=5))
    deliver(invited, incoming(NUMBER, "质量C", message=2))
    after = invited.everything()
    copies = [deliver(invited, incoming(NUMBER, "ABA")) for _ in range(3)]
    assert {copy.body for copy in copies} == {first.body}
    assert invited.everything() == after
    assert grades(invited) == {"timeliness": "A", "quality": "C", "attitude": "A"}


def test_a_copy_with_other_words_is_the_same_text_and_changes_nothing(invited: Stage) -> None:
    first = deliver(invited, incoming(NUMBER, "ABA"))
    assert deliver(invited, incoming(NUMBER, "EEE")).body == first.body
    assert grades(invited) == {"timeliness": "A", "quality": "B", "attitude": "A"}


def test_blanks_and_every_parameter_are_kept(invited: Stage) -> None:
    deliver(invited, incoming(NUMBER, "  hello \r\n", ToState="", FromCity=" "))
    (kept,) = invited.storage.inbound.of_number(NUMBER)
    assert kept.body == "  hello \r\n"
    assert dict(kept.parameters) == incoming(NUMBER, "  hello \r\n", FromCity=" ")


def test_an_empty_text_is_kept_and_answered(invited: Stage) -> None:
    assert deliver(invited, incoming(NUMBER, "")).status == 200
    (kept,) = invited.storage.inbound.of_number(NUMBER)
    assert kept.body == ""
    assert grades(invited) == {}


def test_hostile_strings_are_stored_answered_and_never_a_grade(invited: Stage) -> None:
    path = SHARED / "naughty_strings.json"
    if not path.exists():
        pytest.skip(f"the hostile strings are not at {path}")
    strings = json.loads(path.read_text(encoding="utf-8"))
    assert len(strings) > 400
    for place, words in enumerate(strings):
        answered = deliver(invited, incoming(NUMBER, words, message=place))
        assert answered.status == 200, words
        assert re.search(rb"Response ?/?>$", answered.body), words
    kept = {each.message_id: each for each in invited.storage.inbound.of_number(NUMBER)}
    assert [kept[sid(place)].body for place in range(len(strings))] == strings
    assert all(dict(kept[sid(p)].parameters)["Body"] == words for p, words in enumerate(strings))
    assert invited.visit("V-1").answers == ()


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_what_the_provider_has_answered_is_kept_and_gets_no_answer(
    invited: Stage, kind: str
) -> None:
    answered = deliver(invited, incoming(NUMBER, kind, OptOutType=kind))
    assert (answered.status, answered.body) == (200, NOTHING)
    assert len(invited.storage.inbound.of_number(NUMBER)) == 1
    left = invited.storage.phones.get(NUMBER).opted_out_at is not None
    assert left == (kind == "STOP")


def test_who_opts_out_is_told_so_once_and_never_reminded(invited: Stage) -> None:
    assert invited.text(NUMBER, "退订")
    invited.dispatch(INVITED + timedelta(days=3))
    assert len(invited.sent_to(NUMBER)) == 1
    (event,) = invited.storage.inbound.opt_events(NUMBER)
    assert event.opted_out
    assert invited.visit("V-1").survey.state == "opted_out"


def break_decisions(stage: Stage) -> None:
    """Whatever is decided from now on fails half-way."""

    def broken() -> int:
        raise RuntimeError("a bug of ours")

    stage.wiring._chance = replace(stage.wiring._chance, number=broken)
    stage.wiring.__dict__.pop("texts", None)


def test_when_no_decision_can_be_made_the_text_is_kept_unread_and_kindly_answered(
    invited: Stage,
) -> None:
    break_decisions(invited)
    answered = deliver(invited, incoming(NUMBER, "ABA, thank you"))
    assert answered.status == 200
    assert b"<Message>" in answered.body
    (kept,) = invited.storage.inbound.of_number(NUMBER)
    assert (kept.body, kept.kind) == ("ABA, thank you", "unread")
    assert kept.answer.encode() == answered.body
    assert grades(invited) == {}
    (call,) = invited.storage.effects.due("call", invited.now, 10)
    assert call.cause == sid(1)


def test_a_text_kept_unread_gets_the_same_answer_when_it_comes_again(invited: Stage) -> None:
    sound = invited.wiring._chance
    break_decisions(invited)
    first = deliver(invited, incoming(NUMBER, "ABA"))
    invited.wiring._chance = sound
    invited.wiring.__dict__.pop("texts")
    assert deliver(invited, incoming(NUMBER, "ABA")).body == first.body
    assert len(invited.storage.inbound.of_number(NUMBER)) == 1


def test_without_a_database_the_text_is_not_taken_so_that_it_comes_again(invited: Stage) -> None:
    sound = invited.storage
    invited.wiring.storage = connect("gone", "http://127.0.0.1:9")
    invited.wiring.__dict__.pop("texts", None)
    texted = invited.simulator.text(NUMBER, "ABA")
    assert texted.reply is not None
    assert texted.reply.status == 500
    tries = [each for each in invited.simulator.webhooks.exchanges if each.place == "sms"]
    assert len(tries) == 6, "one and the five repeats that the address asks for"
    assert json.loads(texted.reply.body)["error"]["code"] == "failed"

    invited.wiring.storage = sound
    invited.wiring.__dict__.pop("texts")
    again = incoming(NUMBER, "ABA", MessageSid=texted.sid)
    assert deliver(invited, again).status == 200
    assert grades(invited) == {"timeliness": "A", "quality": "B", "attitude": "A"}


def test_a_repeat_after_a_lost_answer_is_the_same_text(invited: Stage) -> None:
    invited.fault("sms", "timeout", when="after")
    assert "A B A" in invited.text(NUMBER, "ABA")
    assert len(invited.visit("V-1").answers) == 1
    assert len(invited.storage.inbound.of_number(NUMBER)) == 1


@pytest.mark.parametrize("words", ["投诉 师傅乱收费", "complaint: the boiler leaks"])
def test_a_complaint_of_an_unknown_number_is_a_case_without_unit(stage: Stage, words: str) -> None:
    answer = stage.text(STRANGER, words)
    (case,) = cases(stage, STRANGER)
    assert (case.unit, case.visit_id, case.kind, case.channel) == ("", "", "unread", "sms")
    assert (case.text, case.phone, case.month) == (words, STRANGER, "2026-06")
    assert case.number in answer.replace(" ", "")
    assert [event.what for event in stage.storage.cases.events(case.number)] == ["received"]
    assert stage.storage.cases.of_month("", "2026-06") == [case]


def test_a_complaint_of_a_known_number_is_about_its_last_visit(invited: Stage) -> None:
    deliver(invited, incoming(NUMBER, "投诉 漏水"))
    (case,) = cases(invited, NUMBER)
    assert (case.unit, case.visit_id) == ("U1", "V-1")


def test_a_copied_complaint_is_one_case(invited: Stage) -> None:
    first = deliver(invited, incoming(NUMBER, "投诉 漏水"))
    copy = deliver(invited, incoming(NUMBER, "投诉 漏水"))
    assert copy.body == first.body
    assert len(cases(invited, NUMBER)) == 1


def test_yes_to_the_question_opens_a_case_with_the_words_it_was_about(invited: Stage) -> None:
    words = "He was late and rude, I may make a complaint"
    invited.text(NUMBER, words)
    assert cases(invited, NUMBER) == []
    invited.text(NUMBER, "Y")
    (case,) = cases(invited, NUMBER)
    assert case.text.startswith(words)
    assert grades(invited) == {}


def test_no_to_the_question_opens_none(invited: Stage) -> None:
    invited.text(NUMBER, "He was late and rude, I may make a complaint")
    invited.text(NUMBER, "N")
    assert cases(invited, NUMBER) == []


def test_two_numbers_at_the_same_time_do_not_meet(invited: Stage) -> None:
    """The same MessageSid from two numbers can only be forged; each keeps its own text."""
    deliver(invited, incoming(NUMBER, "ABA"))
    deliver(invited, incoming(STRANGER, "EEE"))
    assert grades(invited) == {"timeliness": "A", "quality": "B", "attitude": "A"}
    assert len(invited.storage.inbound.of_number(STRANGER)) == 1


def test_a_sender_that_is_no_telephone_number_is_kept(stage: Stage) -> None:
    assert deliver(stage, incoming("ANJIA", "hello")).status == 200
    assert len(stage.storage.inbound.of_number("ANJIA")) == 1


def test_the_route_takes_forms_only(stage: Stage) -> None:
    assert stage.call("POST", SMS, [{"From": ACCOUNT.number}]).status == 415
