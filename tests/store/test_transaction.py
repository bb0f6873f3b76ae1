"""Commits: all or nothing, each record under its condition, our own writes recognised."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.saving import AlreadyThere, Busy, Stale
from chalicelib.core.visits import Visit
from chalicelib.store.storage import Storage
from tests.store.conftest import Step, Wire
from tests.store.samples import ANSWER, EFFECT, NUMBER, PHONE, SID, TEXT, VISIT

BROKEN: dict[str, Callable[[Wire], list[Step]]] = {
    "answer lost once": lambda wire: [wire.answer_lost],
    "answer lost twice": lambda wire: [wire.answer_lost] * 2,
    "every answer lost": lambda wire: [wire.answer_lost] * 3,
    "error after it was done": lambda wire: [wire.error_after] * 3,
    "lost, then throttled": lambda wire: [wire.answer_lost, wire.throttled, wire.throttled],
    "lost, then no connection": lambda wire: [wire.answer_lost, wire.never_sent, wire.never_sent],
    "no connection at first": lambda wire: [wire.never_sent] * 2,
    "throttled at first": lambda wire: [wire.throttled] * 2,
}
UNDONE: dict[str, Callable[[Wire], list[Step]]] = {
    "no connection": lambda wire: [wire.never_sent] * 3,
    "throttled": lambda wire: [wire.throttled] * 3,
    "nor can it be read back": lambda wire: [wire.never_sent] * 6,
}


def stored(storage: Storage) -> Visit:
    visit = storage.visits.get(VISIT.key)
    assert visit is not None
    return visit


@pytest.fixture
def visit(storage: Storage) -> Visit:
    storage.visits.create(VISIT)
    return stored(storage)


class TestCommit:
    def test_it_adds_and_saves_together_in_one_trip(
        self, storage: Storage, wire: Wire, visit: Visit
    ) -> None:
        wire.trips.clear()
        storage.commit(adds=[TEXT, EFFECT], saves=[replace(visit, comment="x"), PHONE])
        assert wire.operations() == ["TransactWriteItems"]
        assert storage.inbound.get(NUMBER, SID) == TEXT
        assert storage.effects.get(EFFECT.cause, 1) == replace(EFFECT, version=1)
        assert stored(storage) == replace(visit, comment="x", version=2)
        assert storage.phones.get(NUMBER) == replace(PHONE, version=1)

    def test_one_row_alone_is_a_plain_update(self, storage: Storage, wire: Wire) -> None:
        storage.commit(adds=[TEXT])
        assert wire.trips == [("UpdateItem", 1.0)]

    def test_nothing_to_save_is_no_call(self, storage: Storage, wire: Wire) -> None:
        storage.commit()
        assert wire.trips == []

    def test_a_taken_place_undoes_all_of_it(self, storage: Storage, visit: Visit) -> None:
        storage.commit(adds=[TEXT])
        with pytest.raises(AlreadyThere) as refusal:
            storage.commit(adds=[EFFECT, TEXT], saves=[visit])
        assert refusal.value.record is TEXT
        assert storage.effects.get(EFFECT.cause, 1) is None
        assert stored(storage) == visit

    def test_a_stale_record_undoes_all_of_it(self, storage: Storage, visit: Visit) -> None:
        storage.visits.save(replace(visit, comment="newer"))
        with pytest.raises(Stale) as refusal:
            storage.commit(adds=[TEXT], saves=[PHONE, visit])
        assert refusal.value.record is visit
        assert storage.inbound.get(NUMBER, SID) is None
        assert storage.phones.get(NUMBER).version == 0

    def test_a_taken_place_is_told_before_a_stale_record(
        self, storage: Storage, visit: Visit
    ) -> None:
        storage.commit(adds=[TEXT], saves=[visit])
        with pytest.raises(AlreadyThere):
            storage.commit(adds=[TEXT], saves=[visit])

    def test_a_record_saved_that_was_never_stored_is_stale(self, storage: Storage) -> None:
        with pytest.raises(Stale):
            storage.commit(saves=[replace(VISIT, version=3)])

    def test_a_conflict_is_busy(self, storage: Storage, wire: Wire, visit: Visit) -> None:
        wire.plan = [wire.conflict]
        with pytest.raises(Busy, match="TransactionConflict"):
            storage.commit(adds=[TEXT], saves=[visit])
        assert stored(storage) == visit

    @pytest.mark.parametrize("beside", [[], [EFFECT]], ids=["alone", "in a transaction"])
    def test_a_row_that_is_too_big_is_our_mistake_and_not_hidden(
        self, storage: Storage, beside: list[object]
    ) -> None:
        with pytest.raises(ClientError, match=r"Validation|TransactionCanceled"):
            storage.commit(adds=[replace(TEXT, body="x" * 500_000), *beside])
        assert storage.effects.get(EFFECT.cause, 1) is None


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
class TestLostAnswers:
    def test_a_transaction_knows_its_own_rows(
        self, storage: Storage, wire: Wire, visit: Visit, broken: Callable[[Wire], list[Step]]
    ) -> None:
        wire.plan = broken(wire)
        storage.commit(adds=[TEXT], saves=[replace(visit, answers=(ANSWER,))])
        assert stored(storage) == replace(visit, answers=(ANSWER,), version=2)
        assert storage.inbound.get(NUMBER, SID) == TEXT

    def test_a_single_save_knows_its_own_row(
        self, storage: Storage, wire: Wire, visit: Visit, broken: Callable[[Wire], list[Step]]
    ) -> None:
        wire.plan = broken(wire)
        assert storage.visits.save(replace(visit, comment="x")).version == 2
        assert stored(storage) == replace(visit, comment="x", version=2)

    def test_a_creation_knows_its_own_rows(
        self, storage: Storage, wire: Wire, broken: Callable[[Wire], list[Step]]
    ) -> None:
        wire.plan = [wire.passed, *broken(wire)]
        assert storage.visits.create(VISIT)


@pytest.mark.parametrize("undone", UNDONE.values(), ids=UNDONE.keys())
def test_what_was_not_done_is_busy(
    storage: Storage, wire: Wire, visit: Visit, undone: Callable[[Wire], list[Step]]
) -> None:
    wire.plan = undone(wire)
    with pytest.raises(Busy):
        storage.commit(adds=[TEXT], saves=[visit])
    wire.plan = []
    assert stored(storage) == visit
    assert storage.inbound.get(NUMBER, SID) is None


def test_a_row_that_somebody_else_wrote_the_same_is_not_ours(
    storage: Storage, visit: Visit
) -> None:
    changed = replace(visit, comment="x")
    storage.visits.save(changed)
    with pytest.raises(Stale):
        storage.visits.save(changed)


def test_a_read_that_gets_no_answer_is_busy(storage: Storage, wire: Wire) -> None:
    for read in (
        lambda: storage.visits.get(VISIT.key),
        lambda: storage.cases.of_month("north-3", "2026-06"),
    ):
        wire.plan = [wire.throttled] * 3
        with pytest.raises(Busy, match="ThrottlingException"):
            read()
