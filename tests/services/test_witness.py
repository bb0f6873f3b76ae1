"""The witness: what came in in a week, as it was mailed, against what the tables say later."""

import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.cases import Case, CaseEvent
from chalicelib.core.visits import HISTORY_LIMIT, Answer, Facts, Survey, Visit, with_answer
from chalicelib.core.witness import WeekOfFacts
from tests.services.months import JUNE, MAY, close, document, made_at, put_cases
from tests.stage import Stage

WEEK = "2026-W20"
START = datetime(2026, 5, 10, 16, 0, tzinfo=UTC)
"""Monday 11 May, 00:00 in Shanghai."""
END = START + timedelta(days=7)
MOMENT = timedelta(microseconds=1)


def put(stage: Stage, visit_id: str, *at: datetime, month: str = MAY, late: bool = False) -> None:
    """A visit with an answer at each of these instants."""
    answers = tuple(
        Answer("ABA", "sms", "direct", moment, f"SM-{visit_id}-{place}", late)
        for place, moment in enumerate(at)
    )
    completed = START - timedelta(days=3)
    visit = Visit(
        Facts(visit_id, "U1", "Li", completed, "Mrs Chan", "+85251230001"), month, completed,
        "0" * 32, survey=Survey("answered"), answers=answers,
    )  # fmt: skip
    assert stage.storage.visits.create(visit)


def taken(stage: Stage, week: str = WEEK) -> WeekOfFacts:
    stage.move(max(stage.now, END + timedelta(hours=7)))
    (found,) = stage.wiring.week_witness.weeks(week, stage.now)
    return found


def differing(stage: Stage) -> list[str]:
    close(stage, MAY)
    found: list[str] = document(stage, MAY)["weeks_differ"]
    return found


def edit(stage: Stage, visit_id: str, **changes: Any) -> None:  # noqa: ANN401 # as a visit's fields
    stage.storage.visits.save(replace(stage.visit(visit_id), **changes))


@pytest.fixture
def week(stage: Stage) -> Stage:
    """Two answers and a case in the week; answers and cases just before and just after it."""
    put(stage, "V1", START)
    put(stage, "V2", END - MOMENT)
    put(stage, "V3", START - MOMENT)
    put(stage, "V4", END)
    put_case(stage, "572000001", START + timedelta(hours=1))
    put_case(stage, "572000002", START - MOMENT)
    put_case(stage, "572000003", END)
    return stage


def put_case(stage: Stage, number: str, at: datetime, unit: str = "U1") -> None:
    case = Case(number, at, MAY, "sms", unit, kind="complaint")
    stage.storage.commit([case, CaseEvent(number, 0, at, "received", "customer")], [])


def move_case(stage: Stage, number: str, at: datetime, unit: str) -> None:
    """A case becomes another unit's, as the desk writes it down."""
    case = stage.storage.cases.get(number)
    assert case is not None
    event = CaseEvent(
        number, 1, at, "labelled", "lin@x.example",
        values={"field": "unit", "from": case.unit, "to": unit, "reason": "other_unit"},
    )  # fmt: skip
    changed = replace(case, unit=unit, standing="duplicate", severity="grave")
    stage.storage.commit([event], [changed])


def test_a_week_is_from_monday_to_monday_in_the_organisations_zone(week: Stage) -> None:
    found = taken(week)
    assert (found.unit, found.week, found.count) == ("U1", WEEK, 3)


def test_its_hash_is_that_of_lines_anybody_can_hash(week: Stage) -> None:
    found = taken(week)
    packed = week.wiring.blobs.get(f"witness/{WEEK}/U1/{found.sha256}.tsv.gz")
    lines = gzip.decompress(packed or b"")
    assert hashlib.sha256(lines).hexdigest() == found.sha256
    words = [line.split("\t")[:2] for line in lines.decode().splitlines()]
    assert words == [["answer", "V1"], ["answer", "V2"], ["case", "572000001"]]
    assert b"5123" not in lines


def test_a_repeat_gives_what_was_taken_first(week: Stage) -> None:
    first = taken(week)
    put(week, "V9", START)
    assert taken(week) == first


def test_a_month_that_nobody_touched_holds(week: Stage) -> None:
    taken(week)
    assert differing(week) == []
    assert "weeks_differ" not in [note["reason"] for note in document(week, MAY)["note_reasons"]]


