"""A case from the call to its end on the real parts: events, texts to the customer, mails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.cases import Case
from chalicelib.core.effects import Effect
from chalicelib.services.case_unit import Answer
from chalicelib.services.cases import Why
from chalicelib.store.cases import CaseStore
from tests.core.lives import ZONE, at
from tests.services.case_stage import (
    BOSS,
    CUSTOMER,
    LIN,
    MEI,
    MORNING,
    SUN,
    forwarded,
    happened,
    opened,
    people,
    place,
    stored,
)
from tests.stage import Stage, plain

ANSWER = Answer("leaks", "seal", "new seal")
PROMISE = Answer("leaks", "seal", "a seal is on its way", "2026-06-06")

WHOLE_LIFE = """\
06-04 09:00  received       customer                   hotline
06-04 09:00  read           sun@supervision.example    desk
06-04 09:00  forwarded      sun@supervision.example    desk
06-04 11:00  answered       unit:U1:link               unit
06-04 11:00  dated          unit:U1:link               unit
06-04 12:00  pause_asked    unit:U1:link               unit
06-04 14:00  pause_granted  lin@supervision.example    desk
06-05 10:00  dated          unit:U1:link               unit
06-06 10:00  pause_ended    unit:U1:link               unit
06-06 11:00  solved         unit:U1:link               unit
06-08 10:00  reopened       sun@supervision.example    desk
06-08 10:30  forwarded      sun@supervision.example    desk
06-08 15:00  answered       unit:U1:link               unit
06-08 15:00  solved         unit:U1:link               unit
06-09 10:00  confirmed      sun@supervision.example    desk
06-09 10:00  closed         sun@supervision.example    desk
"""


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    people(stage)


def test_a_call_lives_through_answer_failed_follow_up_and_reopening_to_its_end(
    stage: Stage,
) -> None:
    desk, unit = stage.wiring.case_desk("desk"), stage.wiring.unit_desk
    case = forwarded(stage)
    here = place(case)
    unit.answer(here, PROMISE, "link", at("2026-06-04 11:00"))
    unit.ask_pause(here, "waiting_part", "2026-06-07", "link", at("2026-06-04 12:00"))
    desk.grant_pause(case.number, "", LIN, at("2026-06-04 14:00"))
    unit.redate(here, "2026-06-08", "the part is late", "link", at("2026-06-05 10:00"))
    unit.end_pause(here, "link", at("2026-06-06 10:00"))
    unit.solve(here, "link", at("2026-06-06 11:00"))
    desk.follow_up(case.number, "not_fixed", "leaks again", SUN, at("2026-06-08 10:00"))
    desk.forward(case.number, "", SUN, at("2026-06-08 10:30"))
    unit.answer(here, ANSWER, "link", at("2026-06-08 15:00"))
    desk.follow_up(case.number, "fixed", "", SUN, at("2026-06-09 10:00"))
    assert table(stage, case.number) == WHOLE_LIFE
    assert stored(stage, case.number).owner == SUN.mail
    stage.dispatch(at("2026-06-09 11:00"))
    told = ("received, number", "solved by 6 June", "solved by 8 June", "is solved", "is solved")
    sent = stage.sent_to(CUSTOMER)
    assert [words in text for words, text in zip(told, sent, strict=True)] == [True] * 5


def table(stage: Stage, number: str) -> str:
    """A case's history as a person reads it."""
    return "".join(
        f"{event.at.astimezone(ZONE):%m-%d %H:%M}  {event.what:<14} {event.by:<26} {event.via}\n"
        for event in stage.storage.cases.events(number)
    )


def texts(stage: Stage) -> list[str]:
    stage.dispatch()
    return stage.sent_to(CUSTOMER)


@pytest.mark.parametrize("channel", ["hotline", "web", "desk", "call"])
def test_the_number_of_a_new_case_is_texted(stage: Stage, channel: str) -> None:
    made = opened(stage, stage.now, channel=channel)
    assert [made.case.number in text for text in texts(stage)] == [True]
    assert made.code not in "".join(texts(stage))


@pytest.mark.parametrize(
    "changes", [{"channel": "sms"}, {"contact": "anonymous"}, {"phone": ""}], ids=str
)
def test_nobody_is_texted_who_has_the_answer_or_wants_none(
    stage: Stage, changes: dict[str, object]
) -> None:
    opened(stage, stage.now, **changes)
    assert texts(stage) == []


@pytest.mark.parametrize(("channel", "budget"), [("hotline", "receipts"), ("web", "typed_in")])
def test_a_number_that_somebody_typed_in_has_its_own_budget(
    stage: Stage, channel: str, budget: str
) -> None:
    made = opened(stage, stage.now, channel=channel)
    effects = [add for add in made.adds if isinstance(add, Effect)]
    (text,) = [effect for effect in effects if effect.kind == "sms"]
    assert (text.what, text.budget) == ("case_received", budget)


def test_later_texts_to_a_typed_number_are_receipts_like_others(stage: Stage) -> None:
    case = forwarded(stage, channel="web")
    stage.wiring.unit_desk.answer(place(case), ANSWER, "link", at("2026-06-04 11:00"))
    stage.dispatch(at("2026-06-04 12:00"))
    assert len(stage.sent_to(CUSTOMER)) == 2, "received and solved, on one day"


