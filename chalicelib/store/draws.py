"""Draws and their picks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chalicelib.core.draws import Draw, Pick
from chalicelib.store import records, transaction
from chalicelib.store.table import Key, Table

_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DrawStore:
    """All draws under one key, a few dozen a year; the picks of each under its own."""

    table: Table

    def create(self, draw: Draw) -> bool:
        """Store a new draw; False if its key is taken."""
        return transaction.add(self.table, draw)

    def get(self, key: str) -> Draw | None:
        """The draw as it is now."""
        item = self.table.get(Key("DRAWS", key))
        return records.read(Draw, item) if item else None

    def save(self, draw: Draw) -> Draw:
        """Save a draw and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, draw)

    def all(self) -> list[Draw]:
        """Every draw, in the order in which they fall due."""
        draws = [records.read(Draw, item) for item in self.table.rows("DRAWS")]
        return sorted(draws, key=lambda draw: (draw.due_at or _BEFORE_ALL, draw.key))

    def latest(self) -> Draw | None:
        """The draw that was committed last."""
        draws = self.all()
        return draws[-1] if draws else None

    def add_picks(self, picks: Iterable[Pick]) -> None:
        """Store picks, one write each; those already there stay, so a repeat completes a half."""
        for pick in picks:
            transaction.add(self.table, pick)

    def picks(self, key: str) -> list[Pick]:
        """The picks of a draw, by unit and rank."""
        items = self.table.rows(f"DRAW#{key}", prefix="PICK#")
        picks = [records.read(Pick, item) for item in items]
        return sorted(picks, key=lambda pick: (pick.unit, pick.rank))

    def picks_of(self, key: str, unit: str) -> list[Pick]:
        """The picks of a draw that are of one unit, by rank."""
        items = self.table.rows(f"DRAW#{key}", prefix=f"PICK#{unit}#")
        return [records.read(Pick, item) for item in items]

    def save_pick(self, pick: Pick) -> Pick:
        """Save a pick and return it with its new version; raises Stale and Busy."""
        return transaction.save(self.table, pick)
