"""The week's workbook goes out by mail, is filled in and comes back: all of it or nothing."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from chalicelib.core.draws import Draw
from chalicelib.core.people import Member
from chalicelib.core.sheet_marks import mark_of, spelled
from chalicelib.services.call_columns import PLACES
from tests.services.draws import CLOSING_MAY, DAY, MONDAY, QUARTER, WEEK, draw_at, put, tick, visit
from tests.services.week_workbooks import attached, callers_sheets, draw_list, rows
from tests.stage import Stage
from tests.tools.filled_sheets import changed, filled, resaved, write
from tools.outcomes import RefusedError, bring_in

SUN = Member("Sun", "sun@supervision.example", "supervisor")
WEN = Member("Wen", "wen@supervision.example", "supervisor", language="en")
LIN = Member("Lin", "lin@supervision.example", "lead")
HANDED_IN = datetime.fromisoformat("2026-06-10T18:00:00+08:00")
CALLED = {"date_1": date(2026, 6, 9), "time_1": time(14, 5), "reached_1": "接通"}
TOLD = {
    "answered": "是",
    "timeliness": "A",
    "quality": "A",
    "attitude": "B",
    "work": "换阀 6月3日",
    "paid": "0",
    "slip": "否",
    "helped": "否",
}


@pytest.fixture
def week(stage: Stage) -> Stage:
    """A stage with a draw of six visits over two callers, whose list was mailed."""
    stage.wiring.people.put(WEN)
    tick(stage)
    draw_at(stage, CLOSING_MAY)
    for place in range(6):
        made = visit(f"V-{place}", MONDAY - DAY, "AAB" if place % 2 else "")
        put(stage, replace(made, facts=replace(made.facts, phone=f"+8525123000{place}")))
    draw_at(stage, MONDAY)
    return stage


def mailed(stage: Stage) -> bytes:
    draw = stage.storage.draws.get("2026-W24")
    assert isinstance(draw, Draw)
    return attached(draw_list(stage, draw))


def of(stage: Stage, caller: Member) -> list[str]:
    """The visits on a caller's sheet."""
    for sheet in callers_sheets(load_workbook(io.BytesIO(mailed(stage)))):
        if caller.mail in str(sheet["A1"].value):
            return [str(row["job"]) for row in rows(sheet)]
    return []


def handed_in(
    stage: Stage, content: bytes, by: Member = SUN, at: datetime = HANDED_IN
) -> tuple[int, int]:
    """Rows that changed something, and all rows."""
    path = Path(stage.folder / "week.xlsx")
    path.write_bytes(content)
    stage.move(max(at, stage.now))
    return bring_in(path, by, stage.wiring, stage.now)


def refused(stage: Stage, content: bytes, by: Member = SUN) -> list[str]:
    """The reasons, and nothing was kept."""
    before = picks(stage)
    with pytest.raises(RefusedError) as told:
        handed_in(stage, content, by)
    assert picks(stage) == before
    return [line.partition(": ")[2] for line in str(told.value).splitlines()]


def picks(stage: Stage) -> Mapping[str, object]:
    return {pick.visit_id: pick for pick in stage.storage.draws.picks("2026-W24")}


def outcome(stage: Stage, visit_id: str) -> str:
    verification = stage.visit(visit_id).verification
    assert verification is not None
    return verification.outcome


def test_what_customers_told_becomes_the_outcome_of_their_visits(week: Stage) -> None:
    content = mailed(week)
    for visit_id in of(week, SUN):
        content = filled(content, visit_id, **CALLED, **TOLD)
    assert handed_in(week, content) == (3, 3)
    for visit_id in of(week, SUN):
        expected = "confirmed" if int(visit_id[-1]) % 2 else "first_form"
        assert outcome(week, visit_id) == expected
    for visit_id in of(week, WEN):
        assert outcome(week, visit_id) == ""


def test_the_same_file_twice_changes_nothing(week: Stage) -> None:
    content = filled(mailed(week), of(week, SUN)[0], **CALLED, **TOLD)
    assert handed_in(week, content) == (1, 1)
    before = week.everything()
    assert handed_in(week, content, at=HANDED_IN + DAY) == (0, 1)
    assert week.everything() == before


def test_a_file_may_grow_from_one_day_to_the_next(week: Stage) -> None:
    first, second, _ = of(week, SUN)
    tried = {"date_1": date(2026, 6, 8), "time_1": "19:30", "reached_1": "无人接听"}
    content = filled(mailed(week), first, **tried)
    assert handed_in(week, content, at=HANDED_IN - DAY) == (1, 1)
    assert outcome(week, first) == ""
    later = {"date_2": date(2026, 6, 10), "time_2": "10:00", "reached_2": "接通"}
    content = filled(filled(content, first, **later, **TOLD), second, **CALLED, **TOLD)
    assert handed_in(week, content) == (2, 2)
    assert outcome(week, first) != ""


def test_it_may_have_been_saved_by_libreoffice(week: Stage, tmp_path: Path) -> None:
    content = filled(mailed(week), of(week, SUN)[0], **CALLED, **TOLD)
    assert handed_in(week, resaved(content, tmp_path)) == (1, 1)
    assert handed_in(week, content) == (0, 1)


