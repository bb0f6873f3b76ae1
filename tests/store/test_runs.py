"""The contract of RunStore."""

from threading import Barrier, Thread

import pytest

from chalicelib.core.runs import LEASE, RunMark
from chalicelib.core.saving import Stale
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire
from tests.store.samples import NOW


class TestRunStore:
    def test_a_fresh_period_is_taken_once(self, storage: Storage) -> None:
        taken = storage.runs.take("close", "2026-06", NOW, "one")
        assert taken == RunMark("close", "2026-06", "running", "one", NOW + LEASE, "", 1)
        assert storage.runs.get("close", "2026-06") == taken
        assert storage.runs.take("close", "2026-06", NOW, "two") is None
        assert storage.runs.take("close", "2026-07", NOW, "two") is not None

    def test_a_lease_that_ran_out_is_taken_over_where_it_stopped(self, storage: Storage) -> None:
        first = storage.runs.take("close", "2026-06", NOW, "one")
        assert first is not None
        first = storage.runs.move(first, "north-3/V2")
        second = storage.runs.take("close", "2026-06", NOW + LEASE, "two")
        assert second is not None
        assert (second.cursor, second.lease) == ("north-3/V2", "two")
        with pytest.raises(Stale):
            storage.runs.move(first, "north-3/V3")
        with pytest.raises(Stale):
            storage.runs.finish(first)

    def test_a_finished_period_is_never_taken_again(self, storage: Storage) -> None:
        mark = storage.runs.take("close", "2026-06", NOW, "one")
        assert mark is not None
        assert storage.runs.finish(mark).state == "done"
        assert storage.runs.take("close", "2026-06", NOW + 99 * LEASE, "two") is None

    def test_of_two_that_found_a_period_free_one_takes_it(
        self, storage: Storage, wire: Wire
    ) -> None:
        rival = wire.meanwhile(lambda: storage.runs.take("close", "2026-06", NOW, "two"))
        wire.plan = [wire.passed, rival]
        assert storage.runs.take("close", "2026-06", NOW, "one") is None
        assert storage.runs.get("close", "2026-06").lease == "two"

    def test_of_eight_runs_at_once_one_takes_it(self, storage: Storage) -> None:
        taken: list[RunMark | None] = []
        together = Barrier(8)

        def take(lease: str) -> None:
            together.wait()
            taken.append(storage.runs.take("close", "2026-06", NOW, lease))

        threads = [Thread(target=take, args=(str(number),)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [mark for mark in taken if mark]
        assert storage.runs.get("close", "2026-06") == winner
