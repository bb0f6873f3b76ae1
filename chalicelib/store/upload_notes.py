"""What uploads of a day showed that supervision is told of."""

from dataclasses import dataclass

from chalicelib.core.upload_notes import UploadNote
from chalicelib.store import records
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class UploadNoteStore:
    """Notes by their day; they are added by commits, once each."""

    table: Table

    def of_day(self, day: str) -> list[UploadNote]:
        """The notes of a day, by kind and unit: one query."""
        items = self.table.rows(f"UPLOADS#{day}")
        return [records.read(UploadNote, item) for item in items]
