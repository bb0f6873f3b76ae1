"""The contract of VisitStore."""

from dataclasses import replace

import pytest

from chalicelib.core.people import technician_code
from chalicelib.core.saving import Busy, Stale
from chalicelib.core.visits import Change, Visit, VisitKey
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire
from tests.store.samples import (
    ANSWER,
    CONVERSATION,
    HOUR,
    INVITED,
    NOW,
    VERIFICATION,
    VISIT,
    key_numbered,
)

DELIVERED = ("sent", "delivered")


def numbered(number: int) -> Visit:
    return replace(VISIT, facts=replace(VISIT.facts, visit_id=key_numbered(number).visit_id))


class TestVisitStore:
    def test_a_created_visit_is_found_by_its_key_and_by_its_id(self, storage: Storage) -> None:
        assert storage.visits.create(VISIT)
        assert storage.visits.key_of(VISIT.facts.visit_id) == VISIT.key
        assert storage.visits.get(VISIT.key) == replace(VISIT, version=1)

    def test_nothing_is_found_where_nothing_was_stored(self, storage: Storage) -> None:
        assert storage.visits.key_of("V1") is None
        assert storage.visits.get(VISIT.key) is None

    def test_a_second_visit_of_the_same_id_is_refused_and_changes_nothing(
        self, storage: Storage
    ) -> None:
        storage.visits.create(VISIT)
        assert not storage.visits.create(replace(VISIT, salt="other"))
        assert storage.visits.get(VISIT.key) == replace(VISIT, version=1)

    def test_an_id_taken_in_another_month_is_refused(self, storage: Storage) -> None:
        storage.visits.create(VISIT)
        elsewhere = replace(VISIT, month="2026-07")
        assert not storage.visits.create(elsewhere)
        assert storage.visits.get(elsewhere.key) is None

    def test_a_creation_that_broke_in_the_middle_is_completed_by_its_repeat(
        self, storage: Storage, wire: Wire
    ) -> None:
        wire.plan = [wire.passed, *[wire.never_sent] * 4]
        with pytest.raises(Busy):
            storage.visits.create(VISIT)
        wire.plan = []
        assert storage.visits.key_of(VISIT.facts.visit_id) == VISIT.key
        assert storage.visits.get(VISIT.key) is None
        assert storage.visits.create(VISIT)
        assert storage.visits.get(VISIT.key) == replace(VISIT, version=1)

    def test_a_save_returns_what_is_stored(self, storage: Storage) -> None:
        storage.visits.create(VISIT)
        seen = storage.visits.get(VISIT.key)
        assert seen is not None
        saved = storage.visits.save(
            replace(
                seen,
                survey=INVITED,
                conversation=CONVERSATION,
                answers=(ANSWER,),
                verification=VERIFICATION,
            )
        )
        assert saved.version == 2
        assert storage.visits.get(VISIT.key) == saved

    def test_a_save_over_a_newer_version_is_stale_and_changes_nothing(
        self, storage: Storage
    ) -> None:
        storage.visits.create(VISIT)
        seen = storage.visits.get(VISIT.key)
        assert seen is not None
        newer = storage.visits.save(replace(seen, comment="first"))
        with pytest.raises(Stale) as refusal:
            storage.visits.save(replace(seen, comment="second"))
        assert refusal.value.record == replace(seen, comment="second")
        assert storage.visits.get(VISIT.key) == newer

    def test_a_refusal_tells_the_kind_of_record_and_no_content(self) -> None:
        assert str(Stale(VISIT)) == "Visit"
        assert VISIT.facts.phone not in repr(Stale(VISIT))


class TestDelivery:
    def test_ranks_only_rise_and_a_repeat_says_yes_again(self, storage: Storage) -> None:
        storage.visits.create(VISIT)
        said = [
            storage.visits.note_delivery(VISIT.key, rank, status)
            for rank, status in (
                (1, "sent"),
                (1, "sent"),
                (3, "delivered"),
                (1, "sent"),
                (3, "undelivered"),
                (3, "delivered"),
            )
        ]
        assert said == [True, True, True, False, False, True]
        (row,) = storage.visits.month("north-3", "2026-06", ("delivery", "delivery_rank"))
        assert (row["delivery"], row["delivery_rank"]) == ("delivered", 3)

    def test_it_makes_no_visit(self, storage: Storage) -> None:
        assert not storage.visits.note_delivery(VISIT.key, 1, "sent")
        assert storage.visits.get(VISIT.key) is None

    def test_it_neither_hinders_a_save_nor_is_lost_by_one(self, storage: Storage) -> None:
        storage.visits.create(VISIT)
        seen = storage.visits.get(VISIT.key)
        assert seen is not None
        storage.visits.note_delivery(VISIT.key, 3, "delivered")
        storage.visits.save(replace(seen, comment="good"))
        (row,) = storage.visits.month("north-3", "2026-06", ("delivery",))
        assert row["delivery"] == "delivered"

    def test_it_is_one_write(self, storage: Storage, wire: Wire) -> None:
        storage.visits.create(VISIT)
        wire.trips.clear()
        storage.visits.note_delivery(VISIT.key, 3, "delivered")
        assert wire.trips == [("UpdateItem", 1.0)]

    def test_a_lost_answer_still_says_yes(self, storage: Storage, wire: Wire) -> None:
        storage.visits.create(VISIT)
        wire.plan = [wire.answer_lost]
        assert storage.visits.note_delivery(VISIT.key, 3, "delivered")


