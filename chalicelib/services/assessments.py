"""Shows a unit's month to those who may see it."""

import json
from collections.abc import Iterator
from typing import Final, Protocol

from chalicelib.core.disclosure import of_unit
from chalicelib.core.documents import StoredDocument
from chalicelib.core.people import ApiToken
from chalicelib.core.proceedings import SIGNED, Proceeding, last
from chalicelib.core.uploads import IDENTIFIER

NOTICED: Final = ("noticed", "issued")
"""States in which the unit itself may read its document."""


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...
    def entry(self, unit: str, sequence: int) -> StoredDocument | None: ...


class Proceedings(Protocol):
    def get(self, unit: str, sequence: int) -> Proceeding | None: ...


class Assessments:
    """Reads the documents that hold."""

    def __init__(self, documents: Documents, proceedings: Proceedings) -> None:
        """Documents by unit and month; where each stands."""
        self._documents = documents
        self._proceedings = proceedings

    def show(self, unit: str, month: str, token: ApiToken) -> dict[str, object] | None:
        """The document with its state and hash; None if there is none or it is not for him yet.

        A unit's own token sees its own months only: of each the last document that it was given
        notice of, whatever has been made since, as `disclosure.of_unit` lets it be read.
        """
        if not IDENTIFIER.fullmatch(unit) or (token.unit and token.unit != unit):
            return None
        for stored in self._latest_first(unit, month):
            proceeding = self._proceedings.get(unit, stored.sequence)
            if proceeding is not None and (not token.unit or _is_noticed(proceeding)):
                body = json.loads(stored.body)
                shown = of_unit(body) if token.unit else body
                return {**shown, "state": proceeding.state, "hash": stored.sha256}
        return None

    def _latest_first(self, unit: str, month: str) -> Iterator[StoredDocument]:
        """The document that holds, then those whose place it took."""
        stored = self._documents.of_month(unit, month)
        while stored is not None:
            yield stored
            before = json.loads(stored.body).get("supersedes")
            stored = self._documents.entry(unit, before["sequence"]) if before else None


def _is_noticed(proceeding: Proceeding) -> bool:
    """Whether the unit was given notice of it; one that another took the place of may have been."""
    return proceeding.state in NOTICED or last(proceeding, SIGNED) is not None
