"""Voids: proposed by a call, decided by a second person, and what leaves the month."""

from collections.abc import Callable

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.people import Member
from chalicelib.core.visits import leading
from tests.services.calls import (
    CALLED,
    CLOSED,
    DAY,
    DRAWN,
    FAR,
    HOUR,
    HU,
    KEY,
    LIN,
    MEI,
    SUN,
    WEN,
    call,
    checked,
    counted,
    form,
    picked,
    told,
)
from tests.stage import Stage


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    for member in (SUN, WEN, LIN, MEI, FAR):
        stage.wiring.people.put(member)
    stage.move(CALLED)


def never_answered(stage: Stage, by: Member | None = SUN) -> None:
    picked(stage, "V-1", caller=by)
    assert call(stage, "V-1", told(answered="no"), by or LIN) == "never_answered"


def approve(stage: Stage, by: Member = LIN, reason: str = "heard the customer") -> bool:
    return stage.wiring.voids.approve_void("V-1", by, reason, CALLED + HOUR)


def refuse(stage: Stage, by: Member = LIN) -> bool:
    return stage.wiring.voids.refuse_void("V-1", by, "his wife answered", CALLED + HOUR)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ActError) as error:
        act()
    return error.value.code


def test_a_proposed_void_counts_and_is_told_to_the_leads(stage: Stage) -> None:
    never_answered(stage)
    assert (counted(stage, "V-1"), checked(stage, "V-1").void) == ("ABA", "proposed")
    assert stage.storage.incidents.all() == []
    mail = stage.storage.effects.get(f"call~{KEY}~V-1.void_proposed", 0)
    assert mail is not None
    assert mail.values == {"visit_id": "V-1", "unit": "U1", "outcome": "never_answered"}


def test_an_approved_void_leaves_points_and_opens_an_incident(stage: Stage) -> None:
    never_answered(stage)
    assert approve(stage)
    assert (counted(stage, "V-1"), form(stage, "V-1")) == ("", "---")
    verification = checked(stage, "V-1")
    assert (verification.void, verification.void_by, verification.held) == (
        "approved",
        LIN.mail,
        "---",
    )
    assert verification.void_reason == "heard the customer"
    (incident,) = stage.storage.incidents.all()
    assert (incident.kind, incident.settlement, incident.owed) == ("never_answered", "", 10)
    assert len(stage.visit("V-1").answers) == 1, "no word is lost"
    assert leading(stage.visit("V-1").answers) is None


def test_a_refused_void_lets_the_form_stand(stage: Stage) -> None:
    never_answered(stage)
    assert refuse(stage)
    assert counted(stage, "V-1") == "ABA"
    assert checked(stage, "V-1").void == "refused"
    assert stage.storage.incidents.all() == []
    assert refused(lambda: approve(stage)) == "no_void"


def test_a_decision_said_twice_is_one(stage: Stage) -> None:
    never_answered(stage)
    assert approve(stage)
    assert not approve(stage)
    assert not approve(stage, MEI)
    assert checked(stage, "V-1").void_by == LIN.mail
    assert len(stage.storage.incidents.all()) == 1
    assert refused(lambda: refuse(stage)) == "no_void"


MAY_NOT = {
    "a supervisor": (WEN, "role"),
    "the caller": (SUN, "role"),
    "HR": (HU, "role"),
    "a recused lead": (FAR, "recused"),
}


@pytest.mark.parametrize(("member", "code"), MAY_NOT.values(), ids=MAY_NOT)
@pytest.mark.parametrize("decide", [approve, refuse])
def test_only_a_lead_who_is_not_recused_decides(
    stage: Stage, decide: Callable[[Stage, Member], bool], member: Member, code: str
) -> None:
    never_answered(stage)
    assert refused(lambda: decide(stage, member)) == code
    assert checked(stage, "V-1").void == "proposed"


def test_a_lead_who_called_himself_does_not_decide(stage: Stage) -> None:
    never_answered(stage, None)
    assert refused(lambda: approve(stage, LIN)) == "second_person"
    assert refused(lambda: refuse(stage, LIN)) == "second_person"
    assert approve(stage, MEI)


def test_a_decision_has_its_reason(stage: Stage) -> None:
    never_answered(stage)
    assert refused(lambda: approve(stage, reason=" ")) == "empty_text"


def test_nothing_is_decided_where_nothing_was_proposed(stage: Stage) -> None:
    picked(stage, "V-1")
    assert refused(lambda: approve(stage)) == "no_void"
    call(stage, "V-1", told("EEE"))
    assert refused(lambda: approve(stage)) == "no_void"


@pytest.mark.parametrize("before", ["ABA", ""])
def test_a_visit_that_never_was_leaves_also_when_silent_and_goes_to_hr(
    stage: Stage, before: str
) -> None:
    picked(stage, "V-1", before)
    stage.wiring.verification.attempt("V-1", "no_visit", SUN, CALLED)
    assert checked(stage, "V-1").void == "proposed"
    assert approve(stage)
    (incident,) = stage.storage.incidents.all()
    assert (incident.kind, incident.settlement) == ("no_visit", "no_job")
    assert stage.storage.effects.get(f"call~{KEY}~V-1.settlement_wrong", 0) is not None


def test_no_answer_after_an_approved_void_counts_before_another_call(stage: Stage) -> None:
    never_answered(stage)
    approve(stage)
    stage.move(CALLED + DAY)
    stage.text(stage.visit("V-1").facts.phone, "AAA")
    assert form(stage, "V-1") == "AAA"
    assert counted(stage, "V-1") == ""


def test_a_second_call_does_not_bring_the_void_form_back(stage: Stage) -> None:
    never_answered(stage)
    approve(stage)
    picked(stage, "V-1", "", WEN, key="2026-W25", drawn_at=DRAWN + 7 * DAY)
    now = CALLED + 7 * DAY
    assert call(stage, "V-1", told("-E-", answered="no"), WEN, now) == "first_form"
    assert (form(stage, "V-1"), counted(stage, "V-1")) == ("-E-", "-E-")


@pytest.mark.parametrize("reached", ["refused", "wrong_number"])
def test_a_second_call_that_tells_nothing_leaves_the_void(stage: Stage, reached: str) -> None:
    never_answered(stage)
    approve(stage)
    picked(stage, "V-1", "", WEN, key="2026-W25", drawn_at=DRAWN + 7 * DAY)
    stage.wiring.verification.attempt("V-1", reached, WEN, CALLED + 7 * DAY)
    assert (checked(stage, "V-1").void, counted(stage, "V-1")) == ("approved", "")


def test_a_void_of_a_closed_month_proposes_an_amendment(stage: Stage) -> None:
    never_answered(stage)
    stage.move(CLOSED + HOUR)
    while stage.wiring.closing.run(stage.now):
        pass
    stage.wiring.voids.approve_void("V-1", LIN, "heard the customer", stage.now)
    (proposed,) = stage.storage.amendments.of_unit("U1", "2026-06")
    assert (proposed.reason, proposed.subjects) == ("void", ("visit V-1",))
    assert set(proposed.kin) == {SUN.mail, LIN.mail}
