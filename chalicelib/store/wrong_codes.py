"""Wrong codes counted by place."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.wrong_codes import WrongCodes
from chalicelib.store import records, transaction
from chalicelib.store.places import wrong_codes_place
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class WrongCodeStore:
    """Counts of wrong codes; the rows go by themselves when nothing of them is left."""

    table: Table

    def of(self, places: Sequence[str]) -> list[WrongCodes]:
        """The counts at these places as they are now; one never touched is fresh."""
        keys = [wrong_codes_place(place) for place in places]
        items = self.table.get_many(keys)
        return [
            records.read(WrongCodes, items[key]) if key in items else WrongCodes(place)
            for place, key in zip(places, keys, strict=True)
        ]

    def save(self, wrong: WrongCodes) -> WrongCodes:
        """Save a count and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, wrong)
