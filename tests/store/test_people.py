"""The contract of PeopleStore."""

from dataclasses import replace
from threading import Thread

from chalicelib.store.people import LateMonth
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire
from tests.store.samples import HOUR, MEMBER, NOW, TECHNICIAN, TOKEN, UNIT

RENAMED = replace(UNIT, name="北四站")


class TestPeopleStore:
    def test_what_was_put_is_found(self, storage: Storage) -> None:
        for record in (UNIT, TECHNICIAN, MEMBER, TOKEN):
            assert storage.people.put(record) == "created"
        assert storage.people.unit("north-3") == UNIT
        assert storage.people.technician("north-3", "王小明") == TECHNICIAN
        assert storage.people.member("chen@SUPERVISION.example") == MEMBER
        assert storage.people.token(TOKEN.sha256) == TOKEN

    def test_nothing_is_found_where_nothing_was_put(self, storage: Storage) -> None:
        assert storage.people.unit("north-3") is None
        assert storage.people.units() == []
        assert storage.people.token("a" * 64) is None

    def test_a_second_put_says_what_it_did(self, storage: Storage) -> None:
        said = [storage.people.put(unit) for unit in (UNIT, UNIT, RENAMED, RENAMED, UNIT)]
        assert said == ["created", "unchanged", "changed", "unchanged", "changed"]
        assert storage.people.units() == [UNIT]

    def test_lists_come_in_order_and_apart(self, storage: Storage) -> None:
        south = replace(UNIT, unit_id="south-1")
        li = replace(TECHNICIAN, name="李", phone="")
        elsewhere = replace(TECHNICIAN, unit="north-30")
        for record in (south, UNIT, TECHNICIAN, li, elsewhere, MEMBER):
            storage.people.put(record)
        assert storage.people.units() == [UNIT, south]
        assert storage.people.technicians("north-3") == [li, TECHNICIAN]
        assert storage.people.members() == [MEMBER]

    def test_a_name_may_be_any_text(self, storage: Storage) -> None:
        odd = replace(TECHNICIAN, name='A#b\\ "\ud800')
        storage.people.put(odd)
        assert storage.people.technician("north-3", odd.name) == odd

    def test_a_put_that_was_overtaken_looks_again(self, storage: Storage, wire: Wire) -> None:
        wire.plan = [wire.passed, wire.meanwhile(lambda: storage.people.put(UNIT))]
        assert storage.people.put(UNIT) == "unchanged"
        wire.plan = [wire.passed, wire.meanwhile(lambda: storage.people.put(RENAMED))]
        assert storage.people.put(replace(UNIT, language="en")) == "changed"
        assert storage.people.units() == [replace(UNIT, language="en")]

    def test_eight_who_put_the_same_unit_at_once_leave_one(self, storage: Storage) -> None:
        threads = [Thread(target=storage.people.put, args=(UNIT,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert storage.people.units() == [UNIT]


class TestSwitch:
    def test_sending_is_on_until_it_is_stopped(self, storage: Storage) -> None:
        assert storage.people.sending()
        assert storage.people.stop_sending("陈立", NOW)
        assert not storage.people.stop_sending("陈立", NOW)
        assert not storage.people.sending()
        assert storage.people.start_sending("陈立", NOW)
        assert storage.people.sending()

    def test_a_lost_answer_is_no_reason_to_think_it_was_stopped_before(
        self, storage: Storage, wire: Wire
    ) -> None:
        wire.plan = [wire.answer_lost]
        assert storage.people.stop_sending("陈立", NOW)


class TestLateMonths:
    def test_each_month_is_listed_once_with_its_latest_upload(self, storage: Storage) -> None:
        for hours in (1, 3, 2):
            storage.people.mark_late("north-3", "2026-05", NOW + hours * HOUR)
        storage.people.mark_late("south-1", "2026-04", NOW)
        assert storage.people.late_months() == [
            LateMonth("2026-04", "south-1", NOW),
            LateMonth("2026-05", "north-3", NOW + 3 * HOUR),
        ]
