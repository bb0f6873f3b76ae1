"""Calls to the hotline: the call, each request of it with its answer, its recordings."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.call_records import Call, CallEntry, CallFact, Recording
from chalicelib.store import records
from chalicelib.store.places import call_place, fact_place, phone_place, recording_place
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class CallStore:
    """Calls and what belongs to them; all of it is added and saved by commits."""

    table: Table

    def get(self, sid: str) -> Call | None:
        """The call as it is now."""
        item = self.table.get(call_place(sid))
        return records.read(Call, item) if item else None

    def with_fact(self, sid: str, name: str) -> tuple[Call | None, CallFact | None]:
        """The call, and this request of it if it was stored before: one trip."""
        places = call_place(sid), fact_place(sid, name)
        items = self.table.get_many(places)
        call, fact = (items.get(place) for place in places)
        return (
            records.read(Call, call) if call else None,
            records.read(CallFact, fact) if fact else None,
        )

    def facts(self, sid: str) -> list[CallFact]:
        """All requests of a call, the earliest first."""
        items = self.table.rows(call_place(sid).pk, prefix="STEP#")
        facts = [records.read(CallFact, item) for item in items]
        return sorted(facts, key=lambda fact: (fact.received_at, fact.name))

    def recording(self, sid: str, recording: str) -> Recording | None:
        """One recording of a call."""
        item = self.table.get(recording_place(sid, recording))
        return records.read(Recording, item) if item else None

    def recordings(self, sid: str) -> list[Recording]:
        """All recordings of a call, by their ids."""
        items = self.table.rows(call_place(sid).pk, prefix="REC#")
        return [records.read(Recording, item) for item in items]

    def due(self, now: datetime, limit: int) -> list[Recording]:
        """At most `limit` recordings that are due to be fetched, read as they are now."""
        keys = self.table.due("recording", now, limit)
        items = self.table.get_many(keys)
        return [records.read(Recording, items[key]) for key in keys if key in items]

    def of_number(self, number: str) -> list[CallEntry]:
        """When a number called, the earliest first."""
        items = self.table.rows(phone_place(number).pk, prefix="CALL#")
        return [records.read(CallEntry, item) for item in items]