@pytest.mark.parametrize(
    "tampering",
    [
        {"answers": ()},
        {"answers": (Answer("AAA", "sms", "direct", START, "SM-V1-0"),)},
        {"answers": (Answer("ABA", "paper", "staff", START, "SM-V1-0"),)},
        {"answers": (Answer("ABA", "sms", "direct", START, "SM-V1-0", late=True),)},
        {"answers": (Answer("ABA", "sms", "direct", START + MOMENT, "SM-V1-0"),)},
    ],
    ids=["gone", "other grades", "other channel", "made late", "other instant"],
)
def test_an_answer_that_was_changed_is_told(week: Stage, tampering: dict[str, Any]) -> None:
    taken(week)
    edit(week, "V1", **tampering)
    assert differing(week) == [WEEK]
    assert any(WEEK in note for note in document(week, MAY)["notes"])


def test_an_answer_put_in_afterwards_is_told(week: Stage) -> None:
    taken(week)
    put(week, "V9", START + timedelta(days=1))
    assert differing(week) == [WEEK]


def test_what_two_persons_do_later_changes_no_week(week: Stage) -> None:
    taken(week)
    said = week.visit("V1").answers
    edit(week, "V1", answers=tuple(replace(each, void=True) for each in said))
    move_case(week, "572000001", week.now, "U2")
    assert differing(week) == []


def test_a_case_belongs_to_the_unit_that_has_it_when_the_week_ends(week: Stage) -> None:
    put_case(week, "572000005", START, unit="")
    put_case(week, "572000006", START, unit="")
    move_case(week, "572000005", END - MOMENT, "U1")
    move_case(week, "572000006", END, "U1")
    assert taken(week).count == 4
    assert differing(week) == []


def test_a_correction_is_a_fact_of_its_own_week(week: Stage) -> None:
    first = taken(week)
    later = Answer("EEE", "sms", "direct", END + timedelta(days=2), "SM-later")
    edit(week, "V1", answers=(*week.visit("V1").answers, later))
    next_week = taken(week, "2026-W21")
    assert (first.count, next_week.count) == (3, 3)
    assert differing(week) == []


def test_erasing_a_person_changes_no_week(week: Stage) -> None:
    taken(week)
    visit = week.visit("V1")
    edit(week, "V1", facts=replace(visit.facts, customer_name="", phone=""), comment="")
    assert differing(week) == []


def test_more_answers_than_are_kept_are_no_tampering(week: Stage) -> None:
    taken(week)
    visit = week.visit("V1")
    answers = visit.answers
    for place in range(HISTORY_LIMIT + 3):
        at = END + timedelta(minutes=place)
        answers = with_answer(answers, Answer("BBB", "sms", "direct", at, f"SM-more-{place}"))
    assert visit.answers[0] not in answers
    edit(week, "V1", answers=answers)
    assert differing(week) == []
    assert len(answers) == HISTORY_LIMIT


def test_a_full_visit_explains_no_other_visits_loss(week: Stage) -> None:
    taken(week)
    full = tuple(
        Answer("BBB", "sms", "direct", END + timedelta(minutes=place), f"SM-{place}")
        for place in range(HISTORY_LIMIT)
    )
    edit(week, "V1", answers=full)
    edit(week, "V2", answers=())
    assert differing(week) == [WEEK]


def test_each_month_compares_its_own_part_of_a_week(stage: Stage) -> None:
    in_june = datetime(2026, 6, 2, 4, 0, tzinfo=UTC)
    put(stage, "of-may", in_june)
    put(stage, "of-june", in_june, month=JUNE)
    stage.move(in_june + timedelta(days=7))
    (both,) = stage.wiring.week_witness.weeks("2026-W23", stage.now)
    assert [(part.month, part.number) for part in both.parts] == [(MAY, 1), (JUNE, 1)]
    edit(stage, "of-june", answers=())
    assert differing(stage) == []
    close(stage, JUNE)
    assert document(stage, JUNE)["weeks_differ"] == ["2026-W23"]


def test_weeks_that_were_never_taken_are_not_compared(stage: Stage) -> None:
    put(stage, "V1", START)
    put_cases(stage, MAY, 1)
    assert differing(stage) == []


def test_a_run_that_is_late_compares_the_weeks_that_were_mailed_before_the_close(
    week: Stage,
) -> None:
    taken(week)
    edit(week, "V1", answers=())
    week.move(made_at(week, MAY) + timedelta(days=9))
    late_mail = week.wiring.week_witness.weeks("2026-W25", week.now)
    assert [each.week for each in late_mail] == ["2026-W25"]
    assert differing(week) == [WEEK]
    stored = week.storage.documents.of_month("U1", MAY)
    assert stored is not None
    told = week.wiring.month_maker.facts_of(stored).weeks
    assert [each.week for each in told] == [WEEK]
