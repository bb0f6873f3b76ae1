"""One member makes a case a complaint; anything else takes two."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.core import acts, case_kinds
from chalicelib.core.acts import ActError
from chalicelib.core.case_kinds import READ_AS
from chalicelib.core.case_steps import Act
from chalicelib.core.cases import KINDS, Case, CaseEvent, case_number
from chalicelib.core.people import ROLES, Member

NOW = datetime(2026, 6, 4, 3, 0, tzinfo=UTC)
CASE = Case(case_number(1), NOW, "2026-06", "sms", "north-1", version=1)
OTHERS = tuple(kind for kind in READ_AS if kind != "complaint")


def after(*said: tuple[str, str]) -> tuple[Case, list[CaseEvent]]:
    """The case and its events after members have each said a kind, in this order."""
    case, events = CASE, [CaseEvent(CASE.number, 0, NOW, "received", "customer", "sms")]
    for by, kind in said:
        step = case_kinds.read(case, events, kind, Act(by, NOW, "tools"))
        case, events = step.case, [*events, *step.events]
    return case, events


def refused(*said: tuple[str, str]) -> str:
    with pytest.raises(ActError) as refusal:
        after(*said)
    return refusal.value.code


def test_a_complaint_is_one_at_the_first_word() -> None:
    case, events = after(("a@s", "complaint"))
    assert case == replace(CASE, kind="complaint", events=1, owner="a@s")
    assert events[1:] == [
        CaseEvent(CASE.number, 1, NOW, "read", "a@s", "tools", {"kind": "complaint"})
    ]


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_waits_for_the_word_of_a_second_member(kind: str) -> None:
    case, events = after(("a@s", kind))
    assert (case.kind, events[-1].what, events[-1].values) == (
        "unread",
        "read_proposed",
        {"kind": kind},
    )
    case, events = after(("a@s", kind), ("b@s", kind))
    assert (case.kind, events[2].what) == (kind, "read")
    assert events[2].values == {"kind": kind, "proposed_by": "a@s"}
    assert [event.sequence for event in events] == list(range(len(events)))


@pytest.mark.parametrize("kind", OTHERS)
def test_praise_and_empty_cases_end_with_their_reading(kind: str) -> None:
    case, events = after(("a@s", kind), ("b@s", kind))
    ended = kind in ("praise", "empty")
    assert case.state == ("closed" if ended else "received")
    assert (events[-1].what == "closed") == ended


def test_who_touches_a_case_first_owns_it_to_the_end() -> None:
    assert after(("a@s", "praise"), ("b@s", "praise"))[0].owner == "a@s"


def test_nobody_confirms_himself() -> None:
    assert refused(("a@s", "praise"), ("a@s", "praise")) == "second_person"
    assert refused(("a@s", "praise"), ("b@s", "empty"), ("a@s", "praise")) == "second_person"


def test_who_changed_his_mind_confirms_the_other_and_not_his_first_word() -> None:
    assert after(("a@s", "praise"), ("b@s", "empty"), ("a@s", "empty"))[0].kind == "empty"
    assert after(("a@s", "praise"), ("a@s", "empty"), ("b@s", "praise"))[0].kind == "unread"
    assert after(("a@s", "praise"), ("a@s", "empty"), ("b@s", "empty"))[0].kind == "empty"


def test_two_who_differ_leave_the_case_unread_until_a_third_agrees_with_one() -> None:
    case, _ = after(("a@s", "praise"), ("b@s", "empty"))
    assert case.kind == "unread"
    case, events = after(("a@s", "praise"), ("b@s", "empty"), ("c@s", "empty"))
    assert (case.kind, events[-2].values["proposed_by"]) == ("empty", "b@s")


def test_a_complaint_needs_no_second_person_whatever_was_proposed() -> None:
    assert after(("a@s", "praise"), ("b@s", "complaint"))[0].kind == "complaint"
    assert after(("a@s", "praise"), ("a@s", "complaint"))[0].kind == "complaint"


def test_to_say_again_what_a_case_is_changes_nothing() -> None:
    case, events = after(("a@s", "complaint"), ("b@s", "complaint"), ("a@s", "complaint"))
    assert (case.kind, case.events, len(events)) == ("complaint", 1, 2)


@pytest.mark.parametrize("kind", OTHERS)
def test_a_case_that_was_read_is_no_more_read_as_another_kind(kind: str) -> None:
    assert refused(("a@s", "complaint"), ("b@s", kind)) == "already_read"
    assert refused(("a@s", kind), ("b@s", kind), ("c@s", "complaint")) == "already_read"


@pytest.mark.parametrize("kind", ["unread", "Complaint", "", "complaint "])
def test_what_is_no_kind_is_refused(kind: str) -> None:
    assert refused(("a@s", kind)) == "unknown_kind"


def test_every_kind_but_unread_can_be_said() -> None:
    assert {*READ_AS, "unread"} == set(KINDS)


def test_each_act_is_for_roles_that_exist_and_for_those_alone() -> None:
    for act, roles in acts.MAY.items():
        assert set(roles) <= set(ROLES)
        for role in ROLES:
            by = Member("Li", "li@s.example", role)
            if role in roles:
                acts.allow(act, by, "north-1")
            else:
                with pytest.raises(ActError, match="role"):
                    acts.allow(act, by)


def test_a_recused_member_does_nothing_to_his_unit_and_all_else() -> None:
    by = Member("Li", "li@s.example", "lead", recusals=("north-1",))
    acts.allow("read-case", by, "north-10")
    acts.allow("read-case", by)
    with pytest.raises(ActError, match="recused"):
        acts.allow("read-case", by, "north-1")
