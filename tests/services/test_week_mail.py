"""The week's mail and workbook: whom to call and by when, blind, safe to open, the same for all."""

import io
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from random import Random
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.visits import Facts
from chalicelib.services import call_sheets
from chalicelib.services.call_columns import COLUMNS, HEAD_ROW, OURS, PLACES, heading
from chalicelib.services.call_list import Owed
from chalicelib.texts import translator
from tests.services.draws import CLOSING_MAY, DAY, MONDAY, WEEK, draw_at, picked, put, tick, visit
from tests.services.week_workbooks import callers_sheets, draw_list, rows, workbook
from tests.stage import PEOPLE, Stage, plain

HOSTILE = (
    "=1+1",
    "+1-555",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://evil.example","x")',
    "<script>alert(1)</script>",
    "https://evil.example/",
    "' OR 1=1",
    "王小明",
    "12345678901234567890",
    "1/2",
)
PHONE = "+8613800138000"
LINK = re.compile(r'=HYPERLINK\("tel:\+[0-9]{6,15}","☎"\)')


def drawn(stage: Stage) -> Draw:
    """The draw of MONDAY over a silent and an answered visit for each hostile name."""
    tick(stage)
    draw_at(stage, CLOSING_MAY)
    for place, name in enumerate(HOSTILE):
        for grades in ("", "AAB"):
            made = visit(f"V-{place}-{grades or 'silent'}", MONDAY - DAY, grades)
            told = replace(made.facts, customer_name=name, appliance=name, phone=PHONE)
            put(stage, replace(made, facts=told))
    return draw_at(stage, MONDAY)


def test_every_cell_is_text_as_it_was_written_but_the_links_that_dial(stage: Stage) -> None:
    (sheet,) = callers_sheets(workbook(draw_list(stage, drawn(stage))))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [cell for cell in cells if cell.data_type == "f"]
    assert {cell.data_type for cell in cells} == {"s", "f"}
    assert {cell.column for cell in formulas} == {PLACES["dial"] + 1}
    assert all(LINK.fullmatch(str(cell.value)) for cell in formulas)
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    assert set(HOSTILE) <= {cell.value for cell in cells}
    assert {row["phone"] for row in rows(sheet)} == {PHONE}


@pytest.mark.parametrize(
    "phone", ["", '+861"&cmd|x', "13800138000", "+86 138", "+1234567890123456"]
)
def test_what_is_no_number_of_digits_dials_nothing(phone: str) -> None:
    book = load_workbook(io.BytesIO(made([phone])))
    (row,) = rows(book.worksheets[0])
    assert (row["phone"] or "", row["dial"] or "") == (phone, "")


def made(phones: list[str], language: str = "zh") -> bytes:
    """A workbook of one caller with these numbers to call."""
    calls = []
    for place, phone in enumerate(phones):
        pick = Pick("2026-W24", "U1", place, f"V-{place}", "2026-06", "U1/Li/silent", "0.5", "x")
        facts = Facts(pick.visit_id, "U1", "Li", MONDAY, "王", phone)
        calls.append(call_sheets.Call(replace(pick, caller="a@x.example"), facts, "East", "d"))
    week = call_sheets.Week("2026-W24", "2026-06-14", calls, [])
    member = Member("A", "a@x.example", "supervisor", language=language)
    sheets = call_sheets.sheets(week, [member], "en")
    return call_sheets.workbook(week, sheets, ("zh", "en"))


def test_the_workbook_is_blind(stage: Stage) -> None:
    """Nothing in a row tells an answered visit from a silent one, nor why it was picked."""
    draw = drawn(stage)
    (sheet,) = callers_sheets(workbook(draw_list(stage, draw)))
    found = rows(sheet)
    assert len(found) == len(picked(stage, draw.key)) == 2 * len(HOSTILE)
    shown = {column.name for column in COLUMNS if column.holds in OURS}
    assert {name for row in found for name, value in row.items() if value is not None} == shown
    same = ("phone", "unit", "day", "deadline", "dial")
    assert len({tuple(row[name] for name in same) for row in found}) == 1
    for row in found:
        assert row["id"] == f"2026-W24/{row['job']}"


