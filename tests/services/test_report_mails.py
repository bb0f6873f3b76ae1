"""The report before the signature: to leads and the auditor, never to HR or to a recused lead."""

import io
from dataclasses import replace
from email.message import EmailMessage

import openpyxl

from tests.services.months import MAY, close, put_forms
from tests.stage import Stage


def reported(stage: Stage) -> list[EmailMessage]:
    """The reports mailed at the close of May."""
    put_forms(stage, MAY, ["AAB", "ABC"])
    close(stage, MAY)
    stage.wiring.effects.run(stage.now)
    return stage.mails("report~")


def addresses(stage: Stage, *roles: str) -> set[str]:
    return {member.mail for member in stage.wiring.people.members() if member.role in roles}


def test_leads_and_the_auditor_get_every_form_to_look_at(stage: Stage) -> None:
    (mail,) = reported(stage)
    assert set(str(mail["To"]).split(", ")) == addresses(stage, "lead", "auditor")
    workbook, page = mail.iter_attachments()
    book = openpyxl.load_workbook(io.BytesIO(bytes(workbook.get_content())))
    assert "U1-2026-05-000" in str([cell.value for row in book["反馈表"] for cell in row])
    assert page.get_content_type() == "text/html"
    assert page.get_filename() == f"U1-{MAY}-1.html"


def test_a_lead_who_is_recused_from_the_unit_does_not_get_it(stage: Stage) -> None:
    (lead, *_) = [one for one in stage.wiring.people.members() if one.role == "lead"]
    stage.wiring.people.put(replace(lead, recusals=("U1",)))
    (mail,) = reported(stage)
    assert lead.mail not in str(mail["To"])


def test_a_month_is_reported_once(stage: Stage) -> None:
    assert len(reported(stage)) == 1
    close(stage, MAY)
    stage.wiring.effects.run(stage.now)
    assert len(stage.mails("report~")) == 1