def test_the_grades_told_hold_as_nobody_could_ask_which(week: Stage) -> None:
    (answered, *_) = (each for each in of(week, SUN) if int(each[-1]) % 2)
    content = filled(mailed(week), answered, **{**CALLED, **TOLD, "attitude": "E"})
    handed_in(week, content)
    verification = week.visit(answered).verification
    assert verification is not None
    assert (verification.outcome, verification.form, verification.held) == ("differs", "AAB", "AAE")


# --- refusals -----------------------------------------------------------------------------------


def test_a_flaw_in_one_row_keeps_out_every_row(week: Stage) -> None:
    first, second, _ = of(week, SUN)
    content = filled(mailed(week), first, **CALLED, **TOLD)
    content = filled(content, second, **{**CALLED, "reached_1": "perhaps"})
    (reason,) = refused(week, content)
    assert reason.startswith("1 sun!M")
    assert outcome(week, first) == ""


def test_reasons_are_told_in_the_members_language(week: Stage) -> None:
    (visit_id, *_) = of(week, WEN)
    content = filled(mailed(week), visit_id, **{**CALLED, "date_1": "tomorrow"})
    (reason,) = refused(week, content, WEN)
    assert reason.endswith("is no date: tomorrow (write 2026-06-09)")
    (reason,) = refused(week, content, SUN)
    assert "不是日期" in reason


def test_another_callers_rows_are_refused(week: Stage) -> None:
    (theirs, *_) = of(week, WEN)
    (reason,) = refused(week, filled(mailed(week), theirs, **CALLED, **TOLD))
    assert reason.startswith("2 wen!F")
    assert "别人的电话" in reason


def test_a_lead_may_hand_in_a_sheet_and_the_calls_stay_their_callers(week: Stage) -> None:
    (theirs, *_) = of(week, WEN)
    assert handed_in(week, filled(mailed(week), theirs, **CALLED, **TOLD), LIN) == (1, 1)
    (pick,) = (p for p in week.storage.draws.picks("2026-W24") if p.visit_id == theirs)
    assert [attempt.by for attempt in pick.attempts] == [WEN.mail]


@pytest.mark.parametrize(
    ("values", "column", "told"),
    [
        ({"date_1": date(2026, 6, 20)}, "date_1", "晚于现在"),
        ({"date_1": date(2026, 6, 7)}, "date_1", "早于抽签"),
        ({"reached_1": "无人接听"}, "job", "没有一次接通"),
        ({"remark": "x" * 1001}, "remark", "超过 1000 个字"),
    ],
)
def test_what_the_desk_refuses_is_told_with_its_cell(
    week: Stage, values: dict[str, object], column: str, told: str
) -> None:
    (visit_id, *_) = of(week, SUN)
    (reason,) = refused(week, filled(mailed(week), visit_id, **{**CALLED, **TOLD, **values}))
    letter = Workbook().create_sheet().cell(1, PLACES[column] + 1).column_letter
    assert reason.startswith(f"1 sun!{letter}3: ")
    assert told in reason


def test_a_visit_that_was_never_drawn_or_is_not_there_is_refused(week: Stage) -> None:
    put(week, visit("V-7", MONDAY + DAY))
    for other, told in (("V-7", "没有被抽中"), ("V-99", "没有工单 V-99")):

        def swap(book: Workbook, other: str = other) -> None:
            sheet = book.worksheets[0]
            sheet["A1"] = None
            sheet.cell(3, 1).value = f"2026-W24/{other}"
            sheet.cell(3, PLACES["job"] + 1).value = other
            write(sheet, other, **CALLED)
            ids = [str(sheet.cell(row, PLACES["job"] + 1).value) for row in (3, 4, 5)]
            sheet["A1"] = marked(ids)

        (reason,) = refused(week, changed(mailed(week), swap))
        assert told in reason


def marked(ids: list[str]) -> str:
    """The mark that a forger would have to write."""
    return spelled(mark_of("2026-W24", SUN.mail, ids))


def test_an_old_workbook_says_nothing_of_a_newer_pick(week: Stage) -> None:
    (visit_id, *_) = of(week, SUN)
    content = filled(mailed(week), visit_id, **CALLED, **TOLD)
    before = week.visit(visit_id)
    answered = visit(visit_id, MONDAY + DAY, "BBB").answers
    week.storage.visits.save(replace(before, answers=(*before.answers, *answered)))
    draw_at(week, MONDAY + WEEK)
    week.move(MONDAY + WEEK + 2 * QUARTER + timedelta(hours=9))
    (reason,) = refused(week, content)
    assert "另一次抽签" in reason


def test_a_call_that_came_to_its_end_is_not_changed_by_a_file(week: Stage) -> None:
    (visit_id, *_) = of(week, SUN)
    content = filled(mailed(week), visit_id, **CALLED, **TOLD)
    handed_in(week, content)
    (reason,) = refused(week, filled(content, visit_id, remark="second thoughts"))
    assert "已有结果" in reason