LI = technician_code("north-3", "王小明")


class TestMonth:
    def test_it_lists_what_was_asked_for_sorted_by_id(self, storage: Storage) -> None:
        for number in (2, 1, 3):
            storage.visits.create(numbered(number))
        late = replace(numbered(4), late_upload=True, answers=(ANSWER,))
        storage.visits.create(late)
        answered = replace(
            numbered(5), answers=(ANSWER,), survey=INVITED,
            changes=(Change(NOW + 2 * HOUR, "phone", "api"),),
        )  # fmt: skip
        storage.visits.create(answered)
        asked = (
            "fact", "heard", "state", "invited_at", "settled_at", "received_at",
            "completed_at", "changed_at", "late_upload",
        )  # fmt: skip
        rows = {
            str(row["visit_id"]): row for row in storage.visits.month("north-3", "2026-06", asked)
        }
        assert list(rows) == ["V00001", "V00002", "V00003", "V00004", "V00005"]
        assert rows["V00001"] == {
            "visit_id": "V00001",
            "fact": f"{LI}\t---\tscheduled\t\t\t\t",
            "completed_at": "2026-06-03T07:00:00.123456Z",
            "received_at": "2026-06-03T08:00:00.123456Z",
        }
        assert rows["V00004"]["late_upload"] is True
        assert rows["V00004"]["fact"] == f"{LI}\tABA\tscheduled\t\tdirect\tsms\t"
        assert rows["V00005"]["fact"] == f"{LI}\tABA\tinvited\tinvited\tdirect\tsms\t"
        assert len(str(rows["V00005"]["heard"]).split(",")) == 1
        assert rows["V00005"]["state"] == "invited"
        assert rows["V00005"]["invited_at"] == "2026-06-04T03:00:00.123456Z"
        assert rows["V00005"]["changed_at"] == "2026-06-04T05:00:00.123456Z"

    def test_a_technicians_name_may_be_any_text(self, storage: Storage) -> None:
        facts = replace(VISIT.facts, technician='A "b" \\ \ud800')
        assert storage.visits.create(replace(VISIT, facts=facts))
        seen = storage.visits.get(VISIT.key)
        assert seen is not None
        assert seen.facts == facts
        (row,) = storage.visits.month("north-3", "2026-06", ("fact",))
        code = technician_code("north-3", facts.technician)
        assert str(row["fact"]).startswith(f"{code}\t")

    def test_an_attribute_that_is_gone_from_the_visit_is_gone_from_the_row(
        self, storage: Storage
    ) -> None:
        storage.visits.create(replace(VISIT, survey=INVITED))
        seen = storage.visits.get(VISIT.key)
        assert seen is not None
        storage.visits.save(replace(seen, survey=replace(INVITED, invited_at=None)))
        (row,) = storage.visits.month("north-3", "2026-06", ("invited_at",))
        assert row == {"visit_id": VISIT.facts.visit_id}

    def test_it_goes_on_behind_the_cursor_and_stays_in_its_month(self, storage: Storage) -> None:
        for number in range(5):
            storage.visits.create(numbered(number))
        storage.visits.create(replace(numbered(9), month="2026-07"))
        rest = storage.visits.month("north-3", "2026-06", ("fact",), cursor="V00002")
        assert [row["visit_id"] for row in rest] == ["V00003", "V00004"]

    def test_it_reads_page_after_page(self, storage: Storage, wire: Wire) -> None:
        for number in range(12):
            storage.visits.create(replace(numbered(number), comment="长" * 33_000))
        wire.trips.clear()
        rows = storage.visits.month("north-3", "2026-06", ("fact",))
        assert next(rows)["visit_id"] == "V00000"
        assert wire.operations() == ["Query"]
        assert len(list(rows)) == 11
        assert wire.operations() == ["Query", "Query"]


class TestDue:
    def test_it_names_the_visits_that_are_due_the_earliest_first(self, storage: Storage) -> None:
        for number in range(4):
            survey = replace(VISIT.survey, due_at=NOW - number * HOUR)
            storage.visits.create(replace(numbered(number), survey=survey))
        storage.visits.create(replace(numbered(8), survey=replace(VISIT.survey, due_at=NOW + HOUR)))
        storage.visits.create(replace(numbered(9), survey=replace(VISIT.survey, due_at=None)))
        assert storage.visits.due(NOW, 3) == [key_numbered(number) for number in (3, 2, 1)]
        assert storage.visits.due(NOW, 10) == [key_numbered(number) for number in (3, 2, 1, 0)]

    def test_a_visit_with_nothing_to_do_leaves_the_index(self, storage: Storage) -> None:
        storage.visits.create(VISIT)
        seen = storage.visits.get(VISIT.key)
        assert seen is not None
        storage.visits.save(replace(seen, survey=replace(INVITED, due_at=None)))
        assert storage.visits.due(NOW + 999 * HOUR, 10) == []

    def test_it_gives_back_every_part_of_the_key(self, storage: Storage) -> None:
        key = VisitKey("a.b_c-D", "2026-06", "x._-1")
        storage.visits.create(
            replace(VISIT, facts=replace(VISIT.facts, unit=key.unit, visit_id=key.visit_id))
        )
        assert storage.visits.due(NOW, 10) == [key]
