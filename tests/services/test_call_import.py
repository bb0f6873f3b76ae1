"""A filled-in workbook on the real engine: all of it or nothing, and twice is once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.call_rows import CallRow, RowsError
from chalicelib.core.people import Member
from chalicelib.core.verification import Attempt, Told
from tests.services.calls import (
    CALLED,
    CLOSED,
    DAY,
    DRAWN,
    FAR,
    HOUR,
    HU,
    LIN,
    MEI,
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

IMPORTED = CALLED + 4 * DAY


@pytest.fixture(autouse=True)
def _people(stage: Stage) -> None:
    for member in (SUN, WEN, LIN, MEI, FAR):
        stage.wiring.people.put(member)
    stage.move(CALLED)


def tried(reached: str, days: int = 0, hours: int = 0, by: str = "", **more: object) -> Attempt:
    at = CALLED + days * DAY + hours * HOUR
    return Attempt(at, by, reached, **more)  # type: ignore[arg-type] # of an attempt


def row(visit_id: str, *attempts: Attempt, said: Told | None = None) -> CallRow:
    return CallRow(visit_id, attempts or (tried("reached"),), said)


def week(stage: Stage) -> list[CallRow]:
    """Five calls of Sun's, as he filled them in."""
    for place, before in enumerate(("ABA", "ABA", "", "ABA", "ABA")):
        picked(stage, f"V-{place}", before)
    return [
        row("V-0", said=told("ABA")),
        row("V-1", said=told("EEE", remark=" late ")),
        row("V-2", tried("no_answer"), tried("reached", 1), said=told("CCC", answered="no")),
        row("V-3", *(tried("no_answer", days, hours) for days, hours in ((0, 0), (1, 4), (2, 8)))),
        row("V-4", tried("wrong_number")),
    ]


def take(stage: Stage, rows: list[CallRow], by: Member = SUN) -> int:
    return stage.wiring.call_import.import_calls(rows, by, IMPORTED)


def test_a_week_comes_in_and_each_row_has_its_outcome(stage: Stage) -> None:
    rows = week(stage)
    assert take(stage, rows) == 5
    outcomes = [checked(stage, f"V-{place}").outcome for place in range(5)]
    assert outcomes == ["confirmed", "differs", "first_form", "unreachable", "wrong_number"]
    assert form(stage, "V-1") == "EEE", "nobody could ask which holds"
    assert checked(stage, "V-4").void == "proposed"
    assert [each.by for each in pick_of(stage, "V-3").attempts] == [SUN.mail] * 3
    assert all(not each.sid for each in pick_of(stage, "V-3").attempts)


def test_the_same_rows_again_change_nothing(stage: Stage) -> None:
    rows = week(stage)
    take(stage, rows)
    before = stage.everything()
    assert take(stage, rows) == 0
    assert take(stage, rows[::-1], LIN) == 0
    assert stage.everything() == before


def test_a_row_that_says_nothing_changes_nothing(stage: Stage) -> None:
    picked(stage, "V-1")
    assert take(stage, [CallRow("V-1")]) == 0


def test_rows_filled_in_further_go_on_where_they_stood(stage: Stage) -> None:
    picked(stage, "V-1")
    first = tried("no_answer")
    assert take(stage, [row("V-1", first)]) == 1
    assert take(stage, [row("V-1", first, tried("reached", 1), said=told("ABE"))]) == 1
    assert len(pick_of(stage, "V-1").attempts) == 2
    assert form(stage, "V-1") == "ABE"


WRONG: dict[str, tuple[CallRow, str, str]] = {
    "no such visit": (row("V-9"), "", "unknown_visit"),
    "not drawn": (row("V-8"), "", "not_picked"),
    "another caller's": (row("V-7"), "", "not_your_call"),
    "ended otherwise": (row("V-6", said=told("EEE")), "", "finished"),
    "told without anybody reached": (
        row("V-1", tried("no_answer"), said=told()),
        "",
        "not_reached",
    ),
    "no such result": (row("V-1", tried("spoken")), "attempts.0.reached", "unknown_result"),
    "tomorrow": (row("V-1", tried("no_answer", 9)), "attempts.0.at", "ahead"),
    "before the draw": (
        row("V-1", tried("no_answer"), replace(tried("no_answer"), at=DRAWN - HOUR)),
        "attempts.1.at",
        "before_draw",
    ),
    "a proof that nobody can type": (
        row("V-1", tried("reached", sid="CA1")),
        "attempts.0.sid",
        "proof",
    ),
    "an attempt of somebody else": (
        row("V-1", tried("reached", by=WEN.mail)),
        "attempts.0.by",
        "caller",
    ),
    "no grades": (row("V-1", said=Told("A")), "told.grades", "bad_grades"),
    "no yes and no no": (row("V-1", said=told(slip="x")), "told.slip", "unknown_value"),
    "a choice that nobody was asked for": (
        row("V-1", said=told(choice="told")),
        "told.choice",
        "unknown_value",
    ),
    "a long remark": (row("V-1", said=told(remark="x" * 1_001)), "told.remark", "long_text"),
}


