"""The frozen documents of each unit: a chain that only grows."""

from dataclasses import dataclass

from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.store import places, records, transaction
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """Chains of documents by unit."""

    table: Table

    def append(self, document: StoredDocument, head: ChainHead) -> None:
        """Add a document and move the head to it, both or neither.

        Raises AlreadyThere if the sequence is taken, Stale if the head moved meanwhile, Busy.
        """
        transaction.commit(self.table, adds=[document], saves=[head])

    def entry(self, unit: str, sequence: int) -> StoredDocument | None:
        """One entry of a unit's chain."""
        item = self.table.get(places.document_place(unit, sequence))
        return records.read(StoredDocument, item) if item else None

    def head(self, unit: str) -> ChainHead:
        """The end of a unit's chain; that of a unit without documents is fresh, with version 0."""
        item = self.table.get(Key(f"DOC#{unit}", "HEAD"))
        return records.read(ChainHead, item) if item else ChainHead(unit)

    def of_month(self, unit: str, month: str) -> StoredDocument | None:
        """The entry that holds for a month, None if it has none yet."""
        sequence = (self.head(unit).months or {}).get(month)
        return None if sequence is None else self.entry(unit, sequence)