def test_what_the_customer_does_not_wait_for_comes_at_a_decent_hour(stage: Stage) -> None:
    case = forwarded(stage)
    stage.wiring.unit_desk.answer(place(case), ANSWER, "link", at("2026-06-04 23:00"))
    stage.dispatch(at("2026-06-05 08:59"))
    assert len(stage.sent_to(CUSTOMER)) == 1
    stage.dispatch(at("2026-06-05 09:00"))
    assert len(stage.sent_to(CUSTOMER)) == 2


# --- labels -----------------------------------------------------------------------------------


def relabelled(stage: Stage, number: str, label: dict[str, str], why: Why) -> None:
    """A label that two members agree on."""
    desk = stage.wiring.case_desk("desk")
    for by in (SUN, LIN):
        desk.label(number, label, why, by, MORNING)


def test_a_case_set_aside_is_told_to_its_customer_with_the_way_to_object(stage: Stage) -> None:
    case = forwarded(stage)
    relabelled(stage, case.number, {"standing": "out_of_scope"}, Why("misuse"))
    stage.dispatch(at("2026-06-04 10:00"))
    assert "was found to be none of our service" in stage.sent_to(CUSTOMER)[-1]
    assert "DISAGREE" in stage.sent_to(CUSTOMER)[-1]


def test_the_customer_objects_by_reply_and_a_new_lead_rules(stage: Stage) -> None:
    case = forwarded(stage)
    relabelled(stage, case.number, {"standing": "out_of_scope"}, Why("misuse"))
    stage.move(at("2026-06-04 12:00"))
    assert case.number in stage.text(CUSTOMER, "I disagree.")
    assert happened(stage, case.number)[-1] == "objected"
    desk = stage.wiring.case_desk("desk")
    with pytest.raises(ActError, match="handled"):
        desk.rule(case.number, "rejected", "as before", LIN, stage.now)
    desk.rule(case.number, "upheld", "it is our seal", MEI, stage.now)
    assert stored(stage, case.number).standing == "counts"
    stage.dispatch(at("2026-06-04 13:00"))
    assert "counts as a complaint again" in stage.sent_to(CUSTOMER)[-1]
    assert "you were right" in "".join(stage.sent_to(CUSTOMER))
    (mail,) = stage.mails("case." + case.number + ".5")
    assert mail["To"] == "lin@supervision.example, mei@supervision.example"


def test_an_objection_comes_once_however_often_it_is_delivered(stage: Stage) -> None:
    case = forwarded(stage)
    relabelled(stage, case.number, {"severity": "grave"}, Why("harm"))
    stage.move(at("2026-06-04 12:00"))
    first = stage.text(CUSTOMER, "不同意")
    assert stage.text(CUSTOMER, "不同意！") == first
    assert happened(stage, case.number).count("objected") == 1


def test_disagreement_without_a_change_is_read_like_any_other_text(stage: Stage) -> None:
    case = forwarded(stage)
    stage.move(at("2026-06-04 12:00"))
    assert case.number not in stage.text(CUSTOMER, "I disagree")
    assert "objected" not in happened(stage, case.number)


def test_two_complaints_of_one_trouble_become_a_pair_in_one_commit(stage: Stage) -> None:
    first, second = forwarded(stage), forwarded(stage, MORNING + timedelta(days=1))
    desk = stage.wiring.case_desk("desk")
    assert [each.number for each in desk.may_belong(second)] == [first.number]
    relabelled(stage, second.number, {"standing": "duplicate"}, Why("duplicate", first.number))
    assert stored(stage, second.number).duplicate_of == first.number
    assert stored(stage, first.number).duplicates == (second.number,)
    with pytest.raises(ActError, match="has_duplicates"):
        desk.label(first.number, {"standing": "out_of_scope"}, Why("misuse"), SUN, MORNING)
    relabelled(stage, second.number, {"standing": "counts"}, Why("mistaken"))
    assert stored(stage, first.number).duplicates == ()
    assert happened(stage, first.number)[-2:] == ["duplicate_noted", "duplicate_left"]


def test_a_case_cannot_be_set_aside_for_one_that_stops_counting_meanwhile(stage: Stage) -> None:
    """Two pairs of members at once: after the first check and before the commit."""
    first, second = forwarded(stage), forwarded(stage)
    desk, why = stage.wiring.case_desk("desk"), Why("duplicate", first.number)
    desk.label(first.number, {"standing": "out_of_scope"}, Why("misuse"), SUN, MORNING)
    desk.label(second.number, {"standing": "duplicate"}, why, SUN, MORNING)

    def meanwhile() -> None:
        desk.label(first.number, {"standing": "out_of_scope"}, Why("misuse"), LIN, MORNING)

    slow = stage.wiring.case_desk("desk")
    slow._cases = slow._writer._cases = Slow(stage.storage.cases, first.number, meanwhile)
    with pytest.raises(ActError, match="no_duplicate"):
        slow.label(second.number, {"standing": "duplicate"}, why, LIN, MORNING)
    assert stored(stage, second.number).standing == "counts"
    assert stored(stage, first.number).standing == "out_of_scope"


