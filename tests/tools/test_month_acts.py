"""Closed months worked by hand: `python -m tools act VERB UNIT/YYYY-MM …`."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib.core.cases import Case, CaseEvent, CaseName, case_number
from chalicelib.core.people import Member, Unit
from chalicelib.core.visits import Answer, Facts, Survey, Visit
from chalicelib.rulebook import DEFAULT
from chalicelib.store.storage import Storage
from tests.conftest import Tables
from tests.tools.stages import stage_on
from tools.__main__ import app
from tools.connected import local_stage

MONTH = "north-1/2026-05"
NUMBER = case_number(4711)
REFERENCE = "ABCD-2345"
RECEIVED = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
CLOSED = "2026-06-10T09:15:00+08:00"
AFTER_TERM = "2026-06-16T09:15:00+08:00"
MEMBERS = (
    Member("陈立", "chen@s.example", "lead"),
    Member("Mei", "mei@s.example", "lead"),
    Member("Zhao Min", "zhao@s.example", "supervisor"),
    Member("Sun", "sun@s.example", "supervisor"),
    Member("Zhou", "zhou@h.example", "hr"),
    Member("Ou", "ou@a.example", "auditor"),
)


@pytest.fixture
def storage(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A unit whose May is closed: one form, one complaint."""
    made = stage_on(tables, tmp_path, monkeypatch)
    monkeypatch.setenv("BLOB_FOLDER", str(tmp_path / "blobs"))
    rulebook = DEFAULT.read_text("utf-8")
    paid = tmp_path / "rulebook.toml"
    paid.write_text(rulebook.replace('mode = "trial"', 'mode = "paid"'), "utf-8")
    monkeypatch.setenv("HUIFANG_RULEBOOK", str(paid))
    for record in (*MEMBERS, Unit("north-1", "North", "boss@n.example", "en", since="2026-05")):
        made.people.put(record)
    case = Case(
        *(NUMBER, RECEIVED, "2026-05", "sms", "north-1"), kind="complaint", reference=REFERENCE
    )
    event = CaseEvent(NUMBER, 0, RECEIVED, "received", "customer", "sms")
    made.commit([case, event, CaseName(REFERENCE, NUMBER)], [])
    answer = Answer("AAA", "sms", "direct", RECEIVED, "SM1")
    facts = Facts("V-1", "north-1", "Li", RECEIVED)
    survey = Survey("answered", settled_at=RECEIVED)
    visit = Visit(facts, "2026-05", RECEIVED, "0" * 32, survey=survey, answers=(answer,))
    assert made.visits.create(visit)
    monkeypatch.setenv("HUIFANG_NOW", CLOSED)
    stage = local_stage()
    assert stage.closing.run(stage.now()) == 1
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["act", *words])


def done(*words: str) -> dict[str, Any]:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return dict(json.loads(result.stdout))


def refused(*words: str) -> str:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.strip()


def by(member: int) -> tuple[str, str]:
    return "--by", MEMBERS[member].mail


CHEN, MEI, ZHAO, SUN, HR, AUDITOR = (by(place) for place in range(6))


