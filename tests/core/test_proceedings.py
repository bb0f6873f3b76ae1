"""A frozen month goes from step to step, and says when something has waited too long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core import month_steps, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import Act
from chalicelib.core.proceedings import Proceeding
from chalicelib.rulebook import load

RULES = load()
WEDNESDAY = datetime(2026, 6, 10, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai, a working day; the three after it are Thursday, Friday, Monday."""
DAY = timedelta(days=1)
MONDAY_NIGHT = datetime(2026, 6, 15, 15, 59, 59, tzinfo=UTC)
TUESDAY = datetime(2026, 6, 15, 16, 0, tzinfo=UTC)

LEAD, OTHER, HR, UNIT = "lin@s.example", "mei@s.example", "hu@p.example", "unit:U1:boss@e.example"

Step = Callable[[Proceeding], Proceeding]


def act(by: str, at: datetime = WEDNESDAY) -> Act:
    return Act(by, at, "test")


def closed() -> Proceeding:
    return proceedings.begun("U1", 1, "2026-05", WEDNESDAY, RULES)


def signed(of: Proceeding | None = None, at: datetime = WEDNESDAY, by: str = LEAD) -> Proceeding:
    return month_steps.sign(of or closed(), act(by, at), "a" * 64, RULES)


def objected(
    of: Proceeding | None = None, at: datetime = WEDNESDAY, about: str = "change", reason: str = "x"
) -> Proceeding:
    return month_steps.object_to(of or signed(), act(UNIT, at), about, reason, "", RULES)


def ruled(
    of: Proceeding,
    number: str = "",
    by: str = OTHER,
    kin: tuple[str, ...] = (),
    result: str = "rejected",
) -> Proceeding:
    return month_steps.rule(of, act(by), number, result, "because", kin, RULES)


def asked(of: Proceeding | None = None) -> Proceeding:
    return month_steps.question(of or signed(), act(HR), "why?", RULES)


def issued(of: Proceeding, at: datetime = TUESDAY, amendments: tuple[str, ...] = ()) -> Proceeding:
    return month_steps.issue(of, act(HR, at), amendments, RULES)


def refusal(do: Callable[[], object]) -> ActError:
    with pytest.raises(ActError) as caught:
        do()
    return caught.value


def test_a_month_is_closed_then_noticed_then_issued() -> None:
    states = [closed(), signed(), issued(signed())]
    assert [each.state for each in states] == ["closed", "noticed", "issued"]
    assert [step.what for step in states[-1].steps] == ["closed", "signed", "issued"]


def test_the_signature_names_the_document() -> None:
    assert signed().steps[-1].values == {"document": "a" * 64}


def test_to_sign_once_more_changes_nothing_and_another_finds_it_signed() -> None:
    once = signed()
    assert signed(once) is once
    assert refusal(lambda: signed(once, by=OTHER)).code == "month_state"


@pytest.mark.parametrize(
    "do",
    [objected, lambda each: issued(each), lambda each: ruled(each)],
    ids=["object", "issue", "rule"],
)
def test_before_the_notice_nothing_is_objected_ruled_or_issued(do: Step) -> None:
    before = closed()
    assert refusal(lambda: do(before)).code in ("month_state", "none_open")


@pytest.mark.parametrize(
    "do",
    [signed, objected, asked, lambda each: ruled(each), lambda each: issued(each)],
    ids=["sign", "object", "question", "rule", "issue"],
)
@pytest.mark.parametrize("end", ["issued", "superseded"])
def test_after_its_end_nothing_happens_any_more(do: Step, end: str) -> None:
    over = issued(signed()) if end == "issued" else proceedings.superseded(signed(), 2, TUESDAY)
    assert refusal(lambda: do(over)).facts["state"] == end


class TestTheTerm:
    """To the end of the third working day after the notice, in the organisation's zone."""

    def test_ends_with_the_third_working_day(self) -> None:
        assert str(proceedings.last_day_to_object(signed(), RULES)) == "2026-06-15"

    def test_lasts_to_the_last_second_of_that_day(self) -> None:
        assert len(proceedings.objections(objected(at=MONDAY_NIGHT))) == 1

    def test_refuses_later_objections_with_the_date(self) -> None:
        error = refusal(lambda: objected(at=TUESDAY))
        assert (error.code, error.facts) == ("objected_too_late", {"day": "2026-06-15"})

    def test_has_to_be_over_before_the_issue(self) -> None:
        error = refusal(lambda: issued(signed(), MONDAY_NIGHT))
        assert (error.code, error.facts) == ("term", {"day": "2026-06-15"})

    def test_of_a_notice_on_a_friday_night_ends_on_wednesday(self) -> None:
        friday = datetime(2026, 6, 12, 15, 59, tzinfo=UTC)
        assert str(proceedings.last_day_to_object(signed(at=friday), RULES)) == "2026-06-17"

    def test_passes_over_holidays(self) -> None:
        """The Dragon Boat Festival of 2026 is 19 June, a Friday."""
        wednesday = datetime(2026, 6, 17, 2, 0, tzinfo=UTC)
        rules = replace(
            RULES,
            calendar=replace(
                RULES.calendar,
                holidays=RULES.calendar.holidays | {datetime(2026, 6, 19).date()},  # noqa: DTZ001 # a day
            ),
        )
        assert str(proceedings.last_day_to_object(signed(at=wednesday), rules)) == "2026-06-23"