class Slow:
    """Cases of which something happens to one, after it was looked at once."""

    def __init__(self, cases: CaseStore, number: str, meanwhile: Callable[[], None]) -> None:
        self._cases, self._number, self._meanwhile = cases, number, meanwhile
        self._looks = 0

    def get(self, number: str) -> Case | None:
        self._looks += number == self._number
        if self._looks == 2 and number == self._number:
            self._meanwhile()
        return self._cases.get(number)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # as the store's
        return getattr(self._cases, name)


def test_an_unmatched_case_waits_for_two_supervisors(stage: Stage) -> None:
    made = opened(stage, unit="", visit_id="")
    desk, number = stage.wiring.case_desk("desk"), made.case.number
    desk.read_case(number, "complaint", SUN, MORNING)
    with pytest.raises(ActError, match="no_unit"):
        desk.forward(number, "", SUN, MORNING)
    desk.assign(number, "U2", SUN, MORNING)
    with pytest.raises(ActError, match="second_person"):
        desk.assign(number, "U2", SUN, MORNING)
    desk.assign(number, "U2", LIN, MORNING)
    assert [case.number for case in stage.storage.cases.of_month("U2", "2026-06")] == [number]
    with pytest.raises(ActError, match="assigned"):
        desk.assign(number, "U1", LIN, MORNING)


REFUSED = {
    "no such unit": ({"unit": "U9"}, Why("other_unit"), SUN, "unknown_unit"),
    "a unit the member is recused from": (
        {"unit": "U2"},
        Why("other_unit"),
        replace(SUN, recusals=("U2",)),
        "recused",
    ),
    "two labels": ({"severity": "grave", "stage": "unboxing"}, Why("harm"), SUN, "one_label"),
    "no label": ({}, Why("harm"), SUN, "one_label"),
    "an owner nobody knows": ({"owner": "x@y.example"}, Why(), SUN, "unknown_member"),
    "an owner who reads no cases": ({"owner": "hu@personnel.example"}, Why(), SUN, "role"),
    "a duplicate of nothing": (
        {"standing": "duplicate"},
        Why("duplicate"),
        SUN,
        "unknown_duplicate",
    ),
    "a duplicate of what is not there": (
        {"standing": "duplicate"},
        Why("duplicate", "123456789"),
        SUN,
        "unknown_case",
    ),
    "by HR": ({"severity": "grave"}, Why("harm"), replace(SUN, role="hr"), "role"),
    "by a recused member": (
        {"severity": "grave"},
        Why("harm"),
        replace(SUN, recusals=("U1",)),
        "recused",
    ),
}


@pytest.mark.parametrize(("label", "why", "by", "code"), REFUSED.values(), ids=REFUSED)
def test_a_label_that_cannot_be_leaves_no_trace(
    stage: Stage, label: dict[str, str], why: Why, by: object, code: str
) -> None:
    case = forwarded(stage)
    before = (case, happened(stage, case.number))
    with pytest.raises(ActError) as refusal:
        stage.wiring.case_desk("desk").label(case.number, label, why, by, MORNING)  # type: ignore[arg-type] # members all
    assert refusal.value.code == code
    assert (stored(stage, case.number), happened(stage, case.number)) == before


# --- mails ------------------------------------------------------------------------------------


def test_the_owner_hears_when_the_unit_has_answered(stage: Stage) -> None:
    case = forwarded(stage)
    stage.wiring.unit_desk.answer(place(case), ANSWER, "link", at("2026-06-04 11:00"))
    stage.dispatch(at("2026-06-04 11:01"))
    (mail,) = stage.mails(f"case.{case.number}.3")
    assert mail["To"] == SUN.mail
    assert "leaks" not in plain(mail)


def test_praise_reaches_the_technician_by_name_through_his_unit(stage: Stage) -> None:
    stage.upload(stage.row("V-1", technician="Li Wei", phone=CUSTOMER))
    made = opened(stage, stage.now)
    desk = stage.wiring.case_desk("desk")
    for by in (SUN, LIN):
        desk.read_case(made.case.number, "praise", by, stage.now)
    assert stored(stage, made.case.number).state == "closed"
    stage.dispatch()
    (mail,) = stage.mails(made.case.reference)
    assert (mail["To"], "Li Wei" in plain(mail)) == (BOSS, True)
    assert CUSTOMER not in plain(mail)


def test_the_secret_of_a_link_leaves_the_table_with_the_mail(stage: Stage) -> None:
    case = forwarded(stage)
    stage.dispatch(MORNING)
    (mail,) = stage.mails(case.reference)
    secret = plain(mail).rsplit("/u/case/", 1)[1].split()[0]
    assert stage.wiring.unit_desk.opened(secret, stage.now) == place(case)
    assert secret not in str(stage.everything())
    assert stage.wiring.unit_desk.opened(secret[:-1] + "x", stage.now) is None
    assert stage.wiring.unit_desk.opened(secret, stage.now + timedelta(days=181)) is None
