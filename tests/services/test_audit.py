"""A day after the close: nothing that came in time is missing, and what late uploads brought."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.amendments import Amendment
from chalicelib.core.cases import Case
from chalicelib.core.visits import Answer, Visit
from tests.services.months import (
    JUNE,
    MAY,
    QUARTER,
    close,
    close_at,
    document,
    put_cases,
    put_forms,
    put_visit,
)
from tests.stage import Stage, plain

DAY = timedelta(days=1)


def audited(stage: Stage, later: timedelta = DAY + QUARTER) -> int:
    stage.move(stage.now + later)
    return stage.wiring.audit.run(stage.now)


def proposed(stage: Stage, month: str = MAY) -> list[Amendment]:
    return stage.storage.amendments.of_unit("U1", month)


def in_time(stage: Stage, visit: Visit, letters: str = "EEE") -> None:
    """An answer from before the close that is stored only now."""
    at = close_at(stage, MAY) - timedelta(seconds=1)
    said = Answer(letters, "sms", "direct", at, "SM-delayed")
    stage.storage.visits.save(replace(visit, answers=(*visit.answers, said)))


def change_case(stage: Stage, case: Case, **labels: str) -> None:
    """Change it without a word to anybody: as if there were no document yet."""
    stored = stage.storage.cases.get(case.number)
    assert stored is not None
    stage.storage.commit([], [replace(stored, **labels)])  # type: ignore[arg-type] # all texts


def test_a_whole_month_is_looked_at_once_and_nobody_is_bothered(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    put_cases(stage, MAY, 1)
    close(stage, MAY)
    assert audited(stage, timedelta(hours=23)) == 0
    assert audited(stage, timedelta(hours=2)) == 1
    assert audited(stage) == 0
    assert proposed(stage) == []
    stage.wiring.effects.run(stage.now)
    assert stage.mails("audit~") == []


def test_an_answer_that_was_stored_too_late_is_proposed_and_told(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    close(stage, MAY)
    in_time(stage, stage.visit("U1-2026-05-001"))
    assert audited(stage) == 1
    (amendment,) = proposed(stage)
    assert amendment.subjects == ("visit U1-2026-05-001",)
    assert (amendment.reason, amendment.state) == ("swept", "proposed")
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("audit~2026-05~U1")
    assert "lin@supervision.example" in mail["To"]
    assert "1" in plain(mail)


def test_a_visit_and_a_case_that_the_document_lacks_are_proposed(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    put_visit(stage, MAY, "delayed", "AAA")
    (case,) = put_cases(stage, MAY, 1)
    audited(stage)
    subjects = {subject for each in proposed(stage) for subject in each.subjects}
    assert subjects == {"visit delayed", f"case {case.number}"}


@pytest.mark.parametrize(
    "changed",
    [{"kind": "praise"}, {"standing": "out_of_scope"}, {"severity": "grave"}, {"unit": "U2"}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_case_that_was_changed_while_its_document_was_made_is_proposed(
    stage: Stage, changed: dict[str, str]
) -> None:
    """Whoever changed it found no document to amend, and the document had read it already."""
    put_forms(stage, MAY, ["ABC"])
    (case,) = put_cases(stage, MAY, 1)
    close(stage, MAY)
    change_case(stage, case, **changed)
    audited(stage)
    assert [each.subjects for each in proposed(stage)] == [(f"case {case.number}",)]


def test_a_case_read_as_the_complaint_that_it_counted_as_is_no_miss(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    (case,) = put_cases(stage, MAY, 1, kind="unread")
    close(stage, MAY, later=7 * DAY)
    assert document(stage, MAY)["complaints"]["count"] == 1
    change_case(stage, case, kind="complaint")
    assert audited(stage) == 1
    assert proposed(stage) == []


def test_what_came_after_the_close_is_no_miss(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    visit = stage.visit("U1-2026-05-000")
    late = Answer("EEE", "sms", "direct", stage.now, "SM-late", late=True)
    stage.storage.visits.save(replace(visit, answers=(*visit.answers, late)))
    stage.upload(stage.row("late", completed_at="2026-05-10T12:00:00+08:00", phone=""))
    audited(stage)
    assert proposed(stage) == []


def test_what_an_amendment_has_named_is_not_proposed_again(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    close(stage, MAY)
    visit = stage.visit("U1-2026-05-001")
    in_time(stage, visit)
    known = stage.wiring.proposals.of_visit(visit, "swept~SM1", "swept", (), stage.now)
    stage.storage.commit(list(known), [])
    audited(stage)
    assert [each.cause for each in proposed(stage)] == ["swept~SM1"]


def test_an_answer_that_is_gone_is_a_miss_too(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    stage.storage.visits.save(replace(stage.visit("U1-2026-05-000"), answers=()))
    audited(stage)
    assert [each.subjects for each in proposed(stage)] == [("visit U1-2026-05-000",)]


def test_a_fact_that_the_tables_no_longer_have_is_told(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    sound, audit = stage.storage.visits, stage.wiring.audit
    audit._visits = Emptied()  # type: ignore[assignment] # nobody can delete a row otherwise
    assert audited(stage) == 1
    audit._visits = sound
    assert proposed(stage) == []
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("audit~2026-05~U1")
    assert "1" in plain(mail)


class Emptied:
    """Visits of which nothing is left."""

    def whole_month(self, unit: str, month: str, cursor: str = "") -> list[tuple[Visit, str]]:
        return []


def test_it_compares_with_the_document_of_the_close_whatever_took_its_place(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC", "---"])
    close(stage, MAY)
    (unit,) = stage.wiring.people.units()
    subjects = ("visit U1-2026-05-000",)
    amendment = Amendment("U1", MAY, "x", "other", stage.now, "lin@x.example", subjects)
    made = stage.wiring.month_maker.amended(unit, amendment, stage.now)
    stage.storage.commit(made.adds, made.saves)
    in_time(stage, stage.visit("U1-2026-05-001"))
    assert audited(stage) == 1
    assert [each.subjects for each in proposed(stage)] == [("visit U1-2026-05-001",)]


def test_no_new_unit_is_begun_when_time_is_over(stage: Stage) -> None:
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    stage.move(stage.now + DAY + QUARTER)
    assert stage.wiring.audit.run(stage.now, lambda: False) == 0
    assert audited(stage, QUARTER) == 1


# Late uploads


@pytest.fixture
def uploaded_late(stage: Stage) -> Stage:
    """May is closed; a visit of May comes in afterwards, without an answer yet."""
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    stage.upload(stage.row("late", completed_at="2026-05-10T12:00:00+08:00", phone=""))
    return stage


def test_a_late_upload_without_a_form_proposes_nothing(uploaded_late: Stage) -> None:
    assert uploaded_late.wiring.late_forms.run(uploaded_late.now) == 0


def test_its_form_is_proposed_once(uploaded_late: Stage) -> None:
    stage = uploaded_late
    visit = stage.visit("late")
    said = Answer("AAB", "paper", "staff", stage.now, "paper-1", late=True)
    stage.storage.visits.save(replace(visit, answers=(said,)))
    assert stage.wiring.late_forms.run(stage.now) == 1
    for days in range(1, 4):
        stage.move(stage.now + DAY)
        assert stage.wiring.late_forms.run(stage.now) == 0, days
    (amendment,) = proposed(stage)
    assert (amendment.subjects, amendment.reason) == (("visit late",), "late_form")


def test_a_month_without_a_document_has_nothing_to_amend(stage: Stage) -> None:
    stage.move(close_at(stage, MAY))
    stage.upload(stage.row("late", completed_at="2026-05-10T12:00:00+08:00", phone=""))
    visit = stage.visit("late")
    said = Answer("AAB", "paper", "staff", stage.now, "paper-1", late=True)
    stage.storage.visits.save(replace(visit, answers=(said,)))
    assert stage.wiring.late_forms.run(stage.now) == 0
    close(stage, MAY)
    stage.move(stage.now + DAY)
    assert stage.wiring.late_forms.run(stage.now) == 1
    assert document(stage, MAY)["visits"] == 0
    assert proposed(stage, JUNE) == []
