"""The payroll is mailed to HR when a month's last unit is issued, once for each way it was."""

import io
from dataclasses import replace

import openpyxl

from chalicelib.core.people import Unit
from chalicelib.core.register import RegisterEntry
from tests.services.months import MAY, close, put_cases, put_forms
from tests.stage import Stage


def issue(stage: Stage, unit: str, sequence: int = 1) -> None:
    """A unit's document issued, as far as payrolls look."""
    storage = stage.storage
    proceeding = storage.proceedings.get(unit, sequence)
    assert proceeding is not None
    storage.commit([], [replace(proceeding, state="issued")])


def closed(stage: Stage) -> None:
    """Two units with a closed May."""
    stage.wiring.people.put(Unit("U2", "West", language="en", since=MAY))
    put_forms(stage, MAY, ["AAB", "ABC"])
    put_forms(stage, MAY, ["EEE"], unit="U2")
    put_cases(stage, MAY, 6, unit="U2")
    assert close(stage, MAY) == 2


def mailed(stage: Stage) -> int:
    stage.wiring.effects.run(stage.now)
    return len(stage.mails("payroll"))


def test_nothing_is_mailed_until_the_last_unit_is_issued(stage: Stage) -> None:
    closed(stage)
    issue(stage, "U1")
    assert stage.wiring.payrolls.run(stage.now) == 0
    issue(stage, "U2")
    assert [stage.wiring.payrolls.run(stage.now) for _ in range(3)] == [1, 0, 0]
    assert mailed(stage) == 1


def test_a_unit_without_its_document_holds_the_mail_up_and_is_named(stage: Stage) -> None:
    closed(stage)
    stage.wiring.people.put(Unit("U3", "South", since=MAY))
    issue(stage, "U1")
    issue(stage, "U2")
    assert stage.wiring.payrolls.run(stage.now) == 0
    assert stage.wiring.payrolls.month(MAY).missing == ["U3"]


def test_a_unit_that_began_later_holds_nothing_up(stage: Stage) -> None:
    closed(stage)
    stage.wiring.people.put(Unit("U3", "South", since="2026-06"))
    issue(stage, "U1")
    issue(stage, "U2")
    assert stage.wiring.payrolls.run(stage.now) == 1


def test_the_mail_goes_to_hr_alone_with_the_workbook_of_all_units(stage: Stage) -> None:
    closed(stage)
    issue(stage, "U1")
    issue(stage, "U2")
    stage.wiring.payrolls.run(stage.now)
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("payroll")
    hr = [member.mail for member in stage.wiring.people.members() if member.role == "hr"]
    assert mail["To"] == ", ".join(hr)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == f"payroll-{MAY}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(bytes(attached.get_content())))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    units = [row[0] for row in cells]
    assert "U1" in units
    assert "U2" in units
    assert "试算" in str(cells[1][0])


def test_in_a_trial_month_nothing_is_to_pay(stage: Stage) -> None:
    closed(stage)
    issue(stage, "U1")
    found = {str(one.entry["unit"]): one for one in stage.wiring.payrolls.month(MAY).owed}
    assert (found["U1"].before, found["U1"].to_pay) == (None, None)


def test_what_is_paid_is_the_amount_less_what_was_issued(stage: Stage) -> None:
    stage.wiring.rules = replace(stage.wiring.rules, mode="paid")
    closed(stage)
    issue(stage, "U2")
    stage.storage.commit([RegisterEntry(MAY, "U2", 1, -4000, 700, stage.now, "hr@x")], [])
    month = stage.wiring.payrolls.month(MAY)
    west = next(one for one in month.owed if one.entry["unit"] == "U2")
    assert (west.entry["amount"], west.before, west.to_pay) == (-4000, 700, -4700)
    east = next(one for one in month.owed if one.entry["unit"] == "U1")
    assert (east.before, east.to_pay) == (0, None)
    book = openpyxl.load_workbook(io.BytesIO(stage.wiring.payrolls.workbook(MAY, "en")))
    assert book.sheetnames == ["Payroll", "Register"]
    assert "trial" not in str([cell.value for row in book["Payroll"] for cell in row])


def test_an_amended_month_is_mailed_again_when_it_is_issued(stage: Stage) -> None:
    closed(stage)
    issue(stage, "U1")
    issue(stage, "U2")
    assert stage.wiring.payrolls.run(stage.now) == 1
    storage = stage.storage
    head, first = storage.documents.head("U1"), storage.documents.entry("U1", 1)
    begun = storage.proceedings.get("U1", 1)
    assert first is not None
    assert begun is not None
    after = replace(first, sequence=2, version_of_month=2)
    storage.commit(
        [after, replace(begun, sequence=2, state="closed", version=0)],
        [replace(head, sequence=2, months={MAY: 2})],
    )
    assert stage.wiring.payrolls.run(stage.now) == 0
    issue(stage, "U1", 2)
    assert [stage.wiring.payrolls.run(stage.now) for _ in range(2)] == [1, 0]
    assert mailed(stage) == 2


def test_the_same_month_is_the_same_workbook_in_each_language(stage: Stage) -> None:
    closed(stage)
    for language in ("zh", "en"):
        made = {stage.wiring.payrolls.workbook(MAY, language) for _ in range(2)}
        assert len(made) == 1