def test_a_month_is_worked_from_signature_to_register(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = done("sign", MONTH, *CHEN)
    assert signed == {
        "verb": "sign",
        "id": MONTH,
        "by": "chen@s.example",
        "result": "done",
        "unit": "north-1",
        "month": "2026-05",
        "sequence": 1,
        "state": "noticed",
        "object_until": "2026-06-15",
        "waits_for": [],
        "notice_to": "boss@n.example",
    }
    objected = done("object", MONTH, "--case", REFERENCE, "--reason", "no", *ZHAO)
    assert objected["waits_for"] == ["unruled 1"]
    ruled = done("rule", MONTH, "--result", "rejected", "--reason", "yes", *MEI)
    assert (ruled["result"], ruled["waits_for"]) == ("done", [])
    assert done("question", MONTH, "--question", "why?", *HR)["waits_for"] == ["unanswered 1"]
    assert done("answer", MONTH, "--answer", "so", *SUN)["waits_for"] == []
    assert refused("issue", MONTH, *HR) == "the unit may object until the end of 2026-06-15"
    monkeypatch.setenv("HUIFANG_NOW", AFTER_TERM)
    issued = done("issue", MONTH, *HR)
    assert issued["state"] == "issued"
    assert issued["register"] == {"amount": 1000, "before": 0, "difference": 1000}


def test_a_case_is_ruled_on_by_its_number_as_before(storage: Storage) -> None:
    assert refused("rule", NUMBER, "--result", "upheld", "--reason", "x", *CHEN) == (
        "no objection waits for a ruling"
    )
    assert refused("object", NUMBER, "--words", "x", *CHEN).startswith("nothing was changed")


def test_an_amendment_is_proposed_by_itself_and_approved_by_another(storage: Storage) -> None:
    for member in (ZHAO, SUN):
        done("label-case", NUMBER, "--standing", "out_of_scope", "--reason", "product", *member)
    shown = done("show-month", MONTH, *AUDITOR)
    (proposed,) = shown["amendments"]
    assert proposed["subjects"] == [f"case {NUMBER}"]
    assert refused("approve", MONTH, "--cause", proposed["cause"], *HR).startswith("approve is for")
    approved = done("approve", MONTH, "--cause", proposed["cause"], *AUDITOR)
    assert (approved["result"], approved["sequence"]) == ("approved", 2)
    assert done("show-month", MONTH, *HR)["version"] == 2


def test_a_member_proposes_and_another_refuses(storage: Storage) -> None:
    made = done("amend", MONTH, "--subjects", "visit V-1, case " + NUMBER, "--reason", "x", *ZHAO)
    assert made["subjects"] == ["visit V-1", f"case {NUMBER}"]
    assert done("refuse", MONTH, "--reason", "no need", *CHEN)["result"] == "refused"


REFUSALS = {
    "no month": (("sign", "north-1/May", *CHEN), "north-1/May is no month of a unit"),
    "a case's number": (("sign", NUMBER, *CHEN), f"{NUMBER} is no month of a unit"),
    "an unknown unit": (("sign", "west/2026-05", *CHEN), "there is no unit west"),
    "a month still open": (("sign", "north-1/2026-06", *CHEN), "north-1/2026-06 has no document"),
    "another role": (("sign", MONTH, *ZHAO), "sign is for lead, not for supervisor"),
    "too early": (("issue", MONTH, *HR), "issue is not for a month that is closed"),
    "no line": (
        ("object", MONTH, "--line", "sum", "--reason", "x", *ZHAO),
        "object is not for a month that is closed",
    ),
    "nothing named": (("object", MONTH, "--reason", "x", *ZHAO), "say one thing: --line change|"),
    "a case's key": (("object", MONTH, "--words", "x", *ZHAO), "object takes no --words; it takes"),
    "no subject": (("amend", MONTH, "--reason", "x", *ZHAO), "say what is to be read anew"),
    "an unknown fact": (
        ("amend", MONTH, "--subjects", "visit V-9", "--reason", "x", *ZHAO),
        "visit V-9 is no visit or case of this month",
    ),
    "nothing proposed": (("approve", MONTH, *CHEN), "there is no such amendment that waits"),
    "no question": (("answer", MONTH, "--answer", "x", *CHEN), "there is no such question"),
}


@pytest.mark.parametrize(("words", "told"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_cannot_be_is_refused_with_its_reason(
    storage: Storage, words: tuple[str, ...], told: str
) -> None:
    before = storage.proceedings.of_unit("north-1"), storage.amendments.of_unit("north-1")
    assert refused(*words).startswith(told)
    assert (storage.proceedings.of_unit("north-1"), storage.amendments.of_unit("north-1")) == before


def test_what_changes_nothing_is_refused_with_what_to_do(storage: Storage) -> None:
    done("amend", MONTH, "--subjects", "visit V-1", "--reason", "x", *ZHAO)
    assert refused("approve", MONTH, *CHEN).startswith("its facts are as the document has them")


def test_to_sign_once_more_holds(storage: Storage) -> None:
    done("sign", MONTH, *CHEN)
    assert done("sign", MONTH, *CHEN)["result"] == "unchanged"
    assert refused("sign", MONTH, *MEI) == "sign is not for a month that is noticed"


def test_a_unit_without_a_mail_address_is_told_of(storage: Storage) -> None:
    unit = storage.people.unit("north-1")
    assert unit is not None
    storage.people.put(replace(unit, manager_email=""))
    assert done("sign", MONTH, *CHEN)["notice_to"].startswith("nobody")
