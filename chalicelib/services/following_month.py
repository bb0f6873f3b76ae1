"""The month after an amended one: its change line compares, so it may have to follow (DESIGN 8)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.core import amendments, assessment, calendar
from chalicelib.core.amendments import Amendment
from chalicelib.core.documents import StoredDocument
from chalicelib.core.lines import change_line
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import Figures


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...


class FollowingMonth:
    """Looks whether the money of the following month moves with a month's new figures."""

    def __init__(self, documents: Documents, rules: Rulebook) -> None:
        """The documents that hold, and the rules in force."""
        self._documents = documents
        self._rules = rules

    def amendments(
        self,
        before: StoredDocument,
        after: StoredDocument,
        chosen: Sequence[Amendment],
        now: datetime,
    ) -> list[Amendment]:
        """What `after`, made of the `chosen` amendments in the place of `before`, proposes.

        One amendment if the amount of the following month's change line is another than with the
        figures that its document was compared with, both by the rules in force; else none. Whoever
        had a hand in the chosen ones has one in it.
        """
        month = calendar.next_month(after.month)
        following = self._documents.of_month(after.unit, month)
        if following is None or not self._moves(following, before, after):
            return []
        doers = [doer for each in chosen for doer in (*each.kin, each.proposed_by)]
        return [
            Amendment(
                after.unit,
                month,
                f"previous.{after.sequence}",
                "previous_month",
                now,
                amendments.SERVICE,
                ("previous",),
                amendments.people_among(doers),
                due_at=now,
                about=following.sequence,
            )
        ]

    def _moves(
        self, following: StoredDocument, before: StoredDocument, after: StoredDocument
    ) -> bool:
        content = json.loads(following.body)
        figures = assessment.figures_of(content)
        was = change_line(figures, _compared(content) or _figures(before), self._rules)
        return change_line(figures, _figures(after), self._rules).amount != was.amount


def _figures(document: StoredDocument) -> Figures:
    return assessment.figures_of(json.loads(document.body))


def _compared(content: assessment.Document) -> Figures | None:
    """Last month's figures as a document has them, None for one that does not name them."""
    before = content.get("previous_document")
    return assessment.figures_of(before) if before else None