@pytest.mark.parametrize(
    ("about", "reason", "code"),
    [
        ("sum", "x", "unknown_line"),
        ("", "x", "unknown_line"),
        ("change", " ", "empty_text"),
        ("change", "x" * 1001, "long_text"),
    ],
)
def test_an_objection_names_a_line_or_a_case_and_its_reason(
    about: str, reason: str, code: str
) -> None:
    assert refusal(lambda: objected(about=about, reason=reason)).code == code


def test_the_same_objection_counts_once() -> None:
    once = objected()
    assert objected(once) is once
    assert len(proceedings.objections(objected(once, reason="y"))) == 2


class TestARuling:
    @pytest.mark.parametrize(
        ("by", "kin"),
        [(LEAD, ()), (OTHER, (OTHER,)), (UNIT, ())],
        ids=["who signed", "who worked on it", "who took it down"],
    )
    def test_is_for_a_lead_without_a_hand_in_it(self, by: str, kin: tuple[str, ...]) -> None:
        assert refusal(lambda: ruled(objected(), by=by, kin=kin)).code == "had_a_hand"

    def test_answers_the_only_open_objection(self) -> None:
        (objection,) = proceedings.objections(ruled(objected()))
        assert objection.answer is not None
        assert objection.answer.values["result"] == "rejected"

    def test_has_to_say_which_if_there_are_several(self) -> None:
        both = objected(objected(), about="complaints")
        error = refusal(lambda: ruled(both))
        assert (error.code, error.facts["numbers"]) == ("which", "1, 2")
        first = ruled(both, "1")
        assert refusal(lambda: ruled(first, "1")).code == "spoken"
        assert refusal(lambda: ruled(first, "3")).code == "none_open"
        assert [m.answer is not None for m in proceedings.objections(ruled(first))] == [True, True]

    def test_is_upheld_or_rejected(self) -> None:
        assert refusal(lambda: ruled(objected(), result="maybe")).code == "unknown_result"

    def test_may_come_after_the_term(self) -> None:
        late = month_steps.rule(
            objected(), act(OTHER, TUESDAY + 9 * DAY), "", "upheld", "so", (), RULES
        )
        assert late.steps[-1].what == "ruled"


class TestTheIssue:
    def test_waits_for_every_ruling(self) -> None:
        assert refusal(lambda: issued(objected())).facts == {"numbers": "1"}

    def test_waits_for_every_answer(self) -> None:
        error = refusal(lambda: issued(asked()))
        assert (error.code, error.facts) == ("unanswered", {"numbers": "1"})
        done = month_steps.answer(asked(), act(LEAD), "", "so", RULES)
        assert issued(done).state == "issued"

    def test_waits_for_every_amendment(self) -> None:
        error = refusal(lambda: issued(signed(), amendments=("b", "a")))
        assert (error.code, error.facts) == ("amendments_open", {"causes": "a, b"})


class TestADocumentThatTakesItsPlace:
    def test_ends_what_was_not_issued(self) -> None:
        over = proceedings.superseded(objected(), 7, TUESDAY)
        assert (over.state, over.due_at, over.steps[-1].values) == ("superseded", None, {"by": "7"})

    def test_leaves_what_was_issued_issued(self) -> None:
        over = proceedings.superseded(issued(signed()), 7, TUESDAY)
        assert (over.state, over.steps[-1].what) == ("issued", "superseded")

    def test_takes_over_what_is_open_and_nothing_else(self) -> None:
        both = objected(objected(), about="complaints", reason="second")
        before = asked(ruled(both, "1"))
        after = proceedings.begun("U1", 7, "2026-05", TUESDAY, RULES, before)
        (objection,) = proceedings.objections(after)
        assert objection.step.values["reason"] == "second"
        assert objection.step.values["carried_from"] == "1"
        assert len(proceedings.questions(after)) == 1
        assert ruled(after).steps[-1].values["number"] == "1"

    def test_hears_what_went_over_once_more_as_the_same(self) -> None:
        before = objected()
        after = signed(proceedings.begun("U1", 7, "2026-05", WEDNESDAY, RULES, before))
        assert objected(after) is after


class TestWhatIsOverdue:
    """What has waited since Wednesday morning is overdue as Tuesday begins."""

    def test_an_unsigned_document(self) -> None:
        assert closed().due_at == TUESDAY

    def test_nothing_after_the_notice(self) -> None:
        assert signed().due_at is None

    def test_an_objection_without_a_ruling(self) -> None:
        assert objected().due_at == TUESDAY
        assert ruled(objected()).due_at is None

    def test_a_question_without_an_answer(self) -> None:
        assert asked().due_at == TUESDAY

    def test_the_oldest_of_them(self) -> None:
        later = objected(objected(), at=WEDNESDAY + DAY, about="complaints")
        assert later.due_at == TUESDAY
        assert ruled(later, "1").due_at == TUESDAY + DAY
        found = [(duty.what, duty.number) for duty in proceedings.duties(later, RULES)]
        assert found == [("unruled", 1), ("unruled", 2)]
