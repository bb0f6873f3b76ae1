"""The contracts of DrawStore and VaultStore."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.saving import Stale
from chalicelib.store.storage import Storage
from tests.store.conftest import Wire
from tests.store.samples import DRAW, NOW, PICK

WEEK = timedelta(weeks=1)
SECRET = bytes(range(32))


class TestDrawStore:
    def test_a_committed_draw_is_found_and_not_committed_twice(self, storage: Storage) -> None:
        assert storage.draws.create(DRAW)
        assert not storage.draws.create(replace(DRAW, commitment="e" * 64))
        assert storage.draws.get(DRAW.key) == replace(DRAW, version=1)
        assert storage.draws.get("2026-W24") is None

    def test_a_save_returns_what_is_stored(self, storage: Storage) -> None:
        storage.draws.create(DRAW)
        seen = storage.draws.get(DRAW.key)
        assert seen is not None
        frozen = storage.draws.save(replace(seen, state="frozen", frame_count=9))
        assert storage.draws.get(DRAW.key) == frozen
        with pytest.raises(Stale):
            storage.draws.save(replace(seen, state="drawn"))

    def test_draws_come_in_the_order_in_which_they_fall_due_not_of_their_keys(
        self, storage: Storage
    ) -> None:
        assert storage.draws.latest() is None
        due = {"2026-W22": NOW - WEEK, "2026-W23": NOW, "2026-05-close": NOW + WEEK}
        for key, at in due.items():
            storage.draws.create(replace(DRAW, key=key, due_at=at))
        assert [draw.key for draw in storage.draws.all()] == list(due)
        latest = storage.draws.latest()
        assert latest is not None
        assert latest.key == "2026-05-close"

    def test_picks_come_by_unit_and_rank(self, storage: Storage) -> None:
        picks = [
            replace(PICK, unit=unit, rank=rank) for unit in ("a", "b-1") for rank in (1, 2, 11)
        ]
        storage.draws.add_picks(reversed(picks))
        storage.draws.add_picks([replace(PICK, draw="2026-W24")])
        assert storage.draws.picks(DRAW.key) == [replace(pick, version=1) for pick in picks]

    def test_the_picks_of_one_unit_are_read_alone(self, storage: Storage) -> None:
        for unit in ("a", "a-1", "b"):
            storage.draws.add_picks([replace(PICK, unit=unit, rank=rank) for rank in (2, 1)])
        found = storage.draws.picks_of(DRAW.key, "a")
        assert [(pick.unit, pick.rank) for pick in found] == [("a", 1), ("a", 2)]
        assert storage.draws.picks_of("2026-W24", "a") == []

    def test_a_repeat_adds_what_is_missing_and_leaves_what_is_there(self, storage: Storage) -> None:
        storage.draws.add_picks([PICK])
        (stored,) = storage.draws.picks(DRAW.key)
        called = storage.draws.save_pick(replace(stored, caller="陈立"))
        storage.draws.add_picks([PICK, replace(PICK, rank=2)])
        assert storage.draws.picks(DRAW.key) == [called, replace(PICK, rank=2, version=1)]


class TestVaultStore:
    def test_a_secret_is_put_once(self, storage: Storage) -> None:
        assert storage.vault.secret("2026-W23") is None
        assert storage.vault.put_secret("2026-W23", SECRET)
        assert not storage.vault.put_secret("2026-W23", SECRET[::-1])
        assert storage.vault.secret("2026-W23") == SECRET
        assert storage.vault.secret("2026-W24") is None

    def test_a_lost_answer_does_not_make_the_secret_a_strangers(
        self, storage: Storage, wire: Wire
    ) -> None:
        wire.plan = [wire.answer_lost]
        assert storage.vault.put_secret("2026-W23", SECRET)

    def test_it_lies_in_a_table_of_its_own(self, storage: Storage) -> None:
        assert storage.vault.table.name != storage.table.name
