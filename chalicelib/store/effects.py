"""Effects: mails and texts planned with a decision, and the call list."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from chalicelib.core.effects import Effect
from chalicelib.store import places, records, transaction
from chalicelib.store.table import Key, Table


class EffectKey(NamedTuple):
    """What identifies an effect."""

    cause: str
    number: int


@dataclass(frozen=True, slots=True)
class EffectStore:
    """Effects; they are added by the commit of the decision that causes them."""

    table: Table

    def get(self, cause: str, number: int) -> Effect | None:
        """The effect as it is now."""
        item = self.table.get(places.effect_place(cause, number))
        return records.read(Effect, item) if item else None

    def save(self, effect: Effect) -> Effect:
        """Save an effect and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, effect)

    def due(self, kind: str, now: datetime, limit: int) -> list[EffectKey]:
        """At most `limit` effects that are due, the earliest first; read each again.

        "effect" are the mails and texts to send, "danger" the texts that wait for no others,
        "call" the entries of the call list.
        """
        return [_effect_key(key) for key in self.table.due(kind, now, limit)]


def _effect_key(key: Key) -> EffectKey:
    cause, number = key.pk.removeprefix("FX#").rsplit("#", 1)
    return EffectKey(cause, int(number))
