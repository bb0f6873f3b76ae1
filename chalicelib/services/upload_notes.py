"""Tells supervision of uploads that a unit may gain by: see `core/upload_notes.py`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from chalicelib.core import calendar
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere
from chalicelib.core.upload_notes import MAIL, UploadNote, mail_of
from chalicelib.services.mail_pages import Letter, MailPage, readers
from chalicelib.texts import Say, translator

READERS: Final[Mapping[str, tuple[str, ...]]] = {MAIL: ("lead", "auditor")}

MOST_ROWS: Final = 100
"""Notes told one by one; of more the mail says how many."""


class Notes(Protocol):
    def of_day(self, day: str) -> list[UploadNote]: ...


class Members(Protocol):
    def members(self) -> list[Member]: ...


class UploadNotes:
    """Keeps what an upload showed, once, and plans the mail of its day."""

    def __init__(
        self, commit: Callable[[Sequence[object], Sequence[object]], None], rules: Rulebook
    ) -> None:
        """Each note and each mail is one conditional write."""
        self._commit = commit
        self._rules = rules

    def taken(self, unit: str, visit_id: str, holder: str, now: datetime) -> None:
        """A job number was refused because another unit has it."""
        self._keep(UploadNote(self._day(now), "taken", unit, visit_id, holder), now)

    def new_technician(self, unit: str, name: str, now: datetime) -> None:
        """A technician came in whom nobody had entered."""
        self._keep(UploadNote(self._day(now), "technician", unit, name), now)

    def changed(self, unit: str, visit_id: str, fields: str, now: datetime) -> None:
        """A visit that was settled got another phone, date or technician."""
        self._keep(UploadNote(self._day(now), "changed", unit, visit_id, fields), now)

    def _day(self, now: datetime) -> str:
        return calendar.local_day(now, self._rules).isoformat()

    def _keep(self, note: UploadNote, now: datetime) -> None:
        """The mail first: what is repeated after a crash in between is complete then."""
        for record in (mail_of(note.day, now, self._rules), note):
            try:
                self._commit([record], [])
            except AlreadyThere:
                continue


class UploadMails:
    """Writes the mail about a day's uploads."""

    def __init__(self, notes: Notes, members: Members, rules: Rulebook) -> None:
        """It goes to leads and auditors, in the organisation's language."""
        self._notes = notes
        self._members = members
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        day = effect.values["day"]
        page = _page(day, self._notes.of_day(day), translator(language))
        return Letter(page, readers(self._members.members(), MAIL, READERS), language)


def _page(day: str, notes: Sequence[UploadNote], say: Say) -> MailPage:
    more = len(notes) - MOST_ROWS
    further = [say("mail.uploads_noted.more", number=more)] if more > 0 else []
    return MailPage(
        say("mail.uploads_noted.subject", day=day, count=len(notes)),
        [say("mail.uploads_noted.lead"), *further],
        [say(f"mail.uploads_noted.column.{name}") for name in ("unit", "what", "about")],
        [
            (note.unit, say(f"mail.uploads_noted.{note.kind}", other=note.other), note.about)
            for note in notes[:MOST_ROWS]
        ],
    )
