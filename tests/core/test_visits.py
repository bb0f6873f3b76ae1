"""The form that answers make, and the history that is kept of them."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest

from chalicelib.core.grades import letters
from chalicelib.core.verification import Verification
from chalicelib.core.visits import (
    HISTORY_LIMIT,
    Answer,
    Outbox,
    asked_number,
    counted_letters,
    leading,
    merged,
    remarked,
    surveyed,
    voided,
    with_answer,
)
from tests.core.visit_samples import INVITED, INVITED_AT, NUMBER

MINUTE = timedelta(minutes=1)


def answer(
    code: str, place: int = 0, evidence: str = "direct", channel: str = "sms", *, late: bool = False
) -> Answer:
    return Answer(code, channel, evidence, INVITED_AT + place * MINUTE, f"S{place:03}", late)


def form(*answers: Answer, with_late: bool = True) -> str:
    grades = merged(answers, with_late=with_late)
    return letters(grades) if grades else ""


FORMS = {
    "nothing": ((), "", ""),
    "one": ((answer("ABA"),), "ABA", "ABA"),
    "the later of two": ((answer("AAA", 1), answer("BBB", 2)), "BBB", "BBB"),
    "item by item": ((answer("A--", 1), answer("-B-", 2), answer("--C", 3)), "ABC", "ABC"),
    "a blank takes nothing back": ((answer("AAA", 1), answer("-C-", 2)), "ACA", "ACA"),
    "evidence before time": (
        (answer("AAA", 1, "direct"), answer("EEE", 2, "staff")),
        "AAA",
        "AAA",
    ),
    "each item by its own evidence": (
        (answer("-B-", 1, "supervision"), answer("CCC", 2, "direct")),
        "CBC",
        "CBC",
    ),
    "late is said and does not count": (
        (answer("AAA", 1), answer("B--", 2, late=True)),
        "BAA",
        "AAA",
    ),
    "late alone": ((answer("AAA", 1, late=True),), "AAA", ""),
    "late supervision counts as little": (
        (answer("AAA", 1), answer("EEE", 2, "supervision", late=True)),
        "EEE",
        "AAA",
    ),
}


@pytest.mark.parametrize(("answers", "said", "counted"), FORMS.values(), ids=FORMS)
def test_the_form_of_answers_in_any_order(
    answers: tuple[Answer, ...], said: str, counted: str
) -> None:
    for order in permutations(answers):
        assert form(*order) == said
        assert form(*order, with_late=False) == counted


def test_items_stand_in_their_order() -> None:
    grades = merged([answer("--C", 1), answer("A--", 2), answer("-B-", 3)], with_late=True)
    assert list(grades) == ["timeliness", "quality", "attitude"]


def test_a_visit_uploaded_after_its_close_counts_nothing() -> None:
    answered = replace(INVITED, answers=(answer("ABA"),))
    assert counted_letters(answered) == "ABA"
    assert counted_letters(replace(answered, late_upload=True)) == ""
    assert counted_letters(INVITED) == ""


VOIDS = {
    ("never_answered", "proposed"): "ABA",
    ("never_answered", "refused"): "ABA",
    ("never_answered", "approved"): "",
    ("no_visit", "approved"): "",
    ("confirmed", ""): "ABA",
}


@pytest.mark.parametrize(("case", "expected"), VOIDS.items(), ids=map("-".join, VOIDS))
def test_a_form_counts_until_its_void_is_approved(case: tuple[str, str], expected: str) -> None:
    outcome, void = case
    checked = Verification("2026-W23", "", "random", outcome=outcome, void=void)
    called = replace(INVITED, answers=(answer("ABA"),), verification=checked)
    assert counted_letters(called) == expected
    assert voided(called) is (expected == "")


def test_void_answers_are_kept_and_make_no_form_whatever_comes_after_them() -> None:
    void = replace(answer("AAA", 1), void=True)
    assert form(void) == ""
    assert form(void, answer("-C-", 2)) == "-C-"
    assert leading([void]) is None
    assert with_answer([void], answer("BBB", 2)) == (void, answer("BBB", 2))


def test_the_strongest_answer_gives_channel_and_evidence() -> None:
    call, text = answer("B--", 1, "supervision", "call"), answer("AAA", 2)
    assert leading([text, call]) == call
    assert leading([]) is None


def test_a_source_counts_once() -> None:
    first = with_answer((), answer("AAA", 1))
    assert with_answer(first, replace(answer("EEE", 9), source="S001")) == first


def test_the_history_ends_at_its_limit_and_keeps_what_matters() -> None:
    kept: tuple[Answer, ...] = (answer("A--", 0, "supervision"), answer("-B-", 1, late=True))
    for place in range(2, 90):
        kept = with_answer(kept, answer("--C", place, "staff"))
    assert len(kept) == HISTORY_LIMIT
    assert form(*kept) == "ABC"
    assert form(*kept, with_late=False) == "A-C"
    assert kept[-1].source == "S089", "of those that count the same the latest stays"


def test_what_was_dropped_would_have_changed_nothing_in_any_order() -> None:
    """The same letters from another instant matter as much as other letters."""
    random = Random(5)  # noqa: S311 # a shuffle that comes again
    answers = [
        answer(
            "".join(random.choice("-AB") for _ in range(3)),
            place,
            random.choice(("staff", "direct")),
            late=random.random() < 0.3,
        )
        for place in range(60)
    ]
    expected = form(*answers), form(*answers, with_late=False)
    for _ in range(40):
        random.shuffle(answers)
        kept: tuple[Answer, ...] = ()
        for each in (*answers, *answers[:20]):
            kept = with_answer(kept, each)
        assert len(kept) == HISTORY_LIMIT
        assert (form(*kept), form(*kept, with_late=False)) == expected


def test_a_remark_is_kept_once() -> None:
    noted = remarked(remarked(INVITED, "not_me"), "call_me")
    assert noted.remarks == ("not_me", "call_me")
    assert remarked(noted, "not_me") is noted


def test_the_asked_number_is_the_one_our_text_went_to() -> None:
    assert asked_number(INVITED) == NUMBER
    sent = surveyed(INVITED, outbox=Outbox("invitation", to="+85251230009"))
    assert asked_number(sent) == "+85251230009"
    assert asked_number(surveyed(INVITED, outbox=Outbox("invitation"))) == NUMBER
