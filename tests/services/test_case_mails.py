"""Every mail about cases and members, in both languages, to those it is meant for alone."""

import json
from dataclasses import replace

import pytest

from chalicelib.core.effects import Effect
from chalicelib.core.people import ROLES, Member, Unit
from chalicelib.core.visits import Visit, VisitKey
from chalicelib.rulebook import load
from chalicelib.services.case_mails import READERS, CaseMails
from chalicelib.services.mail_pages import Letter, NobodyToReadError
from tests.catalogues import compile_catalogues
from tests.core.lives import NUMBER, at

NOW = at("2026-06-04 11:00")
ROW = {
    "case": NUMBER,
    "reference": "7K2M-9QXA",
    "unit": "U1",
    "step": "answer",
    "due_at": NOW.isoformat(),
}
VALUES: dict[str, dict[str, str]] = {
    "cases_received": {
        "rows": json.dumps(
            [
                {
                    "case": NUMBER,
                    "received": NOW.isoformat(),
                    "channel": channel,
                    "unit": unit,
                    "category": category,
                    "due": due,
                }
                for channel, unit, category, due in (
                    ("hotline", "U1", "safety", NOW.isoformat()),
                    ("call", "", "", ""),
                )
            ]
        )
    },
    "case_waits": {"case": NUMBER, "event": "answered", "owner": ""},
    "case_objected": {"case": NUMBER, "event": "objected"},
    "danger_unanswered": {"caller": "+8613800138000", "case": NUMBER, "phones": "3"},
    "breaches": {"rows": json.dumps([{**ROW, "step": step} for step in ("forward", "promise")])},
    "unread_held": {
        "month": "2026-05",
        "until": NOW.isoformat(),
        "rows": json.dumps([["U1", [NUMBER, "581000002"]]]),
    },
    "members_changed": {
        "rows": json.dumps([{"name": "A", "mail": "a@s", "before": "", "role": r} for r in ROLES])
    },
    "unit_forwarded": {
        "unit": "U1",
        "reference": "7K2M-9QXA",
        "answer_by": NOW.isoformat(),
        "solve_by": NOW.isoformat(),
        "secret": "x" * 22,
    },
    "unit_pause_granted": {"unit": "U1", "reference": "7K2M-9QXA", "until": "2026-06-08"},
    "unit_pause_refused": {"unit": "U1", "reference": "7K2M-9QXA"},
    "unit_praised": {"unit": "U1", "visit_id": "V1"},
    "unit_breaches": {"unit": "U1", "rows": json.dumps([ROW, {**ROW, "step": "solve"}])},
}


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


class People:
    """One member of each role, and a unit."""

    def __init__(self, language: str, boss: str = "boss@east.example") -> None:
        self._unit = Unit("U1", "East", boss, language)

    def members(self) -> list[Member]:
        return [Member(role, f"{role}@s.example", role) for role in ROLES]

    def unit(self, unit_id: str) -> Unit | None:
        return self._unit if unit_id == "U1" else None


class NoVisits:
    """No visit is known."""

    def key_of(self, visit_id: str) -> VisitKey | None:
        return None

    def get(self, key: VisitKey) -> Visit | None:
        return None


def letter(what: str, language: str = "zh", boss: str = "boss@east.example", **more: str) -> Letter:
    rules = replace(load(), languages=(language,))
    mails = CaseMails(People(language, boss), NoVisits(), rules, "https://h.example/s")
    return mails.letter(Effect("cause", 0, "mail", what, NOW, {**VALUES[what], **more}))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", VALUES)
def test_every_mail_has_its_words_and_its_readers(what: str, language: str) -> None:
    written = letter(what, language)
    assert written.page.title
    assert all(written.page.paragraphs)
    units = what.startswith("unit_")
    assert written.foot == ("mail.foot_unit" if units else "mail.foot")
    to_members = sorted(f"{role}@s.example" for role in READERS.get(what, ()))
    assert written.to == (["boss@east.example"] if units else to_members)
    assert len({len(row) for row in written.page.rows} | {len(written.page.columns)}) == 1


def test_there_is_a_sample_of_every_mail() -> None:
    assert {what for what in VALUES if not what.startswith("unit_")} == set(READERS)


@pytest.mark.parametrize("event", ["answered", "pause_asked", "unit_objected"])
def test_what_waits_is_told_to_the_owner_alone(event: str) -> None:
    assert letter("case_waits", event=event, owner="lead@s.example").to == ["lead@s.example"]


def test_who_is_no_member_any_more_owns_nothing() -> None:
    assert letter("case_waits", owner="gone@s.example").to == [
        "lead@s.example",
        "supervisor@s.example",
    ]


def test_a_withheld_number_and_an_empty_roster_are_told_as_such() -> None:
    page = letter("danger_unanswered", "en", caller="", case="", phones="0").page
    assert page.facts == [("Number", "withheld")]
    assert "names no duty phone" in page.paragraphs[0]


@pytest.mark.parametrize("changes", [{"boss": ""}, {"unit": "U9"}])
def test_a_unit_without_an_address_has_nobody_to_read(changes: dict[str, str]) -> None:
    with pytest.raises(NobodyToReadError):
        letter("unit_forwarded", **changes)


def test_the_link_leads_to_our_own_address() -> None:
    assert letter("unit_forwarded").page.facts[0][1] == f"https://h.example/s/u/case/{'x' * 22}"
