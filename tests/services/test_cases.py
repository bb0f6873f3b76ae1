"""Reading cases on the real engine: case and event together, also with many at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.cases import Case, CaseEvent, case_number
from chalicelib.core.people import Member
from chalicelib.core.saving import Busy, Stale
from chalicelib.rulebook import load
from chalicelib.services import switch
from chalicelib.services.case_writer import CaseWriter
from chalicelib.services.cases import CaseChance, CaseDesk
from chalicelib.services.proposals import Proposals
from chalicelib.store.storage import Storage, connect
from tests.conftest import Tables

NOW = datetime(2026, 6, 4, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NUMBER = case_number(4711)
CASE = Case(NUMBER, NOW, "2026-06", "sms", "north-1", phone="+8613800138000", text="投诉 还是漏水")
RECEIVED = CaseEvent(NUMBER, 0, NOW, "received", "customer", via="sms")

CHEN = Member("陈立", "Chen@supervision.example", "lead")
ZHAO = Member("赵敏", "zhao@supervision.example", "supervisor")


@pytest.fixture
def storage(tables: Tables) -> Storage:
    """One unread case."""
    made = connect(tables.stage, tables.endpoint)
    made.commit([CASE, RECEIVED], [])
    return made


def desk(storage: Storage, commit: Callable[..., None] | None = None) -> CaseDesk:
    chance = CaseChance(lambda: 0, lambda: "secret")
    proposals = Proposals(storage.documents, storage.amendments)
    writer = CaseWriter(storage.cases, commit or storage.commit, load(), proposals)
    return CaseDesk(storage.cases, storage.people, writer, load(), chance, "tools")


def stored(storage: Storage) -> Case:
    case = storage.cases.get(NUMBER)
    assert case is not None
    return case


def refused(storage: Storage, number: str, kind: str, by: Member) -> str:
    before = (stored(storage), storage.cases.events(NUMBER))
    with pytest.raises(ActError) as refusal:
        desk(storage).read_case(number, kind, by, LATER)
    assert (stored(storage), storage.cases.events(NUMBER)) == before
    return refusal.value.code


def test_a_supervisor_reads_a_case_as_a_complaint(storage: Storage) -> None:
    done = desk(storage).read_case(NUMBER, "complaint", ZHAO, LATER)
    assert (done.result, done.case.kind) == ("read", "complaint")
    read = replace(CASE, kind="complaint", events=1, version=2, owner=ZHAO.mail)
    assert replace(stored(storage), due_at=None) == read
    assert storage.cases.events(NUMBER) == [
        RECEIVED,
        CaseEvent(NUMBER, 1, LATER, "read", ZHAO.mail, "tools", {"kind": "complaint"}),
    ]
    assert storage.cases.unread_of("north-1", "2026-06") == []


def test_a_second_reading_of_the_same_kind_changes_nothing(storage: Storage) -> None:
    desk(storage).read_case(NUMBER, "complaint", ZHAO, NOW)
    assert desk(storage).read_case(NUMBER, "complaint", CHEN, LATER).result == "unchanged"
    assert len(storage.cases.events(NUMBER)) == 2


def test_another_kind_takes_two_members(storage: Storage) -> None:
    first = desk(storage).read_case(NUMBER, "enquiry", ZHAO, NOW)
    assert (first.result, stored(storage).kind) == ("proposed", "unread")
    assert [case.number for case in storage.cases.unread_of("north-1", "2026-06")] == [NUMBER]
    assert refused(storage, NUMBER, "enquiry", ZHAO) == "second_person"
    second = desk(storage).read_case(NUMBER, "enquiry", CHEN, LATER)
    assert (second.result, stored(storage).kind) == ("read", "enquiry")
    assert [(event.what, event.by) for event in storage.cases.events(NUMBER)] == [
        ("received", "customer"),
        ("read_proposed", "zhao@supervision.example"),
        ("read", "chen@supervision.example"),
    ]


def test_a_member_is_one_person_however_his_address_is_written(storage: Storage) -> None:
    desk(storage).read_case(NUMBER, "empty", CHEN, NOW)
    loud = replace(CHEN, mail=CHEN.mail.upper())
    assert refused(storage, NUMBER, "empty", loud) == "second_person"


@pytest.mark.parametrize("role", ["hr", "auditor", "admin", "manager", ""])
def test_only_supervision_reads(storage: Storage, role: str) -> None:
    assert refused(storage, NUMBER, "complaint", replace(ZHAO, role=role)) == "role"


def test_a_recused_member_reads_no_case_of_his_unit(storage: Storage) -> None:
    recused = replace(ZHAO, recusals=("north-1",))
    assert refused(storage, NUMBER, "complaint", recused) == "recused"


@pytest.mark.parametrize(
    "number", [case_number(4712), NUMBER[:-1], NUMBER[:-1] + "x", "", "\udce4", "CASE#1"]
)
def test_a_case_that_is_not_there_is_told(storage: Storage, number: str) -> None:
    assert refused(storage, number, "complaint", ZHAO) == "unknown_case"


def test_sixteen_readers_at_once_leave_one_reading(storage: Storage) -> None:
    results = read_at_once(storage, [(ZHAO, "complaint"), (CHEN, "complaint")] * 8)
    assert sorted(results) == ["read"] + ["unchanged"] * 15
    assert len(storage.cases.events(NUMBER)) == 2


def test_two_who_say_the_same_at_once_are_two_persons_and_one_is_first(storage: Storage) -> None:
    assert sorted(read_at_once(storage, [(ZHAO, "praise"), (CHEN, "praise")])) == [
        "proposed",
        "read",
    ]
    assert stored(storage).kind == "praise"


def test_one_who_says_it_twice_at_once_stays_one_person(storage: Storage) -> None:
    results = read_at_once(storage, [(ZHAO, "praise")] * 4)
    assert sorted(results) == ["proposed", *["second_person"] * 3]
    assert stored(storage).kind == "unread"


def read_at_once(storage: Storage, readers: Sequence[tuple[Member, str]]) -> list[str]:
    """What each reader is told when all begin at the same moment."""
    results: list[str] = []
    together = Barrier(len(readers))

    def read(by: Member, kind: str) -> None:
        together.wait()
        try:
            results.append(desk(storage).read_case(NUMBER, kind, by, LATER).result)
        except ActError as refusal:
            results.append(refusal.code)

    threads = [Thread(target=read, args=reader) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_case_that_others_keep_changing_is_given_up_with_nothing_kept(storage: Storage) -> None:
    def always_late(adds: Sequence[object], saves: Sequence[object]) -> None:
        raise Stale(saves[0])

    with pytest.raises(Busy):
        desk(storage, always_late).read_case(NUMBER, "complaint", ZHAO, LATER)
    assert stored(storage).kind == "unread"


def test_leads_and_admins_stop_and_start_sending(storage: Storage) -> None:
    admin = replace(CHEN, role="admin")
    assert switch.stop_sending(storage.people, CHEN, NOW)
    assert not switch.stop_sending(storage.people, admin, NOW)
    assert not storage.people.sending()
    assert switch.start_sending(storage.people, admin, LATER)
    assert not switch.start_sending(storage.people, CHEN, LATER)
    assert storage.people.sending()


@pytest.mark.parametrize("role", ["supervisor", "hr", "auditor"])
def test_nobody_else_turns_the_switch(storage: Storage, role: str) -> None:
    for turn in (switch.stop_sending, switch.start_sending):
        with pytest.raises(ActError, match="role"):
            turn(storage.people, replace(CHEN, role=role), NOW)
    assert storage.people.sending()
