"""Amendments of closed months: proposed by one member, decided on by another (DESIGN 8)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.core import acts, amendments, assessment, calendar, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.case_steps import written
from chalicelib.core.documents import StoredDocument
from chalicelib.core.lines import change_line
from chalicelib.core.people import Member, Unit
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import Figures
from chalicelib.services import month_news
from chalicelib.services.month_kin import MonthKin
from chalicelib.services.month_maker import NoFactsError
from chalicelib.services.month_records import Held, MonthRecords, UnitMonth, until_saved

_DONE: Final = {"approve": "approved", "refuse": "refused"}


class Made(Protocol):
    """The next document of a chain, and the records that one commit adds and saves with it."""

    @property
    def adds(self) -> Sequence[object]: ...
    @property
    def saves(self) -> Sequence[object]: ...
    @property
    def document(self) -> StoredDocument: ...


class Maker(Protocol):
    def amended(self, unit: Unit, amendment: Amendment, now: datetime) -> Made: ...


class Documents(Protocol):
    def of_month(self, unit: str, month: str) -> StoredDocument | None: ...


class People(Protocol):
    def unit(self, unit_id: str) -> Unit | None: ...


class AmendmentDesk:
    """Members who propose amendments and decide on them.

    Every act raises ActError: "no_document" (facts month), those of `acts.allow` and those it
    names, and Busy when others kept changing the month. It gives the amendment as it stands then.
    """

    def __init__(
        self,
        records: MonthRecords,
        kin: MonthKin,
        documents: Documents,
        people: People,
        maker: Maker,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`maker` makes the next document of a chain; `commit` saves all of an act or nothing."""
        self._records = records
        self._kin = kin
        self._documents = documents
        self._people = people
        self._maker = maker
        self._commit = commit
        self._rules = rules

    def amend(
        self, at: UnitMonth, subjects: Sequence[str], words: str, by: Member, now: datetime
    ) -> Amendment:
        """A member proposes to read these facts of a closed month anew.

        To propose the same once more changes nothing. ActError: "no_subject", "unknown_subject"
        (facts subject), those of `written`.
        """
        acts.allow("amend", by, at.unit)
        held = self._records.held(at)
        self._records.check_subjects(at, subjects)
        named = tuple(dict.fromkeys(subjects))
        proposed = Amendment(
            at.unit,
            at.month,
            _cause(held.document.sequence, named, by),
            "other",
            now,
            by.mail.lower(),
            named,
            tuple(sorted(self._kin.of_subjects(named))),
            {"words": written("reason", words)},
            due_at=now,
            about=held.document.sequence,
        )
        return until_saved(lambda: self._proposed(at, proposed))

    def approve(self, at: UnitMonth, cause: str, by: Member, now: datetime) -> Amendment:
        """The amendment takes effect as the next document of the unit's chain.

        What is open about the document before goes over to the new one, and an amendment of the
        following month is proposed if its change line moves. Another amendment may have read the
        same facts anew meanwhile: then there is nothing left to change.

        ActError: those of `_open`, "no_facts" (facts file), "nothing_changed" if the facts are
        still as the document has them: whatever is wrong with them has to be put right first, by
        an act of its own.
        """
        return until_saved(lambda: self._approved(at, cause, by, now))

    def refuse(self, at: UnitMonth, cause: str, words: str, by: Member, now: datetime) -> Amendment:
        """The amendment is not made, for a written reason. ActError: those of `_open`."""
        return until_saved(lambda: self._refused(at, cause, words, by, now))

    # --- the acts, each once --------------------------------------------------------------------

    def _proposed(self, at: UnitMonth, proposed: Amendment) -> Amendment:
        for known in self._records.amendments(at):
            if known.cause == proposed.cause:
                return known
        self._commit([proposed], [])
        return proposed

    def _approved(self, at: UnitMonth, cause: str, by: Member, now: datetime) -> Amendment:
        amendment = self._open("approve", at, cause, by)
        if amendment.state == "approved":
            return amendment
        held, unit = self._records.held(at), self._people.unit(at.unit)
        if unit is None:
            raise ActError("unknown_unit", unit=at.unit)
        made = self._made(unit, amendment, now)
        if made.document.facts_sha256 == held.document.facts_sha256:
            return self._already_in(held, amendment, by, now)
        done = _decided(amendment, "approved", by, now, sequence=made.document.sequence)
        adds = [
            *(each for each in made.adds if not isinstance(each, Proceeding)),
            self._begun(held, made.document, now),
            *self._following(held.document, made.document, amendment, now),
            month_news.decided(done),
        ]
        before = proceedings.superseded(held.proceeding, made.document.sequence, now)
        self._commit(adds, [*made.saves, done, before])
        return done

    def _made(self, unit: Unit, amendment: Amendment, now: datetime) -> Made:
        try:
            return self._maker.amended(unit, amendment, now)
        except NoFactsError as error:
            raise ActError("no_facts", file=str(error)) from error

    def _already_in(self, held: Held, amendment: Amendment, by: Member, now: datetime) -> Amendment:
        """Approved without a document of its own: the one that holds is newer than it."""
        if held.document.sequence <= amendment.about:
            raise ActError("nothing_changed")
        done = _decided(amendment, "approved", by, now, sequence=held.document.sequence)
        self._commit([month_news.decided(done)], [done])
        return done

    def _refused(
        self, at: UnitMonth, cause: str, words: str, by: Member, now: datetime
    ) -> Amendment:
        amendment = self._open("refuse", at, cause, by)
        if amendment.state == "refused":
            return amendment
        told = {**amendment.values, "refused": written("reason", words)}
        done = _decided(replace(amendment, values=told), "refused", by, now)
        self._commit([month_news.decided(done)], [done])
        return done

    # --- who decides on what --------------------------------------------------------------------

    def _open(self, verb: str, at: UnitMonth, cause: str, by: Member) -> Amendment:
        """The amendment on which `by` may decide, or has decided so already.

        ActError: "no_amendment", "which" (facts what, numbers), "decided" (facts state), "kin":
        he proposed it, or worked on what is to be read anew.
        """
        acts.allow(verb, by, at.unit)
        found = self._records.amendments(at)
        amendment = _chosen(found, cause)
        member = by.mail.lower()
        if amendment.state != "proposed":
            if (amendment.state, amendment.decided_by) == (_DONE[verb], member):
                return amendment
            raise ActError("decided", state=amendment.state)
        if member in self._hands(amendment, found):
            raise ActError("kin")
        return amendment

    def _hands(self, amendment: Amendment, found: Sequence[Amendment]) -> set[str]:
        """Who may not decide: other open amendments of the same facts take effect with it."""
        subjects = set(amendment.subjects)
        together = [
            each for each in found if each.state == "proposed" and subjects & set(each.subjects)
        ]
        proposers = {each.proposed_by for each in together}
        kin = {member for each in together for member in each.kin}
        return proposers | kin | self._kin.of_subjects(subjects)

    # --- what follows ---------------------------------------------------------------------------

    def _begun(self, held: Held, made: StoredDocument, now: datetime) -> Proceeding:
        before = held.proceeding
        return proceedings.begun(made.unit, made.sequence, made.month, now, self._rules, before)

    def _following(
        self, before: StoredDocument, after: StoredDocument, amendment: Amendment, now: datetime
    ) -> list[Amendment]:
        """An amendment of the next month, if its change line moves with this one's figures."""
        month = calendar.next_month(after.month)
        following = self._documents.of_month(after.unit, month)
        if following is None:
            return []
        content = json.loads(following.body)
        compared = _compared(content) or _figures(before)
        now_figures = assessment.figures_of(content)
        lines = [
            change_line(now_figures, each, self._rules) for each in (compared, _figures(after))
        ]
        if lines[0].amount == lines[1].amount:
            return []
        kin = amendments.people_among([*amendment.kin, amendment.proposed_by])
        cause = f"previous.{after.sequence}"
        return [
            Amendment(
                after.unit,
                month,
                cause,
                "previous_month",
                now,
                amendments.SERVICE,
                ("previous",),
                kin,
                due_at=now,
                about=following.sequence,
            )
        ]


