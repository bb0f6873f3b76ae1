"""What the program proposes by itself when a fact changes after its month has a document."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from chalicelib.core import amendments
from chalicelib.core.amendments import SERVICE, Amendment
from chalicelib.core.cases import Case
from chalicelib.core.documents import ChainHead
from chalicelib.core.visits import Visit


class Documents(Protocol):
    def head(self, unit: str) -> ChainHead: ...


class Amendments(Protocol):
    def get(self, unit: str, month: str, cause: str) -> Amendment | None: ...


class Proposals:
    """Makes the amendments that a change of facts proposes; the caller adds them in his commit.

    Nothing is proposed for a month that has no document yet, nor twice for the same cause: an
    amendment that another run has added meanwhile refuses the commit with AlreadyThere.
    """

    def __init__(self, documents: Documents, amendments: Amendments) -> None:
        """Which months have documents, and what was proposed before."""
        self._documents = documents
        self._amendments = amendments

    def of_visit(
        self, visit: Visit, cause: str, reason: str, kin: Iterable[str], now: datetime
    ) -> Sequence[Amendment]:
        """A visit's form, outcome or void is other than it was; `reason` as in REASONS."""
        subject = f"visit {visit.facts.visit_id}"
        return self._of([visit.facts.unit], visit.month, cause, reason, subject, kin, now)

    def of_case(
        self,
        before: Case,
        after: Case,
        cause: str,
        reason: str,
        kin: Iterable[str],
        now: datetime,
    ) -> Sequence[Amendment]:
        """A case is called otherwise than it was: one for each unit it is or was of."""
        units = amendments.touched(before, after)
        return self._of(units, after.month, cause, reason, f"case {after.number}", kin, now)

    def _of(
        self,
        units: Sequence[str],
        month: str,
        cause: str,
        reason: str,
        subject: str,
        kin: Iterable[str],
        now: datetime,
    ) -> list[Amendment]:
        found = []
        for unit in units:
            about = (self._documents.head(unit).months or {}).get(month)
            if about is not None and self._amendments.get(unit, month, cause) is None:
                made = Amendment(unit, month, cause, reason, now, SERVICE, (subject,))
                doers = amendments.people_among(kin)
                found.append(replace(made, kin=doers, due_at=now, about=about))
        return found
