"""The contract of CaseStore."""

from dataclasses import replace

import pytest

from chalicelib.core.cases import Case
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire
from tests.store.samples import CASE, EVENT, HOUR, NAME, NOW, NUMBER, UNIT_LINK


def opened(storage: Storage, case: Case) -> Case:
    storage.commit(adds=[case, replace(EVENT, case=case.number)])
    stored = storage.cases.get(case.number)
    assert stored is not None
    return stored


class TestCaseStore:
    def test_an_opened_case_is_found_by_number_month_and_phone(self, storage: Storage) -> None:
        case = opened(storage, CASE)
        assert case == replace(CASE, version=1)
        assert storage.cases.events(CASE.number) == [EVENT]
        assert storage.cases.of_month("north-3", "2026-06") == [case]
        assert storage.cases.of_number(NUMBER) == [case]

    def test_nothing_is_found_where_nothing_was_stored(self, storage: Storage) -> None:
        assert storage.cases.get("572000001") is None
        assert storage.cases.events("572000001") == []
        assert storage.cases.of_month("north-3", "2026-06") == []

    def test_a_taken_number_is_refused_and_nothing_of_it_is_kept(self, storage: Storage) -> None:
        case = opened(storage, CASE)
        other = replace(CASE, unit="south-1", phone="+15005550001")
        with pytest.raises(AlreadyThere) as refusal:
            storage.commit(adds=[other])
        assert refusal.value.record == other
        assert storage.cases.of_month("south-1", "2026-06") == []
        assert storage.cases.of_number("+15005550001") == []
        assert storage.cases.get(CASE.number) == case

    def test_a_change_and_its_event_are_saved_together_or_not_at_all(
        self, storage: Storage
    ) -> None:
        case = opened(storage, CASE)
        read = replace(case, kind="complaint", events=2)
        storage.commit(adds=[replace(EVENT, sequence=2, what="read")], saves=[read])
        with pytest.raises(Stale):
            storage.commit(adds=[replace(EVENT, sequence=3)], saves=[replace(case, kind="praise")])
        assert [event.sequence for event in storage.cases.events(CASE.number)] == [1, 2]
        assert storage.cases.get(CASE.number) == replace(read, version=2)

    def test_the_unread_ones_of_a_month(self, storage: Storage) -> None:
        unread = opened(storage, CASE)
        opened(storage, replace(CASE, number="572000002", kind="complaint"))
        opened(storage, replace(CASE, number="572000003", month="2026-07"))
        assert storage.cases.unread_of("north-3", "2026-06") == [unread]

    def test_a_case_without_a_unit_is_listed_apart_until_it_gets_one(
        self, storage: Storage
    ) -> None:
        case = opened(storage, replace(CASE, unit="", phone=""))
        assert storage.cases.of_month("", "2026-06") == [case]
        storage.commit(saves=[replace(case, unit="north-3")])
        assert storage.cases.of_month("", "2026-06") == []
        assert [each.number for each in storage.cases.of_month("north-3", "2026-06")] == [
            case.number
        ]

    def test_a_case_may_come_back_to_a_unit_it_left(self, storage: Storage) -> None:
        opened(storage, CASE)
        for unit in ("south-1", "north-3", "south-1", "south-1", "north-3"):
            seen = storage.cases.get(CASE.number)
            assert seen is not None
            storage.commit(saves=[replace(seen, unit=unit)])
        assert len(storage.cases.of_month("north-3", "2026-06")) == 1
        assert storage.cases.of_month("south-1", "2026-06") == []

    def test_more_cases_than_one_batch_holds_come_in_order(
        self, storage: Storage, wire: Wire
    ) -> None:
        for number in range(0, 120, 20):
            storage.commit(
                adds=[
                    replace(CASE, number=f"{each:09d}", phone="")
                    for each in range(number, number + 20)
                ]
            )
        wire.trips.clear()
        numbers = [case.number for case in storage.cases.of_month("north-3", "2026-06")]
        assert numbers == [f"{each:09d}" for each in range(120)]
        assert wire.operations() == ["Query", "BatchGetItem", "BatchGetItem"]

    def test_a_case_is_listed_for_its_present_phone_alone(self, storage: Storage) -> None:
        case = opened(storage, CASE)
        storage.commit(saves=[replace(case, phone="+15005550001")])
        assert storage.cases.of_number(NUMBER) == []
        assert [each.number for each in storage.cases.of_number("+15005550001")] == [case.number]

    def test_the_cases_of_a_phone_come_the_earliest_first(self, storage: Storage) -> None:
        opened(storage, replace(CASE, number="572000002", received_at=NOW + HOUR))
        opened(storage, replace(CASE, number="910000002"))
        numbers = [case.number for case in storage.cases.of_number(NUMBER)]
        assert numbers == ["910000002", "572000002"]

    def test_a_case_is_found_by_what_its_unit_calls_it(self, storage: Storage) -> None:
        case = opened(storage, replace(CASE, reference=NAME.reference))
        storage.commit(adds=[NAME])
        assert storage.cases.of_reference(NAME.reference) == case
        assert storage.cases.of_reference("2222-2222") is None
        with pytest.raises(AlreadyThere):
            storage.commit(adds=[replace(NAME, case="910000002")])

    def test_a_case_is_due_while_a_clock_runs(self, storage: Storage) -> None:
        case = opened(storage, replace(CASE, due_at=NOW + HOUR))
        opened(storage, replace(CASE, number="572000002"))
        assert storage.cases.due(NOW, 10) == []
        assert storage.cases.due(NOW + HOUR, 10) == [CASE.number]
        storage.commit(saves=[replace(case, due_at=None)])
        assert storage.cases.due(NOW + HOUR, 10) == []

    def test_a_units_link_is_found_by_its_hash(self, storage: Storage) -> None:
        storage.commit(adds=[UNIT_LINK])
        assert storage.cases.unit_link(UNIT_LINK.sha256) == UNIT_LINK
        assert storage.cases.unit_link("f" * 64) is None
