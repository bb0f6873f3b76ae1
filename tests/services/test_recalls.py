"""Re-calls on the real engine: who is chosen, when, who is told, and what it changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.callers_figures import agrees
from chalicelib.core.draws import Pick
from tests.services.calls import (
    CALLED,
    DAY,
    DRAWN,
    HOUR,
    KEY,
    LIN,
    SUN,
    WEN,
    call,
    checked,
    form,
    pick_of,
    picked,
    told,
)
from tests.stage import Stage

NEXT = DRAWN + 7 * DAY
SECOND = WEN.mail.lower()


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    for member in (SUN, WEN, LIN):
        stage.wiring.people.put(member)
    stage.move(CALLED)


def finished(stage: Stage, number: int = 4) -> None:
    for place in range(number):
        picked(stage, f"V-{place}")
        call(stage, f"V-{place}", told("ABA"))


def chosen(stage: Stage) -> list[Pick]:
    return [pick for pick in stage.storage.draws.picks(KEY) if pick.recall_by]


def test_a_week_after_the_draw_one_finished_call_of_each_caller_goes_to_another(
    stage: Stage,
) -> None:
    finished(stage)
    picked(stage, "V-9")
    assert stage.wiring.recalls.run(NEXT - HOUR) == 0
    assert stage.wiring.recalls.run(NEXT + DAY) == 1
    (pick,) = chosen(stage)
    assert (pick.caller, pick.recall_by) == (SUN.mail, SECOND)
    assert pick.visit_id != "V-9", "nobody has called about it"
    mail = stage.storage.effects.get(f"recall~{KEY}~{pick.visit_id}", 0)
    assert mail is not None
    assert (mail.values["member"], mail.values["day"]) == (SECOND, "2026-06-22"), (
        "the 19th is a holiday"
    )
    assert stage.wiring.recalls.run(NEXT + 2 * DAY) == 0
    assert stage.wiring.recalls.run(NEXT + 3 * DAY) == 0
    assert len(chosen(stage)) == 1


def test_who_finished_nothing_in_time_is_chosen_from_later(stage: Stage) -> None:
    picked(stage, "V-1")
    assert stage.wiring.recalls.run(NEXT) == 0
    call(stage, "V-1", told("ABA"), now=NEXT + HOUR)
    assert stage.wiring.recalls.run(NEXT + HOUR) == 0, "once a day"
    assert stage.wiring.recalls.run(NEXT + DAY) == 1


def recalled(stage: Stage) -> str:
    finished(stage, 1)
    stage.wiring.recalls.run(NEXT)
    (pick,) = chosen(stage)
    return pick.visit_id


def test_a_recall_is_kept_beside_the_first_call_and_changes_no_form(stage: Stage) -> None:
    visit_id, now = recalled(stage), NEXT + HOUR
    before = checked(stage, visit_id)
    desk = stage.wiring.verification
    desk.attempt(visit_id, "no_answer", WEN, now)
    desk.attempt(visit_id, "reached", WEN, now + HOUR)
    both = desk.call_again(visit_id, told("ABE"), WEN, now + HOUR)
    assert (both.form, both.told, both.items["attitude"]) == ("ABA", "ABE", "differs")
    pick = pick_of(stage, visit_id)
    assert agrees(pick) is False
    assert (pick.told, pick.recall) == (told("ABA"), told("ABE"))
    assert (form(stage, visit_id), checked(stage, visit_id)) == ("ABA", before)
    assert desk.call_again(visit_id, told("ABE"), WEN, now + HOUR) == both


@pytest.mark.parametrize("by", [SUN, LIN])
def test_nobody_but_the_chosen_calls_again(stage: Stage, by: object) -> None:
    visit_id = recalled(stage)
    with pytest.raises(ActError) as error:
        stage.wiring.verification.call_again(visit_id, told("ABA"), by, NEXT)  # type: ignore[arg-type] # a member
    assert error.value.code in ("no_recall", "not_your_call")
    assert pick_of(stage, visit_id).recall is None


def test_the_chosen_does_not_write_the_first_call(stage: Stage) -> None:
    visit_id = recalled(stage)
    with pytest.raises(ActError) as error:
        stage.wiring.verification.save_told(visit_id, told("EEE"), WEN, NEXT)
    assert error.value.code == "not_your_call"


def test_the_chosen_does_not_choose_in_the_first_call(stage: Stage) -> None:
    picked(stage, "V-1")
    call(stage, "V-1", told("EEE"), now=NEXT - HOUR)
    stage.wiring.recalls.run(NEXT)
    assert pick_of(stage, "V-1").recall_by == SECOND
    with pytest.raises(ActError) as error:
        stage.wiring.verification.choose("V-1", "form", WEN, NEXT)
    assert error.value.code == "not_your_call"
    assert form(stage, "V-1") == "EEE"


def test_a_recalls_answer_stays_as_it_was_noted(stage: Stage) -> None:
    visit_id = recalled(stage)
    stage.wiring.verification.call_again(visit_id, told("ABA"), WEN, NEXT)
    with pytest.raises(ActError) as error:
        stage.wiring.verification.call_again(visit_id, told("EEE"), WEN, NEXT)
    assert error.value.code == "finished"


# --- what callers see -----------------------------------------------------------------------------


def test_a_caller_sees_his_calls_blind_until_he_has_saved(stage: Stage) -> None:
    picked(stage, "V-1", "EEE")
    picked(stage, "V-2", "")
    views = stage.wiring.call_views.mine(SUN)
    assert [view.visit_id for view in views] == ["V-1", "V-2"]
    alike = [
        replace(view, visit_id="", phone="", completed_at=CALLED, customer="") for view in views
    ]
    assert alike[0] == alike[1], "a form and none look the same"
    assert views[0].both is None
    stage.wiring.verification.attempt("V-1", "reached", SUN, CALLED)
    assert stage.wiring.call_views.of("V-1", SUN).both is None
    stage.wiring.verification.save_told("V-1", told("AAA"), SUN, CALLED)
    after = stage.wiring.call_views.of("V-1", SUN)
    assert after.both is not None
    assert (after.both.form, after.both.told, after.state) == ("EEE", "AAA", "asks")
    stage.wiring.verification.choose("V-1", "told", SUN, CALLED)
    assert stage.wiring.call_views.of("V-1", SUN).state == "finished"


def test_who_may_still_call_back_is_not_shown_to_his_caller(stage: Stage) -> None:
    picked(stage, "V-1", "EEE")
    for days, hours in ((0, 0), (1, 4), (2, 8)):
        at = CALLED + days * DAY + hours * HOUR
        stage.wiring.verification.attempt("V-1", "no_answer", SUN, at, at=at)
    view = stage.wiring.call_views.of("V-1", SUN)
    assert (view.state, view.both) == ("unreachable", None)
    call(stage, "V-1", told("AAA"), now=CALLED + 3 * DAY)
    assert stage.wiring.call_views.of("V-1", SUN).state == "asks"


def test_the_second_caller_sees_nothing_of_the_first_before_he_has_saved(stage: Stage) -> None:
    visit_id = recalled(stage)
    (view,) = stage.wiring.call_views.mine(WEN)
    assert (view.again, view.state, view.both, view.attempts) == (True, "open", None, ())
    stage.wiring.verification.call_again(visit_id, told("ABE"), WEN, NEXT)
    after = stage.wiring.call_views.of(visit_id, WEN)
    assert after.both is not None
    assert (after.state, after.both.form, after.both.told) == ("finished", "ABA", "ABE")


def test_an_appointment_is_shown_until_the_next_attempt(stage: Stage) -> None:
    picked(stage, "V-1")
    desk, agreed = stage.wiring.verification, CALLED + timedelta(hours=5)
    desk.attempt("V-1", "reached", SUN, CALLED, appointment=agreed)
    assert stage.wiring.call_views.of("V-1", SUN).appointment == agreed
    desk.attempt("V-1", "no_answer", SUN, agreed)
    assert stage.wiring.call_views.of("V-1", SUN).appointment is None


def test_nobody_sees_anothers_calls(stage: Stage) -> None:
    picked(stage, "V-1")
    assert stage.wiring.call_views.mine(WEN) == []
    assert stage.wiring.call_views.mine(LIN) == []
    picked(stage, "V-2", caller=None)
    assert [view.visit_id for view in stage.wiring.call_views.mine(LIN)] == ["V-2"]
    with pytest.raises(ActError):
        stage.wiring.call_views.of("V-1", WEN)