def test_no_order_of_rows_tells_for_what_a_visit_was_picked() -> None:
    """In ticket order those picked for a reason come late: they are the lowest of fewer tickets.

    Over many weeks their places are as high as low (4 standard errors of a mean place).
    """
    dice = Random(4)  # noqa: S311 # weeks that come again
    places = []
    for week in range(400):
        tickets = sorted(f"0.{dice.randrange(10**12):012}" for _ in range(20))
        ids = [f"V-{week}-{dice.randrange(10**6)}-{place}" for place in range(20)]
        calls = [
            call_sheets.Call(
                Pick("W", "U1", n, ids[n], "2026-06", "s", tickets[n], "x" if n > 14 else "random"),
                Facts(ids[n], "U1", "Li", MONDAY),
                "East",
                "d",
            )
            for n in range(20)
        ]
        (sheet,) = call_sheets.sheets(call_sheets.Week("W", "d", calls, []), [], "zh")
        places += [place for place, row in enumerate(sheet.rows) if row.pick.why == "x"]
    mean = sum(places) / len(places)
    error = (399 / 12 / len(places)) ** 0.5
    assert abs(mean - 9.5) < 4 * error


def test_each_caller_has_a_sheet_and_nobody_gets_a_unit_he_is_recused_from(stage: Stage) -> None:
    stage.wiring.people.put(Member("Wu", "wu@supervision.example", "supervisor"))
    judge = Member("Xu", "xu@supervision.example", "supervisor", recusals=("U1",))
    stage.wiring.people.put(judge)
    draw = drawn(stage)
    sheets = callers_sheets(workbook(draw_list(stage, draw)))
    assert [sheet.title for sheet in sheets] == ["1 sun", "2 wu"]
    numbers = [len(rows(sheet)) for sheet in sheets]
    assert sum(numbers) == len(picked(stage, draw.key))
    assert max(numbers) - min(numbers) <= 1


def test_calls_that_nobody_may_make_are_for_a_lead_to_settle(stage: Stage) -> None:
    stage.wiring.people.put(replace(PEOPLE[0], recusals=("U1",)))
    mail = draw_list(stage, drawn(stage))
    (sheet,) = callers_sheets(workbook(mail))
    assert translator("zh")("calls.sheet.unassigned") in sheet.title
    assert translator("zh")("mail.draw_list.unassigned", count=22) in plain(mail)


def test_a_draw_of_nothing_is_mailed_too(stage: Stage) -> None:
    tick(stage)
    assert callers_sheets(workbook(draw_list(stage, draw_at(stage, CLOSING_MAY)))) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_speaks_its_callers_language_and_offers_words_to_choose(language: str) -> None:
    (sheet, *_) = load_workbook(io.BytesIO(made([PHONE, PHONE], language))).worksheets
    say = translator(language)
    heads = [cell.value for cell in sheet[HEAD_ROW + 1]]
    assert heads == [heading(column, say) for column in COLUMNS]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    column = sheet.cell(1, PLACES["timeliness"] + 1).column_letter
    assert lists[f"{column}3:{column}4"] == '"A,B,C,D,E"'
    column = sheet.cell(1, PLACES["reached_2"] + 1).column_letter
    assert say("calls.reached.no_answer") in lists[f"{column}3:{column}4"]
    assert len(lists) == 3 + 4 + 3 + 1
    assert all(len(offered) <= 257 for offered in lists.values()), "Excel takes no longer list"


def test_only_cells_to_fill_are_open_and_ids_are_out_of_sight() -> None:
    (sheet, *_) = load_workbook(io.BytesIO(made([PHONE]))).worksheets
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    for place, column in enumerate(COLUMNS, start=1):
        assert sheet.cell(HEAD_ROW + 2, place).protection.locked == (column.holds in OURS)
        assert sheet.cell(HEAD_ROW + 1, place).protection.locked


def test_it_is_set_up_to_be_read_and_printed() -> None:
    book = load_workbook(io.BytesIO(made([PHONE])))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == f"{sheet.cell(1, PLACES['dial'] + 1).column_letter}3"
    for each in book.worksheets:
        assert (each.page_setup.orientation, each.page_setup.paperSize) == ("landscape", 9)


def test_the_same_week_makes_the_same_bytes_without_macros_or_links_outside() -> None:
    content = made([PHONE, "+85251230001"])
    assert content == made([PHONE, "+85251230001"])
    with ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "vba" in name or "external" in name]
        assert not any(b"TargetMode" in parts.read(name) for name in parts.namelist())


