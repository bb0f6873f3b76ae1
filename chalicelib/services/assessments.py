"""Shows a unit's month to those who may see it."""

import json
from typing import Final, Protocol

from chalicelib.core.documents import StoredDocument
from chalicelib.core.people import ApiToken
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.uploads import IDENTIFIER

NOTICED: Final = ("noticed", "issued")
"""States in which the unit itself may read its document."""


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...


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

        A unit's own token sees its own months only, and those from the notice on.
        """
        if not IDENTIFIER.fullmatch(unit) or (token.unit and token.unit != unit):
            return None
        stored = self._documents.of_month(unit, month)
        proceeding = self._proceedings.get(unit, stored.sequence) if stored else None
        if stored is None or proceeding is None:
            return None
        if token.unit and proceeding.state not in NOTICED:
            return None
        return {**json.loads(stored.body), "state": proceeding.state, "hash": stored.sha256}
