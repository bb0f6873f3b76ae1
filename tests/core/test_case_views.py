"""What a unit sees: by name, never by leaving out; and what may belong together."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from chalicelib.core import case_views
from chalicelib.core.cases import Case, case_number
from tests.core.lives import CASE, MORNING, RULES, Life, answered, closed, life

SECRET = {
    "number": case_number(99),
    "code_sha256": "c" * 64,
    "recording": "recordings/RE1.wav",
    "call": "CA1",
    "language": "en",
    "owner": "somebody@s.example",
    "duplicates": (case_number(5),),
    "version": 17,
    "due_at": MORNING,
}
"""What differs between two cases that a unit must not tell from each other."""

CUSTOMER = {
    "customer_name": "王小姐",
    "phone": "+8613912345678",
    "visit_id": "V-77",
    "text": "我是王小姐，家住三楼",
}
"""And where only supervision may contact the customer, everything that leads to him."""


def seen(made: Life) -> case_views.Shown:
    return case_views.unit_view(made.case, made.events, RULES)


def changed(made: Life, **changes: object) -> Life:
    return Life(replace(made.case, **changes), made.events)  # type: ignore[arg-type] # of the fields


@pytest.mark.parametrize("contact", ["unit", "supervision", "anonymous"])
@pytest.mark.parametrize("field", SECRET)
def test_what_is_supervisions_own_changes_nothing_that_a_unit_sees(
    contact: str, field: str
) -> None:
    made = answered(contact=contact)
    assert seen(changed(made, **{field: SECRET[field]})) == seen(made)


@pytest.mark.parametrize("contact", ["supervision", "anonymous"])
@pytest.mark.parametrize("field", CUSTOMER)
def test_the_customer_of_a_supervision_only_case_leaves_no_trace(contact: str, field: str) -> None:
    made = answered(contact=contact)
    assert seen(changed(made, **{field: CUSTOMER[field]})) == seen(made)
    assert case_views.customer_of(made.case) is None


def test_every_field_of_a_case_was_thought_of() -> None:
    """A new field fails here until somebody says on which side it stands."""
    shown = {"reference", "state", "kind", "category", "stage", "severity", "standing", "repeats"}
    shown |= {"summary", "promised", "contact", "channel", "unit"}
    beside = {"received_at", "month", "events", "contact_said", "duplicate_of"}
    assert {field.name for field in fields(Case)} == shown | beside | set(SECRET) | set(CUSTOMER)


def test_a_unit_sees_the_job_and_the_words_where_it_may_contact_the_customer() -> None:
    made = answered(text="still leaks")
    view = seen(made)
    assert (view["visit_id"], view["text"]) == ("V1", "still leaks")
    assert "phone" not in view
    assert case_views.customer_of(made.case) == {"customer_name": "李芳", "phone": CASE.phone}


def test_name_and_number_are_for_an_open_case() -> None:
    assert case_views.customer_of(closed().case) is None


def test_supervisions_summary_stands_for_the_customers_words() -> None:
    made = life(kind="complaint", text="the long story")
    made.forwards("2026-06-03 10:00", summary="leaks")
    assert ("text" in seen(made), seen(made)["summary"]) == (False, "leaks")


@pytest.mark.parametrize(
    ("channel", "source"),
    [
        *((channel, "customer") for channel in ("hotline", "sms", "web")),
        *((channel, "supervision") for channel in ("desk", "call")),
    ],
)
def test_a_unit_sees_only_who_spoke_and_not_by_which_way(channel: str, source: str) -> None:
    assert seen(answered(channel=channel))["from"] == source


def test_a_unit_knows_of_a_case_from_its_forwarding_until_it_moves() -> None:
    made = life(kind="complaint")
    assert not case_views.shown_to_unit(made.case, made.events)
    made.forwards("2026-06-03 10:00")
    assert case_views.shown_to_unit(made.case, made.events)
    moved = [*made.events, replace(made.events[-1], sequence=9, what="moved")]
    assert not case_views.shown_to_unit(made.case, moved)


def test_a_unit_sees_its_terms_its_answer_and_its_pause() -> None:
    made = life(kind="complaint")
    made.forwards("2026-06-03 10:00")
    assert seen(made)["answer_by"].startswith("2026-06-04T")
    made.answers("2026-06-03 12:00", day="2026-06-09")
    made.asks_pause("2026-06-03 13:00", "2026-06-08")
    assert (seen(made)["cause"], seen(made)["paused_until"]) == ("seal", "asked")
    made.grants_pause("2026-06-03 14:00")
    assert (seen(made)["promised"], seen(made)["paused_until"]) == ("2026-06-09", "2026-06-08")
    assert "solved" not in seen(made)


OTHER = replace(CASE, number=case_number(12))
NEAR: dict[str, tuple[Case, tuple[str, ...]]] = {
    "same phone and visit": (OTHER, ("phone", "visit")),
    "same phone, another unit": (replace(OTHER, visit_id="", unit="south-1"), ("phone",)),
    "same visit": (replace(OTHER, phone=""), ("visit",)),
    "30 days later": (replace(OTHER, received_at=MORNING + timedelta(days=30)), ("phone", "visit")),
    "31 days later": (replace(OTHER, received_at=MORNING + timedelta(days=31)), ()),
    "31 days before": (replace(OTHER, received_at=MORNING - timedelta(days=31)), ()),
    "nothing in common": (replace(OTHER, phone="+8613912345678", visit_id="V2"), ()),
    "the case itself": (CASE, ()),
}


@pytest.mark.parametrize(("other", "why"), NEAR.values(), ids=NEAR)
def test_what_may_belong_together_is_suggested_with_its_reason(
    other: Case, why: tuple[str, ...]
) -> None:
    found = case_views.may_belong(CASE, [other])
    assert [each.why for each in found] == ([why] if why else [])


def test_two_anonymous_cases_have_nothing_in_common() -> None:
    bare = replace(CASE, phone="", visit_id="")
    assert case_views.may_belong(bare, [replace(bare, number=OTHER.number)]) == []
