"""Amendments of closed months: proposed by one member, decided on by another (DESIGN 8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.core import acts, proceedings
from chalicelib.core.acts import ActError
from chalicelib.core.amendments import Amendment
from chalicelib.core.case_steps import written
from chalicelib.core.documents import StoredDocument
from chalicelib.core.people import Member, Unit
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import until_saved
from chalicelib.services import month_news
from chalicelib.services.following_month import FollowingMonth
from chalicelib.services.month_kin import MonthKin
from chalicelib.services.month_maker import NoFactsError
from chalicelib.services.month_records import Held, MonthRecords, UnitMonth

_DONE: Final = {"approve": "approved", "refuse": "refused"}


EVERY: Final = "all"
"""Stands for the causes of all open amendments of a month."""

MOST_AT_ONCE: Final = 20
"""Amendments decided in one commit."""


class Made(Protocol):
    """The next document of a chain, and the records that one commit adds and saves with it."""

    @property
    def adds(self) -> Sequence[object]: ...
    @property
    def saves(self) -> Sequence[object]: ...
    @property
    def document(self) -> StoredDocument: ...


class Maker(Protocol):
    def amended(
        self, unit: Unit, amendment: Amendment, now: datetime, *others: Amendment
    ) -> Made: ...


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
        following: FollowingMonth,
        people: People,
        maker: Maker,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`maker` makes the next document of a chain, `following` looks at the month after it.

        `commit` saves all of an act or nothing.
        """
        self._records = records
        self._kin = kin
        self._following = following
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
        return until_saved(lambda: self._proposed(at, proposed), at.named)

    def approve(self, at: UnitMonth, cause: str, by: Member, now: datetime) -> Sequence[Amendment]:
        """The amendment takes effect as the next document of the unit's chain.

        `cause` "" is the only open one; EVERY are all on which `by` may decide, in one document.
        What is open about the document before goes over to the new one, and an amendment of the
        following month is proposed if its change line moves. Another amendment may have read the
        same facts anew meanwhile: then there is nothing left to change.

        ActError: those of `_to_decide`, "no_facts" (facts file), "nothing_changed" if the facts
        are still as the document has them: whatever is wrong with them has to be put right first,
        by an act of its own.
        """
        return until_saved(lambda: self._approved(at, cause, by, now), at.named)

    def refuse(
        self, at: UnitMonth, cause: str, words: str, by: Member, now: datetime
    ) -> Sequence[Amendment]:
        """The amendment is not made, for a written reason; `cause` as in `approve`.

        ActError: those of `_to_decide` and of `written`.
        """
        return until_saved(lambda: self._refused(at, cause, words, by, now), at.named)

    # --- the acts, each once --------------------------------------------------------------------

    def _proposed(self, at: UnitMonth, proposed: Amendment) -> Amendment:
        for known in self._records.amendments(at):
            if known.cause == proposed.cause:
                return known
        self._commit([proposed], [])
        return proposed

    def _approved(
        self, at: UnitMonth, cause: str, by: Member, now: datetime
    ) -> Sequence[Amendment]:
        chosen = self._to_decide("approve", at, cause, by)
        if chosen[0].state == "approved":
            return chosen
        held, made = self._records.held(at), self._made(at, chosen, now)
        if made.document.facts_sha256 == held.document.facts_sha256:
            return self._already_in(held, chosen, by, now)
        sequence = made.document.sequence
        done = [_decided(each, "approved", by, now, sequence) for each in chosen]
        adds = [
            *(each for each in made.adds if not isinstance(each, Proceeding)),
            self._begun(held, made.document, now),
            *self._following.amendments(held.document, made.document, chosen, now),
            *(month_news.decided(each) for each in done),
        ]
        before = proceedings.superseded(held.proceeding, sequence, now)
        self._commit(adds, [*made.saves, *done, before])
        return done

    def _made(self, at: UnitMonth, chosen: Sequence[Amendment], now: datetime) -> Made:
        unit = self._people.unit(at.unit)
        if unit is None:
            raise ActError("unknown_unit", unit=at.unit)
        try:
            return self._maker.amended(unit, chosen[0], now, *chosen[1:])
        except NoFactsError as error:
            raise ActError("no_facts", file=str(error)) from error

    def _already_in(
        self, held: Held, chosen: Sequence[Amendment], by: Member, now: datetime
    ) -> Sequence[Amendment]:
        """Approved without a document of their own: the one that holds is newer than they are."""
        sequence = held.document.sequence
        if any(sequence <= each.about for each in chosen):
            raise ActError("nothing_changed")
        done = [_decided(each, "approved", by, now, sequence) for each in chosen]
        self._commit([month_news.decided(each) for each in done], done)
        return done

    def _refused(
        self, at: UnitMonth, cause: str, words: str, by: Member, now: datetime
    ) -> Sequence[Amendment]:
        chosen = self._to_decide("refuse", at, cause, by)
        if chosen[0].state == "refused":
            return chosen
        why = written("reason", words)
        told = [replace(each, values={**each.values, "refused": why}) for each in chosen]
        done = [_decided(each, "refused", by, now) for each in told]
        self._commit([month_news.decided(each) for each in done], done)
        return done

    # --- who decides on what --------------------------------------------------------------------

    def _to_decide(self, verb: str, at: UnitMonth, cause: str, by: Member) -> Sequence[Amendment]:
        """The amendments on which `by` may decide, or the one on which he has decided so already.

        ActError: "no_amendment", "which" (facts what, numbers), "decided" (facts state), "kin":
        he proposed it, or worked on what is to be read anew.
        """
        acts.allow(verb, by, at.unit)
        found, member = self._records.amendments(at), by.mail.lower()
        chosen = _chosen(found, cause)
        decided = [each for each in chosen if each.state != "proposed"]
        if decided:
            if (decided[0].state, decided[0].decided_by) == (_DONE[verb], member):
                return decided
            raise ActError("decided", state=decided[0].state)
        free = [each for each in chosen if member not in self._hands(each, found)]
        if not free:
            raise ActError("kin")
        return free[:MOST_AT_ONCE]

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


def _chosen(found: Sequence[Amendment], cause: str) -> Sequence[Amendment]:
    """The amendment of this cause, the only open one, or all that are open."""
    if cause and cause != EVERY:
        chosen = [each for each in found if each.cause == cause]
    else:
        chosen = [each for each in found if each.state == "proposed"]
    if not chosen:
        raise ActError("no_amendment")
    if not cause and len(chosen) > 1:
        causes = ", ".join(each.cause for each in chosen)
        raise ActError("which", what="cause", numbers=f"{causes} ({EVERY}: one document for all)")
    return chosen


def _cause(sequence: int, subjects: Sequence[str], by: Member) -> str:
    """The same member proposes the same about the same document once."""
    told = "\t".join([by.mail.lower(), *sorted(subjects)])
    return f"member.{sequence}.{sha256(told.encode()).hexdigest()[:12]}"