# --- the call list ------------------------------------------------------------------------------


def owe(stage: Stage, cause: str, what: str, since: datetime, **values: str) -> None:
    stage.storage.commit([Effect(cause, 0, "call", what, since, values)])


def call_list(mail: EmailMessage) -> list[tuple[object, ...]]:
    sheet = workbook(mail).worksheets[-2]
    return [row[1:] for row in sheet.iter_rows(min_row=HEAD_ROW + 2, values_only=True)]


def test_beside_the_draw_stands_who_is_owed_a_call_by_the_next_working_day(stage: Stage) -> None:
    friday = MONDAY - 3 * DAY + timedelta(hours=3)
    put(stage, visit("V-asked", None, month="2026-06"))
    owe(stage, "SM1", "call_me", friday, phone="+85251230009", visit_id="V-asked")
    owe(stage, "CA1", "missed_call", MONDAY - DAY, phone="")
    owe(stage, "SM9", "call_me", MONDAY + 9 * DAY, phone="+85251230010")
    draw = drawn(stage)
    mail = draw_list(stage, draw)
    say = translator("zh")
    listed = call_list(mail)
    assert [(row[0], row[1], row[4], row[5]) for row in listed] == [
        ("2026-06-08", "+85251230009", "V-asked", say("calls.why.call_me")),
        ("2026-06-08", say("calls.withheld"), "", say("calls.why.missed_call")),
    ]
    assert say("mail.draw_list.owed", count=2, due="2026-06-08") in plain(mail)


def test_the_call_list_gives_no_reason_about_a_customer_who_is_to_be_checked_blind(
    stage: Stage,
) -> None:
    owe(stage, "SM1", "not_me", MONDAY - DAY, phone="+85251230009", visit_id="V-0-AAB")
    owe(stage, "SM2", "not_me", MONDAY - DAY, phone=PHONE)
    drawn_week = drawn(stage)
    listed = call_list(draw_list(stage, drawn_week))
    assert {(row[4], row[5]) for row in listed} == {("", translator("zh")("calls.why.other"))}
    assert {row[1] for row in listed} == {"+85251230009", PHONE}


def test_nor_about_one_whose_call_of_an_earlier_week_is_still_open(stage: Stage) -> None:
    drawn(stage)
    later = MONDAY + WEEK
    owe(stage, "SM1", "not_me", later - DAY, phone="+85251230009", visit_id="V-0-AAB")
    (row,) = call_list(draw_list(stage, draw_at(stage, later)))
    assert (row[1], row[4], row[5]) == ("+85251230009", "", translator("zh")("calls.why.other"))


def test_callers_are_told_of_more_calls_than_a_week_with_holidays_has_room_for(
    stage: Stage,
) -> None:
    told = translator("zh")("mail.draw_list.too_many", caller="sun@supervision.example", a_day=5)
    stage.wiring.rules = replace(stage.wiring.rules, calls_per_caller_day=5)
    mail = draw_list(stage, drawn(stage))
    assert told not in plain(mail), "22 calls on five days"
    days = frozenset(date(2026, 6, day) for day in (10, 11))
    calendar = replace(stage.wiring.rules.calendar, holidays=days)
    stage.wiring.rules = replace(stage.wiring.rules, calendar=calendar)
    stage.wiring.__dict__.pop("effects")
    effect = Effect("test", 0, "mail", "draw_list", MONDAY, {"draw": "2026-W24"})
    assert told in plain(stage.wiring.effects._compose(effect))


def test_a_reason_that_is_not_known_here_is_none() -> None:
    owed = [Owed(PHONE, "", "", "made_up_tomorrow", "2026-06-09")]
    book = load_workbook(
        io.BytesIO(call_sheets.workbook(call_sheets.Week("W", "d", [], owed), [], ("en",)))
    )
    assert book.worksheets[0].cell(HEAD_ROW + 2, 7).value == translator("en")("calls.why.other")


# --- what else the mail says --------------------------------------------------------------------


