"""The contract of EffectStore."""

from dataclasses import replace

import pytest

from chalicelib.core.saving import Stale
from chalicelib.store.storage import Storage
from tests.store.samples import EFFECT, HOUR, NOW


class TestEffectStore:
    def test_a_planned_effect_is_found(self, storage: Storage) -> None:
        storage.commit(adds=[EFFECT])
        assert storage.effects.get(EFFECT.cause, 1) == replace(EFFECT, version=1)
        assert storage.effects.get(EFFECT.cause, 2) is None

    def test_a_save_returns_what_is_stored(self, storage: Storage) -> None:
        storage.commit(adds=[EFFECT])
        seen = storage.effects.get(EFFECT.cause, 1)
        assert seen is not None
        leased = storage.effects.save(
            replace(seen, outbox=replace(seen.outbox, state="leased", lease="one"))
        )
        assert storage.effects.get(EFFECT.cause, 1) == leased
        with pytest.raises(Stale):
            storage.effects.save(replace(seen, due_at=None))

    def test_what_is_due_is_named_the_earliest_first(self, storage: Storage) -> None:
        later = replace(EFFECT, number=2, kind="sms", due_at=NOW + HOUR)
        storage.commit(adds=[EFFECT, later, replace(EFFECT, number=3, due_at=None)])
        assert storage.effects.due("effect", NOW, 9) == [(EFFECT.cause, 1)]
        assert storage.effects.due("effect", NOW + HOUR, 9) == [
            (EFFECT.cause, 1),
            (EFFECT.cause, 2),
        ]
        assert storage.effects.due("effect", NOW + HOUR, 1) == [(EFFECT.cause, 1)]

    def test_the_call_list_is_apart(self, storage: Storage) -> None:
        storage.commit(adds=[EFFECT, replace(EFFECT, cause="a#b", kind="call")])
        assert storage.effects.due("call", NOW, 9) == [("a#b", 1)]
        assert storage.effects.due("effect", NOW, 9) == [(EFFECT.cause, 1)]

    def test_what_is_done_leaves_the_index(self, storage: Storage) -> None:
        storage.commit(adds=[EFFECT])
        seen = storage.effects.get(EFFECT.cause, 1)
        assert seen is not None
        storage.effects.save(replace(seen, due_at=None))
        assert storage.effects.due("effect", NOW, 9) == []
