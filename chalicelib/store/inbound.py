"""Texts as they came in, with their answers, and what numbers asked about being texted."""

from dataclasses import dataclass

from chalicelib.core.inbound import InboundText, OptEvent
from chalicelib.store import records
from chalicelib.store.places import phone_place
from chalicelib.store.table import Key, Table


@dataclass(frozen=True, slots=True)
class InboundStore:
    """Inbound texts and opt events; both are added by commits alone and never change."""

    table: Table

    def get(self, number: str, message_id: str) -> InboundText | None:
        """The text with this provider id, if it was stored before."""
        item = self.table.get(Key(phone_place(number).pk, f"IN#{message_id}"))
        return records.read(InboundText, item) if item else None

    def of_number(self, number: str) -> list[InboundText]:
        """All texts of a number, the earliest first."""
        items = self.table.rows(phone_place(number).pk, prefix="IN#")
        texts = [records.read(InboundText, item) for item in items]
        return sorted(texts, key=lambda text: (text.received_at, text.message_id))

    def opt_events(self, number: str) -> list[OptEvent]:
        """When a number asked not to be texted, or to be texted again; the earliest first."""
        items = self.table.rows(phone_place(number).pk, prefix="OPT#")
        return [records.read(OptEvent, item) for item in items]