def test_a_year_that_the_calendar_does_not_know_is_named(stage: Stage) -> None:
    calendar = stage.wiring.rules.calendar
    of_2026 = frozenset(day for day in calendar.holidays if day.year == 2026)
    known = replace(calendar, holidays=of_2026, workdays=frozenset())
    stage.wiring.rules = replace(stage.wiring.rules, calendar=known)
    told = translator("zh")("mail.draw_list.no_calendar", year=2027)
    tick(stage)
    draw_at(stage, CLOSING_MAY)
    assert told not in plain(draw_list(stage, draw_at(stage, MONDAY)))
    late = november(stage)
    for what in ("draw_list", "draw_record"):
        (mail,) = stage.mails(f"{late.key}~{what}")
        assert told in plain(mail)


def november(stage: Stage) -> Draw:
    """All draws up to the first of November; the last of them."""
    while True:
        due = stage.storage.draws.all()[-1].due_at
        assert due is not None
        draw = draw_at(stage, due)
        if due.month == 11:
            return draw


def test_an_auditor_gets_the_hashes_and_no_customer(stage: Stage) -> None:
    draw = drawn(stage)
    (record,) = stage.mails(f"{draw.key}~draw_record")
    following = stage.storage.draws.all()[-1]
    assert record["To"] == "ou@audit.example"
    assert draw.frame_sha256 in plain(record)
    assert following.commitment in plain(record)
    assert list(record.iter_attachments()) == []
    assert PHONE not in plain(record)
    assert "王小明" not in plain(record)


def test_count_and_hash_of_the_weeks_facts_stand_in_both_mails(stage: Stage) -> None:
    draw = drawn(stage)
    taken = stage.storage.witness.get("U1", "2026-W23")
    assert taken is not None
    assert taken.count == len(HOSTILE), "the answers, and silent visits say nothing"
    say = translator("zh")
    name = say("mail.week_of_facts", unit="U1", week="2026-W23", count=taken.count)
    for what in ("draw_list", "draw_record"):
        (mail,) = stage.mails(f"{draw.key}~{what}")
        assert f"{name}\n{taken.sha256}" in plain(mail)
    (closing,) = stage.mails("2026-05-close~draw_list")
    assert say("mail.week_of_facts", unit="U1", week="2026-W23", count=0) not in plain(closing)


# --- taken over ---------------------------------------------------------------------------------

TUESDAY_NOON = datetime.fromisoformat("2026-06-09T12:00:00+08:00")


def test_a_list_that_nobody_has_taken_over_by_tuesday_noon_is_told_to_the_leads(
    stage: Stage,
) -> None:
    draw = drawn(stage)
    stage.move(TUESDAY_NOON - timedelta(minutes=1))
    stage.wiring.effects.run(stage.now)
    assert stage.mails(f"{draw.key}~draw_not_taken") == []
    stage.move(TUESDAY_NOON)
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails(f"{draw.key}~draw_not_taken")
    assert mail["To"] == "lin@supervision.example"


def test_a_list_that_was_taken_over_is_not_told_of(stage: Stage) -> None:
    draw = drawn(stage)
    sun = PEOPLE[0]
    assert stage.wiring.list_desk.acknowledge(draw.key, sun, stage.now)
    assert not stage.wiring.list_desk.acknowledge(draw.key, PEOPLE[1], stage.now)
    stage.move(TUESDAY_NOON)
    stage.wiring.effects.run(stage.now)
    assert stage.mails(f"{draw.key}~draw_not_taken") == []
    taken = stage.storage.draws.get(draw.key)
    assert taken is not None
    assert (taken.acknowledged_by, taken.state) == (sun.mail, "drawn")


def test_a_list_of_no_calls_need_not_be_taken_over(stage: Stage) -> None:
    tick(stage)
    draw = draw_at(stage, CLOSING_MAY)
    assert stage.storage.effects.get(f"draw~{draw.key}~draw_list", 0) is not None
    assert stage.storage.effects.get(f"draw~{draw.key}~draw_not_taken", 0) is None
    assert stage.wiring.list_desk.acknowledge(draw.key, PEOPLE[0], stage.now)


def test_a_list_taken_over_after_the_leads_were_told_is_taken_over(stage: Stage) -> None:
    draw = drawn(stage)
    stage.move(TUESDAY_NOON)
    stage.wiring.effects.run(stage.now)
    assert stage.wiring.list_desk.acknowledge(draw.key, PEOPLE[1], stage.now)
    stage.wiring.effects.run(stage.now)
    assert len(stage.mails(f"{draw.key}~draw_not_taken")) == 1
