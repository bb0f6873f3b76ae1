"""Verification calls on the real engine: what a caller notes, and what it does to the form."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Barrier, Thread

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.people import Member
from chalicelib.core.verification import Told
from chalicelib.services.verification import Noted
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
    SUN,
    WEN,
    call,
    checked,
    counted,
    form,
    pick_of,
    picked,
    told,
)
from tests.stage import Stage


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    for member in (SUN, WEN, LIN, FAR):
        stage.wiring.people.put(member)
    stage.move(CALLED)


def attempt(
    stage: Stage, reached: str, by: Member = SUN, at: datetime | None = None, now: datetime = CALLED
) -> Noted:
    return stage.wiring.verification.attempt("V-1", reached, by, now, at=at)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ActError) as error:
        act()
    return error.value.code


FORMS = {
    "confirmed": ("ABA", told("ABA"), "confirmed", "ABA", "supervision"),
    "differs": ("ABA", told("ABE"), "differs", "ABE", "supervision"),
    "a blank is filled": ("AB-", told("ABC"), "confirmed", "ABC", "supervision"),
    "less told": ("ABA", told("-C-"), "differs", "ACA", "supervision"),
    "a silent visit": ("", told("CDC"), "first_form", "CDC", "supervision"),
    "never answered": ("ABA", told("CCC", answered="no"), "never_answered", "ABA", "direct"),
    "cannot say what was done": ("ABA", Told("EEE", "yes"), "refused", "ABA", "direct"),
    "tells no grade": ("ABA", told("---"), "refused", "ABA", "direct"),
}


@pytest.mark.parametrize(
    ("before", "said", "outcome", "after", "evidence"), FORMS.values(), ids=FORMS
)
def test_an_outcome_does_to_the_form_what_its_row_says(
    stage: Stage, before: str, said: Told, outcome: str, after: str, evidence: str
) -> None:
    picked(stage, "V-1", before)
    assert call(stage, "V-1", said) == outcome
    assert (form(stage, "V-1"), counted(stage, "V-1")) == (after, after)
    shown = stage.call("GET", "/api/visits/V-1").json
    assert shown["evidence"] == evidence
    verification = checked(stage, "V-1")
    assert (verification.outcome, verification.held) == (outcome, after)
    assert (verification.form, verification.told) == (before or "---", said.grades)
    assert (verification.by, verification.at, verification.draw) == (SUN.mail, CALLED, KEY)
    assert pick_of(stage, "V-1").told == said


def test_the_forms_own_answer_stays_in_the_history(stage: Stage) -> None:
    picked(stage, "V-1", "ABA")
    call(stage, "V-1", told("EEE"))
    history = stage.call("GET", "/api/visits/V-1").json["history"]
    assert [(each["channel"], each["evidence"]) for each in history] == [
        ("sms", "direct"),
        ("call", "supervision"),
    ]


def test_three_attempts_on_days_and_at_times_of_their_own_make_unreachable(stage: Stage) -> None:
    picked(stage, "V-1")
    outcomes = [
        attempt(stage, "no_answer", at=CALLED + days * DAY + hours * HOUR, now=CALLED + 3 * DAY)
        for days, hours in ((0, 0), (0, 4), (1, 4), (2, 8))
    ]
    assert [each.outcome for each in outcomes] == ["", "", "", "unreachable"]
    assert form(stage, "V-1") == "ABA"
    assert checked(stage, "V-1").told == "---"
    assert all(not each.sid for each in pick_of(stage, "V-1").attempts), "dialled by hand"


def test_who_calls_back_after_all_is_asked_after_all(stage: Stage) -> None:
    test_three_attempts_on_days_and_at_times_of_their_own_make_unreachable(stage)
    assert call(stage, "V-1", told("AAA"), now=CALLED + 4 * DAY) == "differs"
    assert form(stage, "V-1") == "AAA"


@pytest.mark.parametrize(
    ("reached", "outcome", "void"),
    [("refused", "refused", ""), ("wrong_number", "wrong_number", "proposed")],
)
def test_one_word_can_end_a_call(stage: Stage, reached: str, outcome: str, void: str) -> None:
    picked(stage, "V-1")
    assert attempt(stage, reached).outcome == outcome
    assert checked(stage, "V-1").void == void
    assert counted(stage, "V-1") == "ABA"
    assert refused(lambda: attempt(stage, "reached", now=CALLED + HOUR)) == "finished"


def test_a_wrong_number_of_a_silent_visit_proposes_nothing(stage: Stage) -> None:
    picked(stage, "V-1", "")
    attempt(stage, "wrong_number")
    assert checked(stage, "V-1").void == ""


def test_where_they_differ_the_customer_chooses_once(stage: Stage) -> None:
    picked(stage, "V-1", "AB-")
    attempt(stage, "reached")
    desk = stage.wiring.verification
    both = desk.save_told("V-1", told("ACD"), SUN, CALLED)
    assert (both.form, both.told, both.asks) == ("AB-", "ACD", True)
    assert both.items == {"timeliness": "same", "quality": "differs", "attitude": "only_told"}
    assert form(stage, "V-1") == "ACD", "until he has chosen the grades told hold"
    chosen = desk.choose("V-1", "form", SUN, CALLED + HOUR)
    assert (chosen.held, chosen.asks) == ("ABD", False)
    assert form(stage, "V-1") == counted(stage, "V-1") == "ABD"
    assert checked(stage, "V-1").held == "ABD"
    assert desk.choose("V-1", "form", SUN, CALLED + HOUR) == chosen
    assert refused(lambda: desk.choose("V-1", "told", SUN, CALLED + HOUR)) == "no_choice"
    assert len(stage.visit("V-1").answers) == 3, "both stay in the history"


def test_the_customer_may_choose_what_he_told(stage: Stage) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", told("EEE"))
    assert stage.wiring.verification.choose("V-1", "told", SUN, CALLED).held == "EEE"
    assert form(stage, "V-1") == "EEE"
    assert len(stage.visit("V-1").answers) == 2


def test_a_day_after_the_call_there_is_nothing_to_choose_any_more(stage: Stage) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", told("EEE"))
    choose = stage.wiring.verification.choose
    assert refused(lambda: choose("V-1", "form", SUN, CALLED + DAY)) == "no_choice"
    assert form(stage, "V-1") == "EEE"
    assert choose("V-1", "form", SUN, CALLED + DAY - HOUR).held == "ABA"
    assert choose("V-1", "form", SUN, CALLED + 2 * DAY).held == "ABA", "said twice is once"


@pytest.mark.parametrize("said", [told("ABA"), told("---"), told("ABE", answered="no")])
def test_there_is_nothing_to_choose_where_nothing_differs(stage: Stage, said: Told) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", said)
    choose = stage.wiring.verification.choose
    assert refused(lambda: choose("V-1", "form", SUN, CALLED)) == "no_choice"


def test_the_customer_gets_one_text_that_tells_what_holds(stage: Stage) -> None:
    visit = picked(stage, "V-1")
    call(stage, "V-1", told("EEE"))
    stage.dispatch(CALLED + HOUR / 60)
    assert stage.sent_to(visit.facts.phone) == [], "he is still being asked which holds"
    stage.wiring.verification.choose("V-1", "form", SUN, CALLED + HOUR / 12)
    stage.dispatch(CALLED + HOUR)
    (text,) = stage.sent_to(visit.facts.phone)
    assert "A B A" in text


def test_the_number_that_graded_is_called_whatever_the_unit_uploads_later(stage: Stage) -> None:
    stage.wiring.people.put(replace(SUN, phone="+85261230000"))
    row = stage.row("V-1")
    stage.upload(row)
    picked(stage, "V-1", "EEE")
    for other in ("+85261230001", "+85261230002"):
        assert stage.upload({**row, "phone": other}) == [{"visit_id": "V-1", "status": "changed"}]
    assert stage.visit("V-1").facts.phone == "+85261230002"
    assert stage.wiring.call_views.of("V-1", SUN).phone == row["phone"]
    call(stage, "V-1", told("EEE", complaint="yes", remark="it leaks"))
    (case,) = stage.storage.cases.of_number(str(row["phone"]))
    assert case.visit_id == "V-1"


def test_a_silent_customer_is_called_on_the_number_that_was_put_right(stage: Stage) -> None:
    row = stage.row("V-1")
    stage.upload(row)
    picked(stage, "V-1", "")
    stage.upload({**row, "phone": "+85261230001"})
    assert stage.wiring.call_views.of("V-1", SUN).phone == "+85261230001"


def test_a_first_form_is_told_to_the_visits_number(stage: Stage) -> None:
    visit = picked(stage, "V-1", "")
    call(stage, "V-1", told("CDE"))
    stage.dispatch(CALLED + HOUR)
    (text,) = stage.sent_to(visit.facts.phone)
    assert "C D E" in text


def test_a_later_text_never_replaces_what_supervision_heard(stage: Stage) -> None:
    visit = picked(stage, "V-1")
    call(stage, "V-1", told("ABE"))
    stage.move(CALLED + DAY)
    stage.text(visit.facts.phone, "AAA")
    assert form(stage, "V-1") == "ABE"


# --- who may, and blind ---------------------------------------------------------------------------

STRANGERS = {
    "another caller": (WEN, "not_your_call"),
    "a lead, of another's pick": (LIN, "not_your_call"),
    "a recused lead": (FAR, "recused"),
    "HR": (HU, "role"),
}


@pytest.mark.parametrize(("member", "code"), STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_notes_sees_or_chooses_anything(
    stage: Stage, member: Member, code: str
) -> None:
    picked(stage, "V-1")
    desk = stage.wiring.verification
    assert refused(lambda: attempt(stage, "reached", member)) == code
    call(stage, "V-1", told("EEE"))
    assert refused(lambda: desk.save_told("V-1", told("EEE"), member, CALLED)) == code
    assert refused(lambda: desk.choose("V-1", "form", member, CALLED)) == code


def test_a_pick_of_nobodys_is_a_leads(stage: Stage) -> None:
    picked(stage, "V-1", caller=None)
    assert refused(lambda: attempt(stage, "reached", SUN)) == "not_your_call"
    assert refused(lambda: attempt(stage, "reached", FAR)) == "recused"
    assert call(stage, "V-1", told("ABA"), LIN) == "confirmed"
    assert checked(stage, "V-1").by == LIN.mail


def test_an_address_is_the_same_in_whatever_case(stage: Stage) -> None:
    picked(stage, "V-1", caller=WEN)
    assert call(stage, "V-1", told("ABA"), replace(WEN, mail=WEN.mail.upper())) == "confirmed"


def test_what_was_told_stays_as_it_was_noted_before_anything_was_shown(stage: Stage) -> None:
    picked(stage, "V-1")
    desk = stage.wiring.verification
    assert refused(lambda: desk.save_told("V-1", told(), SUN, CALLED)) == "not_reached"
    assert call(stage, "V-1", told("ABE", remark=" kind ")) == "differs"
    again = desk.save_told("V-1", told("ABE", remark="kind"), SUN, CALLED)
    assert again.outcome == "differs"
    assert refused(lambda: desk.save_told("V-1", told("ABA"), SUN, CALLED)) == "finished"
    assert form(stage, "V-1") == "ABE"


NOTES = {
    "no such result": (lambda desk: desk.attempt("V-1", "talked", SUN, CALLED), "reached"),
    "before the draw": (
        lambda desk: desk.attempt("V-1", "no_answer", SUN, CALLED, at=DRAWN - HOUR),
        "at",
    ),
    "tomorrow": (lambda desk: desk.attempt("V-1", "no_answer", SUN, CALLED, at=CALLED + DAY), "at"),
    "an appointment that has passed": (
        lambda desk: desk.attempt("V-1", "no_answer", SUN, CALLED, appointment=CALLED - HOUR),
        "appointment",
    ),
    "no grades": (lambda desk: desk.save_told("V-1", told("ABCD"), SUN, CALLED), "grades"),
    "small grades": (lambda desk: desk.save_told("V-1", told("aba"), SUN, CALLED), "grades"),
    "no yes and no no": (
        lambda desk: desk.save_told("V-1", told(answered="maybe"), SUN, CALLED),
        "answered",
    ),
    "no such bill": (
        lambda desk: desk.save_told("V-1", told(settlement="dear"), SUN, CALLED),
        "settlement",
    ),
    "a choice before it was asked": (
        lambda desk: desk.save_told("V-1", told(choice="form"), SUN, CALLED),
        "choice",
    ),
    "a long remark": (
        lambda desk: desk.save_told("V-1", told(remark="x" * 1_001), SUN, CALLED),
        "remark",
    ),
}


@pytest.mark.parametrize(("note", "field"), NOTES.values(), ids=NOTES)
def test_a_note_that_cannot_be_names_its_field(
    stage: Stage, note: Callable[[object], object], field: str
) -> None:
    picked(stage, "V-1")
    attempt(stage, "reached")
    with pytest.raises(ActError) as error:
        note(stage.wiring.verification)
    assert (error.value.code, error.value.facts["field"]) == ("bad_note", field)
    assert pick_of(stage, "V-1").told is None
    assert len(pick_of(stage, "V-1").attempts) == 1


def test_a_visit_that_is_not_there_or_not_drawn_is_nobodys_call(stage: Stage) -> None:
    desk = stage.wiring.verification
    stage.upload(stage.row("V-2"))
    assert refused(lambda: desk.attempt("V-9", "reached", SUN, CALLED)) == "unknown_visit"
    assert refused(lambda: desk.attempt("../x", "reached", SUN, CALLED)) == "unknown_visit"
    assert refused(lambda: desk.attempt("V-2", "reached", SUN, CALLED)) == "not_picked"


def test_the_reserve_is_nobodys_to_call(stage: Stage) -> None:
    picked(stage, "V-1")
    pick = pick_of(stage, "V-1")
    stage.storage.draws.save_pick(replace(pick, reserve=True))
    assert refused(lambda: attempt(stage, "reached")) == "not_picked"
    assert stage.wiring.call_views.mine(SUN) == []


def test_the_same_attempt_noted_twice_is_one(stage: Stage) -> None:
    picked(stage, "V-1")
    assert attempt(stage, "no_answer", at=CALLED).changed
    assert not attempt(stage, "no_answer", at=CALLED, now=CALLED + HOUR).changed
    assert len(pick_of(stage, "V-1").attempts) == 1


def test_nobody_is_called_without_end(stage: Stage) -> None:
    picked(stage, "V-1")
    for place in range(20):
        attempt(stage, "no_answer", at=CALLED + place * HOUR / 60, now=CALLED + HOUR)
    assert refused(lambda: attempt(stage, "no_answer", now=CALLED + HOUR)) == "too_many"


# --- what follows ---------------------------------------------------------------------------------


def test_two_threads_save_one_outcome(stage: Stage) -> None:
    picked(stage, "V-1")
    attempt(stage, "reached")
    said = told("EEE", settlement="overpaid", complaint="yes", remark="The bill was wrong")
    barrier, outcomes = Barrier(2), list[str]()

    def save() -> None:
        barrier.wait()
        both = stage.wiring.verification.save_told("V-1", said, SUN, CALLED)
        outcomes.append(both.outcome)

    threads = [Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["differs", "differs"]
    assert len(stage.visit("V-1").answers) == 2
    assert len(stage.storage.incidents.all()) == 1
    assert len(stage.storage.cases.of_month("U1", "2026-06")) == 1


def test_a_customer_who_texts_meanwhile_keeps_his_words(stage: Stage) -> None:
    """The visit changes between the reading and the saving of the outcome: decided again."""
    visit = picked(stage, "V-1")
    attempt(stage, "reached")
    desk, commit = stage.wiring.verification, stage.storage.commit
    tries = []

    def slow(adds: object, saves: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            stage.text(visit.facts.phone, "EEE")
        commit(adds, saves)  # type: ignore[arg-type] # what the desk commits

    desk._commit = slow
    both = desk.save_told("V-1", told("ABA"), SUN, CALLED)
    assert (len(tries), both.form, both.outcome) == (2, "EEE", "differs")
    assert [answer.grades for answer in stage.visit("V-1").answers] == ["ABA", "EEE", "ABA"]


def test_a_bill_that_was_wrong_goes_to_hr_with_the_job_and_calls_for_more_calls(
    stage: Stage,
) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", told(settlement="other_work"))
    (incident,) = stage.storage.incidents.all()
    assert (incident.kind, incident.settlement, incident.technician, incident.owed) == (
        "settlement",
        "other_work",
        "Li",
        10,
    )
    effect = stage.storage.effects.get(f"call~{KEY}~V-1.settlement_wrong", 0)
    assert effect is not None
    assert effect.values == {"visit_id": "V-1", "unit": "U1", "settlement": "other_work"}


def test_a_case_is_opened_only_if_the_customer_says_yes(stage: Stage) -> None:
    for place, complaint in enumerate(("yes", "no", "")):
        picked(stage, f"V-{place}")
        said = told(complaint=complaint, remark="He never came back")
        call(stage, f"V-{place}", said)
    (case,) = stage.storage.cases.of_month("U1", "2026-06")
    assert (case.channel, case.visit_id, case.text) == ("call", "V-0", "He never came back")
    assert case.kind == "unread"
    assert pick_of(stage, "V-1").told == told(complaint="no", remark="He never came back")


def test_what_comes_after_the_end_opens_nothing_twice(stage: Stage) -> None:
    picked(stage, "V-1")
    said = told("EEE", complaint="yes", settlement="overpaid", remark="He kept the change")
    call(stage, "V-1", said)
    stage.wiring.verification.choose("V-1", "told", SUN, CALLED + HOUR)
    assert len(stage.storage.cases.of_month("U1", "2026-06")) == 1
    assert len(stage.storage.incidents.all()) == 1


def test_words_about_a_visit_that_never_was_may_follow_and_open_a_case(stage: Stage) -> None:
    picked(stage, "V-1")
    attempt(stage, "no_visit")
    said = Told("---", "no", settlement="no_job", complaint="yes", remark="Nobody came")
    assert stage.wiring.verification.save_told("V-1", said, SUN, CALLED).outcome == "no_visit"
    assert len(stage.storage.cases.of_month("U1", "2026-06")) == 1
    assert stage.storage.incidents.all() == [], "a second person has to approve"
    assert checked(stage, "V-1").void == "proposed"


def test_danger_told_on_a_call_pages_the_duty_phones(stage: Stage) -> None:
    stage.wiring.rules = replace(stage.wiring.rules, duty_numbers=("+8613800000001",))
    picked(stage, "V-1")
    call(stage, "V-1", told(complaint="yes", remark="There is a gas leak in the kitchen"))
    assert len(stage.storage.pages.since(CALLED - HOUR)) == 1


def test_what_is_told_after_the_close_is_late(stage: Stage) -> None:
    picked(stage, "V-1", "ABA")
    assert call(stage, "V-1", told("EEE"), now=CLOSED) == "differs"
    assert (form(stage, "V-1"), counted(stage, "V-1")) == ("EEE", "ABA")
    picked(stage, "V-2", "ABA")
    assert call(stage, "V-2", told("EEE"), now=CLOSED - HOUR / 60) == "differs"
    assert counted(stage, "V-2") == "EEE"


def test_an_outcome_of_a_closed_month_proposes_an_amendment_once(stage: Stage) -> None:
    picked(stage, "V-1")
    stage.move(CLOSED + HOUR)
    while stage.wiring.closing.run(stage.now):
        pass
    call(stage, "V-1", told("EEE"), now=stage.now)
    (proposed,) = stage.storage.amendments.of_unit("U1", "2026-06")
    assert (proposed.reason, proposed.subjects, proposed.kin) == (
        "outcome",
        ("visit V-1",),
        (SUN.mail,),
    )
    stage.wiring.verification.choose("V-1", "form", SUN, stage.now)
    reasons = [each.cause for each in stage.storage.amendments.of_unit("U1", "2026-06")]
    assert reasons == [f"choice~V-1~{KEY}", f"differs~V-1~{KEY}"]


def test_who_calls_back_after_the_close_is_proposed_beside_the_silence(stage: Stage) -> None:
    picked(stage, "V-1")
    stage.move(CLOSED + HOUR)
    while stage.wiring.closing.run(stage.now):
        pass
    for days, hours in ((0, 0), (1, 4), (2, 8)):
        at = stage.now + days * DAY + hours * HOUR
        attempt(stage, "no_answer", at=at, now=at)
    assert checked(stage, "V-1").outcome == "unreachable"
    assert call(stage, "V-1", told("EEE"), now=stage.now + 3 * DAY) == "differs"
    causes = [each.cause for each in stage.storage.amendments.of_unit("U1", "2026-06")]
    assert causes == [f"differs~V-1~{KEY}", f"unreachable~V-1~{KEY}"]


def test_a_call_is_one_contact_also_where_the_customer_chose(stage: Stage) -> None:
    before = picked(stage, "V-1").survey.contacts
    call(stage, "V-1", told("EEE"))
    stage.wiring.verification.choose("V-1", "form", SUN, CALLED)
    assert stage.visit("V-1").survey.contacts == before + 1


def test_a_visit_drawn_again_is_called_anew(stage: Stage) -> None:
    picked(stage, "V-1", "ABA")
    call(stage, "V-1", told("ABA"))
    again = "2026-W25"
    picked(stage, "V-1", "ABA", WEN, key=again, drawn_at=DRAWN + 7 * DAY)
    now = CALLED + 7 * DAY
    assert refused(lambda: attempt(stage, "reached", SUN, now=now)) == "not_your_call"
    assert call(stage, "V-1", told("ABE"), WEN, now) == "differs"
    verification = checked(stage, "V-1")
    assert (verification.draw, verification.outcome, verification.held) == (again, "differs", "ABE")
    assert pick_of(stage, "V-1").told == told("ABA")
    assert pick_of(stage, "V-1", again).told == told("ABE")


def test_a_visit_that_was_drawn_again_is_one_call_and_that_is_the_newer(stage: Stage) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", told("ABA"))
    picked(stage, "V-1", key="2026-W25", drawn_at=DRAWN + 7 * DAY)
    (shown,) = stage.wiring.call_views.mine(SUN)
    assert (shown.draw, shown.state) == ("2026-W25", "open")
    call(stage, "V-1", told("ABA"), now=CALLED + 7 * DAY)
    (shown,) = stage.wiring.call_views.mine(SUN)
    assert (shown.draw, shown.state) == ("2026-W25", "finished")