def _decided(
    amendment: Amendment, state: str, by: Member, now: datetime, sequence: int = 0
) -> Amendment:
    return replace(
        amendment,
        state=state,
        decided_at=now,
        decided_by=by.mail.lower(),
        sequence=sequence,
        due_at=None,
    )


def _chosen(found: Sequence[Amendment], cause: str) -> Amendment:
    """The amendment of this cause, or the only open one."""
    named = [each for each in found if each.cause == cause] if cause else []
    waiting = named or [each for each in found if each.state == "proposed" and not cause]
    if not waiting:
        raise ActError("no_amendment")
    if len(waiting) > 1:
        causes = ", ".join(each.cause for each in waiting)
        raise ActError("which", what="cause", numbers=causes)
    return waiting[0]


def _cause(sequence: int, subjects: Sequence[str], by: Member) -> str:
    """The same member proposes the same about the same document once."""
    told = "\t".join([by.mail.lower(), *sorted(subjects)])
    return f"member.{sequence}.{sha256(told.encode()).hexdigest()[:12]}"


def _figures(document: StoredDocument) -> Figures:
    return assessment.figures_of(json.loads(document.body))


def _compared(content: assessment.Document) -> Figures | None:
    """Last month's figures as a document has them, None for one that does not name them."""
    before = content.get("previous_document")
    return assessment.figures_of(before) if before else None
