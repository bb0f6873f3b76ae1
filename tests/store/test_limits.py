"""Daily limits on the real engine: never passed, whoever takes and whatever breaks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from chalicelib.core.saving import Busy
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire

DAY = date(2026, 6, 4)
THREADS = 16


def test_what_is_taken_is_gone_and_the_last_taker_gets_the_rest(storage: Storage) -> None:
    limits = storage.limits
    assert [limits.take("survey", DAY, 4, 10) for _ in range(4)] == [4, 4, 2, 0]
    assert limits.taken("survey", DAY) == 10


def test_each_kind_and_day_has_its_own_count(storage: Storage) -> None:
    limits = storage.limits
    assert limits.take("survey", DAY, 3, 3) == 3
    assert limits.take("receipts", DAY, 3, 3) == 3
    assert limits.take("survey", date(2026, 6, 5), 3, 3) == 3
    assert limits.take("typed_in:+8613800138000", DAY, 1, 1) == 1
    assert limits.take("typed_in:+8613800138001", DAY, 1, 1) == 1


def test_what_is_given_back_can_be_taken_again(storage: Storage) -> None:
    limits = storage.limits
    limits.take("survey", DAY, 10, 10)
    limits.give_back("survey", DAY, 4)
    assert limits.take("survey", DAY, 10, 10) == 4


def test_more_than_was_taken_cannot_be_given_back(storage: Storage) -> None:
    limits = storage.limits
    limits.take("survey", DAY, 2, 10)
    limits.give_back("survey", DAY, 5)
    assert limits.take("survey", DAY, 20, 10) == 10


@pytest.mark.parametrize(("wanted", "limit"), [(0, 10), (5, 0), (-1, 10), (5, -1)])
def test_nothing_is_taken_of_nothing(storage: Storage, wire: Wire, wanted: int, limit: int) -> None:
    assert storage.limits.take("survey", DAY, wanted, limit) == 0
    assert wire.operations() == []


def test_a_limit_that_was_lowered_during_the_day_grants_nothing(storage: Storage) -> None:
    storage.limits.take("survey", DAY, 8, 10)
    assert storage.limits.take("survey", DAY, 1, 5) == 0


def test_taking_is_one_write_and_no_read(storage: Storage, wire: Wire) -> None:
    for _ in range(3):
        storage.limits.take("survey", DAY, 20, 1000)
    assert wire.operations() == ["UpdateItem"] * 3
    assert wire.units() == {"UpdateItem": 3.0}


def test_sixteen_threads_take_the_limit_and_no_more(storage: Storage) -> None:
    def take(place: int) -> int:
        return storage.limits.take("survey", DAY, place % 7 + 1, 100)

    with ThreadPoolExecutor(THREADS) as pool:
        granted = list(pool.map(take, range(160)))
    assert sum(granted) == 100
    assert storage.limits.taken("survey", DAY) == 100


def test_sixteen_threads_that_also_give_back_never_hold_more_than_the_limit(
    storage: Storage,
) -> None:
    def take_and_give(place: int) -> int:
        granted = storage.limits.take("survey", DAY, 5, 40)
        unused = granted // 2 if place % 2 else 0
        if unused:
            storage.limits.give_back("survey", DAY, unused)
        return granted - unused

    with ThreadPoolExecutor(THREADS) as pool:
        used = sum(pool.map(take_and_give, range(64)))
    assert used <= 40
    assert storage.limits.taken("survey", DAY) == used


def test_a_lost_answer_may_lose_some_but_never_passes_the_limit(
    storage: Storage, wire: Wire
) -> None:
    wire.plan += [wire.answer_lost, wire.answer_lost]
    granted = storage.limits.take("survey", DAY, 4, 10)
    granted += sum(storage.limits.take("survey", DAY, 4, 10) for _ in range(3))
    assert granted <= 10
    assert storage.limits.taken("survey", DAY) == 10


def test_a_lost_answer_to_giving_back_gives_back_once(storage: Storage, wire: Wire) -> None:
    storage.limits.take("survey", DAY, 10, 10)
    wire.plan += [wire.passed, wire.answer_lost]
    storage.limits.give_back("survey", DAY, 4)
    assert storage.limits.taken("survey", DAY) == 6


def test_a_database_that_does_not_answer_grants_nothing(storage: Storage, wire: Wire) -> None:
    wire.plan += [wire.throttled] * 9
    with pytest.raises(Busy):
        storage.limits.take("survey", DAY, 4, 10)


def test_a_count_goes_by_itself_some_days_later(storage: Storage) -> None:
    storage.limits.take("survey", DAY, 1, 10)
    rows = list(storage.table.rows("LIM#survey#2026-06-04"))
    assert rows[0]["ttl"] == {"N": "1780876800"}  # 2026-06-08, 00:00 UTC
