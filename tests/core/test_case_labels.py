"""Unit, kind, severity, standing: two members and a reason; and what the customer may object to."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core import case_labels, case_objections
from chalicelib.core.acts import ActError
from chalicelib.core.case_labels import REASONS
from chalicelib.core.case_steps import Step
from chalicelib.core.cases import Case, case_number
from tests.core.lives import CASE, CHEN, RULES, SUN, ZHAO, Life, answered, closed, life

WHEN = "2026-06-05 10:00"
OTHER = replace(CASE, number=case_number(12), kind="complaint")


def relabels(made: Life, by: str, field: str, value: str, reason: str, of: str = "") -> Step:
    return made.does(
        lambda c, e, a: case_labels.relabel(c, e, a, field, value, reason, of), by, WHEN
    )


def both(made: Life, field: str, value: str, reason: str, of: str = "") -> None:
    for by in (ZHAO, CHEN):
        relabels(made, by, field, value, reason, of)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ActError) as refusal:
        act()
    return refusal.value.code


CHANGES: dict[str, tuple[str, str, str]] = {
    "unit": ("unit", "south-1", "other_unit"),
    "kind": ("kind", "enquiry", "mistaken"),
    "severity": ("severity", "grave", "harm"),
    "standing": ("standing", "out_of_scope", "misuse"),
}


@pytest.mark.parametrize(("field", "value", "reason"), CHANGES.values(), ids=CHANGES)
def test_what_money_hangs_on_changes_with_the_second_member(
    field: str, value: str, reason: str
) -> None:
    made = life(kind="complaint")
    before = getattr(made.case, field)
    relabels(made, ZHAO, field, value, reason)
    assert getattr(made.case, field) == before
    assert made.happened() == ["received", "label_proposed"]
    relabels(made, CHEN, field, value, reason)
    assert getattr(made.case, field) == value
    change = next(event for event in made.events if event.what == "labelled")
    assert dict(change.values) == {
        "field": field, "from": before, "to": value, "reason": reason, "proposed_by": ZHAO,
    }  # fmt: skip


@pytest.mark.parametrize(("field", "value", "reason"), CHANGES.values(), ids=CHANGES)
def test_nobody_changes_it_alone_however_often_he_says_so(
    field: str, value: str, reason: str
) -> None:
    made = life(kind="complaint")
    relabels(made, ZHAO, field, value, reason)
    assert refused(lambda: relabels(made, ZHAO, field, value, reason)) == "second_person"
    assert getattr(made.case, field) == getattr(CASE, field).replace("unread", "complaint")


def test_two_who_mean_different_things_change_nothing() -> None:
    made = life(kind="complaint")
    relabels(made, ZHAO, "standing", "out_of_scope", "misuse")
    relabels(made, CHEN, "standing", "out_of_scope", "product")
    assert made.case.standing == "counts"
    relabels(made, SUN, "standing", "out_of_scope", "product")
    assert made.case.standing == "out_of_scope"


def test_who_changed_his_mind_supports_his_first_word_no_more() -> None:
    made = life(kind="complaint")
    relabels(made, ZHAO, "severity", "grave", "harm")
    relabels(made, ZHAO, "severity", "serious", "harm")
    relabels(made, CHEN, "severity", "grave", "harm")
    assert made.case.severity == "minor"


def test_a_word_of_before_the_last_change_supports_no_later_one() -> None:
    made = life(kind="complaint")
    relabels(made, SUN, "severity", "serious", "harm")
    both(made, "severity", "grave", "harm")
    relabels(made, ZHAO, "severity", "serious", "harm")
    assert made.case.severity == "grave"


@pytest.mark.parametrize("standing", REASONS["standing"])
def test_every_standing_has_reasons_of_its_own(standing: str) -> None:
    for reason in REASONS["standing"][standing]:
        case_labels.check("standing", standing, reason)
    assert refused(lambda: case_labels.check("standing", standing, "because")) == "unknown_reason"
    assert refused(lambda: case_labels.check("standing", standing, "")) == "unknown_reason"


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "no such standing": (
        "unknown_value",
        lambda: relabels(life(), ZHAO, "standing", "ignored", "misuse"),
    ),
    "no such severity": (
        "unknown_value",
        lambda: relabels(life(), ZHAO, "severity", "huge", "harm"),
    ),
    "unread is no kind to go back to": (
        "unknown_value",
        lambda: relabels(life(kind="complaint"), ZHAO, "kind", "unread", "mistaken"),
    ),
    "a kind nobody has read yet": (
        "not_read",
        lambda: relabels(life(), ZHAO, "kind", "enquiry", "mistaken"),
    ),
    "no unit": ("empty_text", lambda: relabels(life(), ZHAO, "unit", " ", "mistaken")),
    "a duplicate of nothing": (
        "unknown_duplicate",
        lambda: relabels(life(), ZHAO, "standing", "duplicate", "duplicate"),
    ),
    "the wrong reason": (
        "unknown_reason",
        lambda: relabels(life(), ZHAO, "standing", "out_of_scope", "duplicate"),
    ),
    "a unit over the one it has": (
        "assigned",
        lambda: life().does(lambda c, e, a: case_labels.assign(c, e, a, "south-1"), ZHAO, WHEN),
    ),
}


@pytest.mark.parametrize(("code", "act"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_label_is_refused(code: str, act: Callable[[], object]) -> None:
    assert refused(act) == code


def test_an_unmatched_case_gets_its_unit_from_two_members_and_nobody_is_told() -> None:
    made = life(unit="")
    for by in (ZHAO, CHEN):
        made.does(lambda c, e, a: case_labels.assign(c, e, a, "south-1"), by, WHEN)
    assert (made.case.unit, made.case.state) == ("south-1", "received")
    assert case_objections.told_changes(made.events) == []


def test_a_case_that_moves_comes_back_to_supervision_without_the_old_units_words() -> None:
    made = answered()
    made.case = replace(made.case, summary="leaks", promised="2026-06-09")
    both(made, "unit", "south-1", "other_unit")
    assert (made.case.state, made.case.summary, made.case.promised) == ("received", "", "")
    assert made.happened()[-2:] == ["labelled", "moved"]


def test_a_closed_case_moves_and_stays_closed() -> None:
    made = closed()
    both(made, "unit", "south-1", "other_unit")
    assert (made.case.unit, made.case.state) == ("south-1", "closed")


def test_a_complaint_that_was_none_ends_and_one_that_is_one_begins_again() -> None:
    made = answered()
    both(made, "kind", "praise", "mistaken")
    assert made.case.state == "closed"
    both(made, "kind", "complaint", "mistaken")
    assert made.case.state == "reopened"


# --- duplicates -------------------------------------------------------------------------------

PARTNERS: dict[str, tuple[str, Case]] = {
    "same phone": ("", replace(OTHER, visit_id="")),
    "same visit": ("", replace(OTHER, phone="+8613900139000")),
    "another unit": ("no_duplicate", replace(OTHER, unit="south-1")),
    "neither phone nor visit": ("no_duplicate", replace(OTHER, phone="", visit_id="")),
    "set aside itself": ("no_duplicate", replace(OTHER, standing="out_of_scope")),
    "a duplicate itself": ("no_duplicate", replace(OTHER, standing="duplicate")),
    "praise": ("no_duplicate", replace(OTHER, kind="praise")),
    "unread": ("no_duplicate", replace(OTHER, kind="unread")),
    "the case itself": ("unknown_duplicate", CASE),
}


@pytest.mark.parametrize(("code", "other"), PARTNERS.values(), ids=PARTNERS)
def test_a_duplicate_is_one_of_a_counting_case_of_the_same_unit_and_phone_or_visit(
    code: str, other: Case
) -> None:
    if code:
        assert refused(lambda: case_labels.check_duplicate(CASE, other, RULES)) == code
    else:
        case_labels.check_duplicate(CASE, other, RULES)


def test_a_channel_that_does_not_count_sets_nothing_aside() -> None:
    without = replace(RULES, counting_channels=("web",))
    assert refused(lambda: case_labels.check_duplicate(CASE, OTHER, without)) == "no_duplicate"


def test_two_cases_without_phone_and_visit_are_not_of_the_same_one() -> None:
    one, other = (replace(case, phone="", visit_id="") for case in (CASE, OTHER))
    assert refused(lambda: case_labels.check_duplicate(one, other, RULES)) == "no_duplicate"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [change for change in CHANGES.values() if change[0] != "severity"],
)
def test_neither_of_a_pair_changes_so_that_none_of_them_counts(
    field: str, value: str, reason: str
) -> None:
    counting = life(kind="complaint", duplicates=(OTHER.number,))
    assert refused(lambda: relabels(counting, ZHAO, field, value, reason)) == "has_duplicates"
    aside = life(kind="complaint", standing="duplicate", duplicate_of=OTHER.number)
    assert refused(lambda: relabels(aside, ZHAO, field, value, reason)) == "is_duplicate"


def test_a_duplicate_may_be_let_count_again() -> None:
    made = life(kind="complaint", standing="duplicate", duplicate_of=OTHER.number)
    both(made, "standing", "counts", "mistaken")
    assert (made.case.standing, made.case.duplicate_of) == ("counts", "")


# --- labels that one member says --------------------------------------------------------------


def says(made: Life, field: str, value: str) -> Step:
    return made.does(lambda c, e, a: case_labels.label(c, a, field, value), ZHAO, WHEN)


def test_category_stage_and_owner_need_no_second_member() -> None:
    made = life()
    for field, value in (("category", "price"), ("stage", "in_warranty"), ("owner", SUN)):
        says(made, field, value)
        assert getattr(made.case, field) == value
    assert says(made, "stage", "in_warranty").events == ()


@pytest.mark.parametrize(("said", "contact"), [(False, "supervision"), (True, "unit")])
@pytest.mark.parametrize("category", ["attitude", "conduct", "safety"])
def test_a_matter_of_people_takes_the_number_back_unless_the_customer_chose(
    category: str, said: bool, contact: str
) -> None:
    made = life(contact="unit", contact_said=said)
    says(made, "category", category)
    assert made.case.contact == contact


def test_contact_is_the_customers_word_once_somebody_noted_it() -> None:
    made = life()
    says(made, "contact", "anonymous")
    assert (made.case.contact, made.case.contact_said) == ("anonymous", True)


# --- objections -------------------------------------------------------------------------------


def objects(made: Life) -> Step:
    return made.does(lambda c, e, a: case_objections.object_to(c, e, a, "SM1"), "customer", WHEN)


def rules(made: Life, result: str, by: str = SUN, reason: str = "looked again") -> Step:
    return made.does(lambda c, e, a: case_objections.rule(c, e, a, result, reason), by, WHEN)


def set_aside() -> Life:
    made = life(kind="complaint")
    both(made, "standing", "out_of_scope", "misuse")
    return made


def test_an_upheld_objection_lets_the_case_count_again() -> None:
    made = set_aside()
    objects(made)
    rules(made, "upheld")
    assert made.case.standing == "counts"
    assert made.happened()[-3:] == ["objected", "ruled", "labelled"]


def test_a_rejected_one_changes_nothing_and_is_told() -> None:
    made = set_aside()
    objects(made)
    rules(made, "rejected")
    assert made.case.standing == "out_of_scope"
    assert made.events[-1].values == {"result": "rejected", "reason": "looked again"}


def test_a_complaint_that_was_read_as_nothing_comes_back_to_life() -> None:
    made = life()
    made.reads(WHEN, "empty", ZHAO)
    made.reads(WHEN, "empty", CHEN)
    assert made.case.state == "closed"
    objects(made)
    rules(made, "upheld")
    assert (made.case.kind, made.case.state) == ("complaint", "reopened")


def test_what_was_changed_again_meanwhile_stays() -> None:
    made = set_aside()
    objects(made)
    both(made, "standing", "counts", "mistaken")
    rules(made, "upheld")
    assert made.case.standing == "counts"
    assert made.happened()[-1] == "ruled"


def test_a_second_objection_waits_with_the_first() -> None:
    made = set_aside()
    objects(made)
    assert objects(made).events == ()


NOT_RULED: dict[str, tuple[str, Callable[[], object]]] = {
    "nothing was changed": ("nothing_told", lambda: objects(life(kind="complaint"))),
    "only a complaint was read": ("nothing_told", lambda: objects(answered())),
    "a change already ruled on": (
        "nothing_told",
        lambda: (m := set_aside(), objects(m), rules(m, "rejected"), objects(m)),
    ),
    "no objection": ("no_objection", lambda: rules(set_aside(), "upheld")),
    "by who proposed it": (
        "handled",
        lambda: (m := set_aside(), objects(m), rules(m, "upheld", by=ZHAO)),
    ),
    "by who seconded it": (
        "handled",
        lambda: (m := set_aside(), objects(m), rules(m, "upheld", by=CHEN)),
    ),
    "without a reason": (
        "empty_text",
        lambda: (m := set_aside(), objects(m), rules(m, "upheld", reason=" ")),
    ),
    "another result": (
        "unknown_result",
        lambda: (m := set_aside(), objects(m), rules(m, "maybe")),
    ),
}


@pytest.mark.parametrize(("code", "act"), NOT_RULED.values(), ids=NOT_RULED)
def test_what_cannot_be_ruled_is_refused(code: str, act: Callable[[], object]) -> None:
    assert refused(act) == code


def test_an_objection_never_sets_a_case_aside() -> None:
    made = life(kind="complaint", standing="out_of_scope")
    both(made, "standing", "counts", "mistaken")
    objects(made)
    rules(made, "upheld")
    assert made.case.standing == "counts"