@pytest.mark.parametrize(("wrong", "field", "code"), WRONG.values(), ids=WRONG)
def test_one_wrong_row_keeps_all_of_them_out(
    stage: Stage, wrong: CallRow, field: str, code: str
) -> None:
    for visit_id in ("V-0", "V-1", "V-6"):
        picked(stage, visit_id)
    picked(stage, "V-7", caller=WEN)
    stage.upload(stage.row("V-8"))
    call(stage, "V-6", told("ABA"))
    rows = [row("V-0", said=told("EEE")), wrong]
    before = stage.everything()
    (found,) = stage.wiring.call_import.check(rows, SUN, IMPORTED)
    assert (found.row, found.field, found.code) == (1, field, code)
    with pytest.raises(RowsError) as error:
        take(stage, rows)
    assert error.value.errors == (found,)
    assert stage.everything() == before


def test_every_wrong_row_is_named_at_once(stage: Stage) -> None:
    picked(stage, "V-1")
    rows = [row("V-1", tried("x"), said=Told("A", "x")), row("V-2"), row("V-1")]
    found = stage.wiring.call_import.check(rows, SUN, IMPORTED)
    assert [(each.row, each.code) for each in found] == [
        (0, "twice"),
        (1, "unknown_visit"),
        (2, "twice"),
    ]
    found = stage.wiring.call_import.check(rows[:1], SUN, IMPORTED)
    assert [each.field for each in found] == ["attempts.0.reached", "told.grades", "told.answered"]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ActError) as error:
        act()
    return error.value.code


def test_a_lead_brings_in_everybodys_calls_in_their_names(stage: Stage) -> None:
    picked(stage, "V-1", caller=SUN)
    picked(stage, "V-2", caller=WEN)
    rows = [row("V-1", said=told("ABE")), row("V-2", said=told("ABA"))]
    assert take(stage, rows, LIN) == 2
    by = [(checked(stage, v).by, checked(stage, v).noted_by) for v in ("V-1", "V-2")]
    assert by == [(SUN.mail, LIN.mail), (WEN.mail.lower(), LIN.mail)]


def test_who_brought_a_call_in_is_no_second_person_for_its_void(stage: Stage) -> None:
    picked(stage, "V-1")
    take(stage, [row("V-1", said=told(answered="no"))], LIN)
    assert checked(stage, "V-1").void == "proposed"
    voids = stage.wiring.voids
    assert refused(lambda: voids.approve_void("V-1", LIN, "x", IMPORTED)) == "second_person"
    assert voids.approve_void("V-1", MEI, "heard the customer", IMPORTED)


def test_a_recused_lead_brings_in_nothing_of_that_unit_and_hr_nothing(stage: Stage) -> None:
    picked(stage, "V-1")
    rows = [row("V-1", said=told("EEE"))]
    (found,) = stage.wiring.call_import.check(rows, FAR, IMPORTED)
    assert found.code == "recused"
    assert refused(lambda: stage.wiring.call_import.check(rows, HU, IMPORTED)) == "role"
    assert form(stage, "V-1") == "ABA"


def test_what_comes_in_after_the_close_is_late_whenever_the_call_was(stage: Stage) -> None:
    picked(stage, "V-1")
    stage.wiring.call_import.import_calls([row("V-1", said=told("EEE"))], SUN, CLOSED)
    assert (form(stage, "V-1"), counted(stage, "V-1")) == ("EEE", "ABA")


def test_what_breaks_off_goes_on_when_the_same_rows_come_again(stage: Stage) -> None:
    rows, desk = week(stage), stage.wiring.verification
    commit, saved = desk._commit, list[int]()

    def breaking(adds: object, saves: object) -> None:
        if len(saved) == 2:
            raise ConnectionError
        saved.append(1)
        commit(adds, saves)  # type: ignore[arg-type] # what the desk commits

    desk._commit = breaking
    with pytest.raises(ConnectionError):
        take(stage, rows)
    desk._commit = commit
    assert take(stage, rows) == 3
    assert take(stage, rows) == 0
