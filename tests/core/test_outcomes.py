"""What a verification call came to: each rule of the table, and each edge."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.grades import letters
from chalicelib.core.outcomes import (
    KEEPS_VOID,
    Known,
    answer_of,
    compared,
    held,
    outcome_of,
    proposes_void,
    settlement_of,
    tells_work,
)
from chalicelib.core.tallies import SILENT
from chalicelib.core.verification import OUTCOMES, SETTLEMENTS, Attempt, Told, Verification, void_of
from tests.core.visit_samples import INVITED_AT, RULES

CALLER = "sun@supervision.example"
DAY = timedelta(days=1)


def known(form: str, *reached: str, told: Told | None = None, surveyed: bool = True) -> Known:
    """Attempts a day and three hours apart: morning, afternoon, evening."""
    step = DAY + timedelta(hours=4)
    made = [Attempt(INVITED_AT + place * step, CALLER, each) for place, each in enumerate(reached)]
    return Known(form, made, told, RULES, surveyed)


def told(grades: str = SILENT, answered: str = "yes", **more: str) -> Told:
    return Told(grades, answered, **{"work": "changed the valve on 3 June", **more})


NO = "no_answer"
OUTCOME = {
    "nobody called": (known("ABA"), ""),
    "nobody answered once": (known("ABA", NO), ""),
    "nobody answered three times": (known("ABA", NO, NO, NO), "unreachable"),
    "a silent visit, nobody answered": (known(SILENT, NO, NO, NO), "unreachable"),
    "he refused": (known("ABA", "refused"), "refused"),
    "he refused after all": (known("ABA", NO, "refused"), "refused"),
    "the number is not his": (known("ABA", "wrong_number"), "wrong_number"),
    "the number of a silent visit is not his": (known(SILENT, "wrong_number"), "wrong_number"),
    "nobody was ever there": (known("ABA", "no_visit"), "no_visit"),
    "nobody was ever at a silent one": (known(SILENT, "no_visit"), "no_visit"),
    "reached, nothing noted yet": (known("ABA", "reached"), ""),
    "reached once, then not, nothing noted": (known("ABA", "reached", NO, NO), ""),
    "a bridged call without a note": (known("ABA", ""), ""),
    "the same grades": (known("ABA", "reached", told=told("ABA")), "confirmed"),
    "reached at the third attempt": (
        known("ABA", NO, NO, "reached", told=told("ABA")),
        "confirmed",
    ),
    "another grade": (known("ABA", "reached", told=told("ABE")), "differs"),
    "he never answered": (known("ABA", "reached", told=told("ABA", "no")), "never_answered"),
    "he never answered and tells no grade": (
        known("ABA", "reached", told=told(SILENT, "no")),
        "never_answered",
    ),
    "he does not know whether he answered": (
        known("ABA", "reached", told=told("ABA", "")),
        "confirmed",
    ),
    "a silent visit is reached": (known(SILENT, "reached", told=told("ABA", "no")), "first_form"),
    "a silent visit, one grade": (known(SILENT, "reached", told=told("-B-", "no")), "first_form"),
    "a silent visit, no grade": (known(SILENT, "reached", told=told(SILENT, "no")), "refused"),
    "no grade to compare": (known("ABA", "reached", told=told(SILENT)), "refused"),
    "he cannot say what was done": (known("ABA", "reached", told=Told("ABA", "yes")), "refused"),
    "he says that he cannot": (known("ABA", "reached", told=told("ABE", work=" No ")), "refused"),
    "he cannot say what was done, and never answered": (
        known("ABA", "reached", told=Told("EEE", "no")),
        "refused",
    ),
    "a silent visit, he cannot say what was done": (
        known(SILENT, "reached", told=Told("ABA", "no")),
        "refused",
    ),
    "a form with a blank, the rest the same": (
        known("AB-", "reached", told=told("ABC")),
        "confirmed",
    ),
    "he tells less, and that the same": (known("ABA", "reached", told=told("-B-")), "confirmed"),
    "he tells less, and that another": (known("ABA", "reached", told=told("-C-")), "differs"),
    "nothing that both have": (known("A--", "reached", told=told("-BC")), "refused"),
    "never answered a survey, but told an earlier call": (
        known("ABA", "reached", told=told("ABA", "no"), surveyed=False),
        "confirmed",
    ),
}


@pytest.mark.parametrize(("case", "expected"), OUTCOME.values(), ids=OUTCOME)
def test_an_outcome_follows_from_form_attempts_and_what_was_told(
    case: Known, expected: str
) -> None:
    assert outcome_of(case) == expected
    assert expected in (*OUTCOMES, "")


def test_the_order_in_which_attempts_are_noted_changes_nothing() -> None:
    case = known("ABA", NO, "reached", NO, told=told("ABE"))
    turned = replace(case, attempts=tuple(reversed(case.attempts)))
    assert outcome_of(turned) == outcome_of(case) == "differs"


HELD = {
    "confirmed": ("confirmed", "ABA", "ABA", "", "ABA", "ABA"),
    "confirmed, the blank told": ("confirmed", "AB-", "ABC", "", "ABC", "ABC"),
    "confirmed, less told": ("confirmed", "ABA", "-B-", "", "ABA", "-B-"),
    "differs, nobody asked": ("differs", "ABA", "ACE", "", "ACE", "ACE"),
    "differs, told": ("differs", "ABA", "ACE", "told", "ACE", "ACE"),
    "differs, form": ("differs", "ABA", "ACE", "form", "ABA", "ABA"),
    "differs, form with a blank": ("differs", "AB-", "ACD", "form", "ABD", "ABD"),
    "differs, less told": ("differs", "ABA", "-C-", "", "ACA", "-C-"),
    "differs, less told, form": ("differs", "ABA", "-C-", "form", "ABA", "-B-"),
    "first form": ("first_form", SILENT, "A-C", "", "A-C", "A-C"),
    "never answered": ("never_answered", "ABA", "EEE", "", "ABA", SILENT),
    "refused": ("refused", "ABA", "EEE", "", "ABA", SILENT),
    "refused, silent": ("refused", SILENT, "EEE", "", SILENT, SILENT),
    "unreachable": ("unreachable", "ABA", SILENT, "", "ABA", SILENT),
    "no visit": ("no_visit", "ABA", SILENT, "", "ABA", SILENT),
}


@pytest.mark.parametrize(
    ("outcome", "form", "spoken", "choice", "after", "answer"), HELD.values(), ids=HELD
)
def test_what_holds_after_a_call_and_what_supervision_answers(
    outcome: str, form: str, spoken: str, choice: str, after: str, answer: str
) -> None:
    assert held(outcome, form, spoken, choice) == after
    assert letters(answer_of(outcome, form, spoken, choice)) == answer


VOIDS = {
    ("never_answered", "ABA"): True,
    ("wrong_number", "ABA"): True,
    ("wrong_number", SILENT): False,
    ("no_visit", "ABA"): True,
    ("no_visit", SILENT): True,
    ("differs", "ABA"): False,
    ("refused", "ABA"): False,
    ("unreachable", SILENT): False,
}


@pytest.mark.parametrize(("case", "expected"), VOIDS.items(), ids=map("-".join, VOIDS))
def test_a_void_is_proposed_where_a_form_was_not_the_customers_or_no_visit_was(
    case: tuple[str, str], expected: bool
) -> None:
    assert proposes_void(*case) is expected


def test_an_unproposed_outcome_keeps_a_void_only_where_it_tells_nothing_new() -> None:
    assert {"confirmed", "differs", "first_form", "never_answered", "no_visit"} == {
        outcome for outcome in OUTCOMES if outcome not in KEEPS_VOID
    }


VOID_OF = {
    ("never_answered", "proposed"): "proposed",
    ("never_answered", "approved"): "form",
    ("wrong_number", "approved"): "form",
    ("no_visit", "approved"): "visit",
    ("no_visit", "refused"): "",
    ("no_visit", "proposed"): "proposed",
    ("confirmed", ""): "",
}


@pytest.mark.parametrize(("case", "expected"), VOID_OF.items(), ids=map("-".join, VOID_OF))
def test_a_void_takes_the_form_and_of_no_visit_the_visit_once_it_is_approved(
    case: tuple[str, str], expected: str
) -> None:
    outcome, void = case
    assert void_of(Verification("2026-W23", "", "random", outcome=outcome, void=void)) == expected
    assert void_of(None) == ""


def test_both_are_shown_side_by_side_and_the_customer_is_asked_once() -> None:
    shown = compared("differs", "AB-", "ACD")
    assert shown.items == {"timeliness": "same", "quality": "differs", "attitude": "only_told"}
    assert (shown.asks, shown.held) == (True, "ACD")
    assert not compared("differs", "AB-", "ACD", "form").asks
    assert not compared("confirmed", "ABA", "ABA").asks
    assert compared("refused", "A-A", SILENT).items == {
        "timeliness": "only_form",
        "quality": "blank",
        "attitude": "only_form",
    }


@pytest.mark.parametrize(
    ("words", "tells"),
    [
        ("换了阀门", True),
        ("", False),
        ("  ", False),
        ("no", False),
        ("-", False),
        ("No idea", True),
    ],
)
def test_only_words_say_what_was_done(words: str, tells: bool) -> None:
    assert tells_work(Told(work=words)) is tells


def test_a_bill_is_wrong_where_whoever_says_so_knows_the_job_or_that_there_was_none() -> None:
    for settlement in SETTLEMENTS:
        assert settlement_of(told(settlement=settlement)) == settlement
    assert settlement_of(Told(settlement="no_job")) == "no_job"
    assert settlement_of(Told(settlement="other_work")) == ""
    assert settlement_of(None) == settlement_of(told()) == ""
