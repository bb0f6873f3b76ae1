"""A unit learns what it may know, and does what it may do.

Every byte that it can fetch or is mailed, of two cases that differ only in what it must not know,
is the same.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.cases import Case, CaseEvent, CaseName, case_number
from chalicelib.core.people import Member, Unit
from chalicelib.services.case_unit import Answer, At, UnitDesk
from chalicelib.services.cases import Why
from chalicelib.store.storage import stores
from chalicelib.wiring import Wiring
from tests.conftest import Tables
from tests.core.lives import at
from tests.services.case_stage import (
    BOSS,
    LIN,
    MORNING,
    SUN,
    forwarded,
    happened,
    opened,
    people,
    place,
    stored,
)
from tests.stage import Stage, settings
from tools.engine import create_tables
from tools.local import seeded

PROMISE = Answer("leaks", "seal", "new seal", "2026-06-08")
CASE = Case(
    number=case_number(1),
    received_at=MORNING,
    month="2026-06",
    channel="hotline",
    unit="U1",
    visit_id="V-1",
    phone="+85251230001",
    text="leaks",
    kind="complaint",
    category="conduct",
    contact="supervision",
    customer_name="Mrs Chan",
    code_sha256="a" * 64,
    recording="recordings/RE1.wav",
    call="CA1",
    reference="7K2M-9QXA",
)

DIFFERENT: dict[str, dict[str, str]] = {
    "number": {"number": case_number(987654)},
    "code": {"code_sha256": "b" * 64},
    "recording": {"recording": "recordings/RE2.wav", "call": "CA2"},
    "no recording": {"recording": "", "call": ""},
    "name of the customer": {"customer_name": "Mr Wong"},
    "number of the customer": {"phone": "+85259999999"},
    "no number": {"phone": ""},
    "visit of the customer": {"visit_id": "V-2"},
    "words of the customer": {"text": "I am Mr Wong of the third floor"},
}


@pytest.fixture
def fresh(stage: Stage, tmp_path: Path) -> Callable[[], Wiring]:
    """Another stage at each call: its own tables and mails, the same chance."""

    def made() -> Wiring:
        name = f"t{secrets.token_hex(6)}"
        create_tables(stage.wiring.settings.dynamodb_endpoint, name)
        tables = Tables(stage.wiring.settings.dynamodb_endpoint, name, "", "")
        phone = stage.wiring.settings.twilio_api_base
        wiring = Wiring(settings(tables, phone, tmp_path / name), seeded(Random(7)))  # noqa: S311 # the same each time
        wiring.storage = stores(stage.storage.table.connection, name)
        wiring.people.put(Unit("U1", "East", BOSS, "en", since="2026-05"))
        for member in (SUN, LIN):
            wiring.people.put(member)
        return wiring

    return made


def bytes_of(wiring: Wiring, case: Case) -> list[bytes]:
    """Everything that the unit sees and is mailed in the life of a case."""
    first = CaseEvent(case.number, 0, MORNING, "received", "customer", case.channel)
    wiring.storage.commit([case, first, CaseName(case.reference, case.number)], [])
    desk, unit, here = wiring.case_desk("desk"), wiring.unit_desk, place(case)
    seen: list[object] = []

    def look() -> None:
        seen.append([unit.view(here), unit.customer(here, "link", MORNING)])

    desk.forward(case.number, "The seal leaks", SUN, MORNING)
    look()
    unit.answer(here, PROMISE, "link", at("2026-06-04 11:00"))
    look()
    unit.ask_pause(here, "waiting_part", "2026-06-07", "link", at("2026-06-04 12:00"))
    desk.grant_pause(case.number, "", LIN, at("2026-06-04 14:00"))
    look()
    unit.redate(here, "2026-06-09", "late", "link", at("2026-06-05 12:00"))
    unit.solve(here, "link", at("2026-06-08 12:00"))
    desk.follow_up(case.number, "not_fixed", "", SUN, at("2026-06-09 12:00"))
    desk.forward(case.number, "", SUN, at("2026-06-09 13:00"))
    seen.append(unit.month("U1", "2026-06"))
    wiring.watching.run(at("2026-06-30 16:00"))
    wiring.effects.run(at("2026-06-30 16:00"))
    mails = sorted((Path(wiring.settings.mail_folder)).glob("*.eml"))
    to_unit = [path.read_bytes() for path in mails if BOSS.encode() in path.read_bytes()]
    assert len(to_unit) == 4
    names = [path.name.encode() for path in mails if BOSS.encode() in path.read_bytes()]
    return [json.dumps(seen).encode(), *to_unit, *names]


def test_a_unit_cannot_tell_cases_apart_by_what_it_must_not_know(
    fresh: Callable[[], Wiring],
) -> None:
    once = bytes_of(fresh(), CASE)
    told = {name: bytes_of(fresh(), replace(CASE, **made)) for name, made in DIFFERENT.items()}  # type: ignore[arg-type] # texts all
    assert [name for name, other in told.items() if other != once] == []


def test_what_it_may_know_does_make_a_difference(fresh: Callable[[], Wiring]) -> None:
    """Else the test above would prove nothing."""
    once = bytes_of(fresh(), CASE)
    for changes in ({"category": "quality"}, {"severity": "grave"}, {"contact": "unit"}):
        assert bytes_of(fresh(), replace(CASE, **changes)) != once  # type: ignore[arg-type] # texts all


def test_nothing_of_the_customer_is_in_those_bytes(fresh: Callable[[], Wiring]) -> None:
    everything = b"".join(bytes_of(fresh(), CASE))
    hidden = (CASE.number, CASE.phone, CASE.customer_name, CASE.recording, CASE.visit_id, "chan")
    assert [word for word in hidden if word.lower().encode() in everything.lower()] == []


# --- what it does -----------------------------------------------------------------------------


@pytest.fixture
def case(stage: Stage) -> Case:
    """A complaint that the unit has to answer."""
    people(stage)
    return forwarded(stage, contact="unit", customer_name="Mrs Chan")


def test_each_look_at_name_and_number_is_an_event(stage: Stage, case: Case) -> None:
    unit = stage.wiring.unit_desk
    unit.view(place(case))
    assert "customer_shown" not in happened(stage, case.number)
    for _ in range(2):
        shown = unit.customer(place(case), "boss@east.example", MORNING)
        assert shown == {"customer_name": "Mrs Chan", "phone": case.phone}
    events = stage.storage.cases.events(case.number)
    assert [e.by for e in events if e.what == "customer_shown"] == ["unit:U1:boss@east.example"] * 2


def test_a_look_that_shows_nothing_is_none(stage: Stage) -> None:
    people(stage)
    case = forwarded(stage, contact="supervision", customer_name="Mrs Chan")
    assert stage.wiring.unit_desk.customer(place(case), "link", MORNING) is None
    assert "customer_shown" not in happened(stage, case.number)


def test_a_unit_has_no_act_that_closes_deletes_dates_back_or_names_otherwise() -> None:
    acts = {name for name in vars(UnitDesk) if not name.startswith("_")}
    assert acts == {
        *("opened", "view", "month", "customer"),
        *("answer", "redate", "solve", "ask_pause", "end_pause", "object_to"),
    }


def test_whatever_a_unit_does_its_case_stays_open_and_counts(stage: Stage, case: Case) -> None:
    unit, here = stage.wiring.unit_desk, place(case)
    unit.object_to(here, "it was misuse", "link", at("2026-06-04 09:30"))
    unit.answer(here, PROMISE, "link", at("2026-06-04 11:00"))
    unit.solve(here, "link", at("2026-06-04 12:00"))
    acts: list[Callable[[], object]] = [
        lambda: unit.answer(here, PROMISE, "link", at("2026-06-04 13:00")),
        lambda: unit.solve(here, "link", at("2026-06-04 13:00")),
        lambda: unit.redate(here, "2026-06-01", "x", "link", at("2026-06-04 13:00")),
        lambda: unit.redate(here, "2026-06-30", "x", "link", at("2026-06-04 13:00")),
        lambda: unit.end_pause(here, "link", at("2026-06-04 13:00")),
    ]
    for act in acts:
        with pytest.raises(ActError):
            act()
    now = stored(stage, case.number)
    assert (now.state, now.standing, now.kind, now.unit) == (
        "answered",
        "counts",
        "complaint",
        "U1",
    )
    assert (now.received_at, now.month) == (case.received_at, case.month)


ELSEWHERE: dict[str, At] = {
    "another unit": At("U2", ""),
    "no such case": At("U1", "2222-2222"),
    "a case's number": At("U1", case_number(1)),
    "anything": At("U1", "\udce4"),
    "nothing": At("U1", "-"),
}


@pytest.mark.parametrize("where", ELSEWHERE.values(), ids=ELSEWHERE)
def test_another_units_case_is_as_unknown_as_none(stage: Stage, case: Case, where: At) -> None:
    here = where._replace(reference=where.reference or case.reference)
    with pytest.raises(ActError, match="unknown_reference"):
        stage.wiring.unit_desk.view(here)
    with pytest.raises(ActError, match="unknown_reference"):
        stage.wiring.unit_desk.solve(here, "link", MORNING)


def test_a_case_is_unknown_before_its_forwarding_and_after_it_has_moved(stage: Stage) -> None:
    people(stage)
    made = opened(stage)
    with pytest.raises(ActError, match="unknown_reference"):
        stage.wiring.unit_desk.view(place(made.case))
    case, desk = forwarded(stage), stage.wiring.case_desk("desk")
    for by in (SUN, LIN):
        desk.label(case.number, {"unit": "U2"}, Why("other_unit"), by, MORNING)
    for unit in ("U1", "U2"):
        with pytest.raises(ActError, match="unknown_reference"):
            stage.wiring.unit_desk.view(At(unit, case.reference))
    assert stage.wiring.unit_desk.month("U1", "2026-06") == []
    desk.forward(case.number, "", SUN, MORNING + timedelta(hours=1))
    assert stage.wiring.unit_desk.view(At("U2", case.reference))["state"] == "forwarded"


def test_a_month_shows_the_units_own_cases_in_the_order_they_came(stage: Stage) -> None:
    people(stage)
    cases = [forwarded(stage, MORNING + timedelta(hours=hours)) for hours in (3, 1, 2)]
    opened(stage)
    forwarded(stage, unit="U2")
    shown = stage.wiring.unit_desk.month("U1", "2026-06")
    assert [view["reference"] for view in shown] == [cases[at].reference for at in (1, 2, 0)]


def test_only_members_grant_what_a_unit_asks_for(stage: Stage, case: Case) -> None:
    stage.wiring.unit_desk.ask_pause(place(case), "waiting_part", "2026-06-07", "link", MORNING)
    boss = Member("Boss", BOSS, "manager")
    with pytest.raises(ActError, match="role"):
        stage.wiring.case_desk("desk").grant_pause(case.number, "", boss, MORNING)
