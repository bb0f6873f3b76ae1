"""The contract of PhoneStore."""

from dataclasses import replace
from itertools import permutations

import pytest

from chalicelib.core.phones import MOST_NAMES, Phone
from chalicelib.core.saving import Stale
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire
from tests.store.samples import HOUR, NOW, NUMBER, PHONE, key_numbered


class TestPhoneStore:
    def test_a_number_nobody_saved_is_fresh(self, storage: Storage) -> None:
        assert storage.phones.get(NUMBER) == Phone(NUMBER)

    def test_a_save_returns_what_is_stored(self, storage: Storage) -> None:
        saved = storage.phones.save(PHONE)
        assert saved == replace(PHONE, version=1)
        assert storage.phones.get(NUMBER) == saved
        again = storage.phones.save(replace(saved, current=None, opted_out_at=NOW))
        assert storage.phones.get(NUMBER) == again

    def test_of_two_fresh_phones_the_second_is_stale(self, storage: Storage) -> None:
        storage.phones.save(PHONE)
        with pytest.raises(Stale):
            storage.phones.save(replace(PHONE, current=None))

    def test_two_numbers_do_not_meet(self, storage: Storage) -> None:
        storage.phones.save(PHONE)
        assert storage.phones.get("+861380013800").version == 0


class TestNoteVisit:
    @pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
    def test_the_visit_completed_last_stays_in_whatever_order_they_come(
        self, storage: Storage, order: tuple[int, ...]
    ) -> None:
        for number in order:
            storage.phones.note_visit(NUMBER, key_numbered(number), NOW + number * HOUR)
        assert storage.phones.get(NUMBER).last == key_numbered(2)

    @pytest.mark.parametrize("order", [*permutations(range(2))], ids=str)
    def test_of_two_completed_at_once_the_same_one_stays(
        self, storage: Storage, order: tuple[int, ...]
    ) -> None:
        for number in order:
            storage.phones.note_visit(NUMBER, key_numbered(number), NOW)
        assert storage.phones.get(NUMBER).last == key_numbered(1)

    def test_it_neither_hinders_a_save_nor_is_lost_by_one(self, storage: Storage) -> None:
        fresh = storage.phones.get(NUMBER)
        storage.phones.note_visit(NUMBER, key_numbered(1), NOW)
        saved = storage.phones.save(replace(fresh, opted_out_at=NOW))
        storage.phones.note_visit(NUMBER, key_numbered(2), NOW + HOUR)
        storage.phones.save(replace(saved, opted_out_at=None))
        phone = storage.phones.get(NUMBER)
        assert (phone.last, phone.opted_out_at, phone.version) == (key_numbered(2), None, 2)

    def test_it_alone_writes_the_last_visit(self, storage: Storage) -> None:
        storage.phones.save(replace(PHONE, last=key_numbered(1)))
        assert storage.phones.get(NUMBER).last is None

    def test_it_is_one_write(self, storage: Storage, wire: Wire) -> None:
        storage.phones.note_visit(NUMBER, key_numbered(1), NOW)
        assert wire.trips == [("UpdateItem", 1.0)]


class TestNames:
    def test_each_name_is_kept_once_in_whatever_order_visits_come(self, storage: Storage) -> None:
        for number, name in ((2, "2026b"), (1, "2026a"), (2, "2026b"), (0, "2026b"), (3, "")):
            storage.phones.note_visit(NUMBER, key_numbered(number), NOW + number * HOUR, name)
        phone = storage.phones.get(NUMBER)
        assert phone.names == ("2026a", "2026b")
        assert phone.last == key_numbered(3)

    def test_a_save_leaves_the_names_alone(self, storage: Storage) -> None:
        fresh = storage.phones.get(NUMBER)
        storage.phones.note_visit(NUMBER, key_numbered(1), NOW, "2026a")
        saved = storage.phones.save(replace(fresh, names=("2026z",)))
        storage.phones.note_visit(NUMBER, key_numbered(1), NOW, "2026b")
        storage.phones.save(saved)
        assert storage.phones.get(NUMBER).names == ("2026a", "2026b")

    def test_a_number_takes_so_many_names_and_its_last_visit_still(self, storage: Storage) -> None:
        for place in range(MOST_NAMES + 3):
            storage.phones.note_visit(
                NUMBER, key_numbered(place), NOW + place * HOUR, f"2026{place:02}"
            )
        phone = storage.phones.get(NUMBER)
        assert phone.names == tuple(f"2026{place:02}" for place in range(MOST_NAMES))
        assert phone.last == key_numbered(MOST_NAMES + 2)

    def test_a_visit_noted_again_is_one_write(self, storage: Storage, wire: Wire) -> None:
        for _ in range(2):
            storage.phones.note_visit(NUMBER, key_numbered(1), NOW, "2026a")
        before = len(wire.trips)
        storage.phones.note_visit(NUMBER, key_numbered(1), NOW, "2026a")
        assert wire.operations()[before:] == ["UpdateItem"]
