"""Writes the mails about draws: the commitment, the frame, the week's list, the reveal."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.core.draws import Draw
from chalicelib.core.effects import Effect
from chalicelib.core.people import Member
from chalicelib.core.rules import Rulebook
from chalicelib.services.mail_pages import Letter, MailPage, readers
from chalicelib.texts import Say, translator

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "draw_committed": ("supervisor", "lead", "auditor"),
    "draw_frozen": ("supervisor", "lead", "auditor"),
    "draw_list": ("supervisor", "lead"),
    "draw_record": ("auditor",),
    "draw_not_taken": ("lead",),
    "draw_revealed": ("supervisor", "lead", "auditor"),
    "draw_tampered": ("lead", "auditor"),
}
"""Who gets which mail; the judged unit is never among them."""

LARGEST_ATTACHED: Final = 5_000_000
"""Bytes of a manifest that mail servers still take once they are spelled in base64."""


class Draws(Protocol):
    def get(self, key: str) -> Draw | None: ...


class Week(Protocol):
    def listed(self, draw: Draw, say: Say) -> MailPage: ...
    def record(self, draw: Draw, say: Say) -> MailPage: ...


class People(Protocol):
    def members(self) -> list[Member]: ...


class Blobs(Protocol):
    def get(self, key: str) -> bytes | None: ...


class DrawMails:
    """Composes the mails about draws from what is stored."""

    def __init__(
        self, draws: Draws, week: Week, people: People, blobs: Blobs, rules: Rulebook
    ) -> None:
        """`week` writes the week's list; of `blobs` only what is revealed is read."""
        self._draws = draws
        self._week = week
        self._people = people
        self._blobs = blobs
        self._rules = rules

    def letter(self, effect: Effect) -> Letter:
        """The letter that `effect` names; NobodyToReadError where nobody is to get it."""
        language = self._rules.languages[0]
        to = readers(self._people.members(), effect.what, READERS)
        page = self._page(effect.what)(self._draw(effect.values), translator(language))
        return Letter(page, to, language)

    def _page(self, what: str) -> Callable[[Draw, Say], MailPage]:
        return {
            "draw_committed": self._draw_committed,
            "draw_frozen": self._draw_frozen,
            "draw_list": self._week.listed,
            "draw_record": self._week.record,
            "draw_not_taken": self._draw_not_taken,
            "draw_revealed": self._draw_revealed,
            "draw_tampered": self._draw_tampered,
        }[what]

    def _draw_committed(self, draw: Draw, say: Say) -> MailPage:
        return MailPage(
            say("mail.draw_committed.subject", key=draw.key),
            [say("mail.draw_committed.lead", key=draw.key)],
            facts=[(say("mail.commitment"), draw.commitment)],
        )

    def _draw_frozen(self, draw: Draw, say: Say) -> MailPage:
        return MailPage(
            say("mail.draw_frozen.subject", key=draw.key, count=draw.frame_count),
            [say("mail.draw_frozen.lead", count=draw.frame_count)],
            facts=_of_frame(draw, say),
        )

    def _draw_not_taken(self, draw: Draw, say: Say) -> MailPage:
        return MailPage(
            say("mail.draw_not_taken.subject", key=draw.key),
            [say("mail.draw_not_taken.lead", key=draw.key)],
        )

    def _draw_tampered(self, draw: Draw, say: Say) -> MailPage:
        return MailPage(
            say("mail.draw_tampered.subject", key=draw.key),
            [say("mail.draw_tampered.lead", key=draw.key)],
            facts=_of_frame(draw, say),
        )

    def _draw_revealed(self, draw: Draw, say: Say) -> MailPage:
        """With the manifest as `tools verify-draw` reads it, or where it lies if it is large."""
        place = f"draws/{draw.key}/revealed.json"
        content = self._blobs.get(place)
        if content is None:
            raise LookupError(place)
        name = f"{draw.key}.json"
        fits = len(content) <= LARGEST_ATTACHED
        how = say("mail.draw_revealed.check", file=name)
        where = [] if fits else [say("mail.draw_revealed.large", place=place)]
        return MailPage(
            say("mail.draw_revealed.subject", key=draw.key),
            [say("mail.draw_revealed.lead", key=draw.key), *where, how],
            facts=[
                *_of_frame(draw, say),
                (say("mail.draw_revealed.file_sha256"), sha256(content).hexdigest()),
            ],
            attachments=[(name, "json", content)] if fits else [],
        )

    def _draw(self, values: Mapping[str, str]) -> Draw:
        draw = self._draws.get(values["draw"])
        if draw is None:
            raise LookupError(f"draw {values['draw']}")
        return draw


def _of_frame(draw: Draw, say: Say) -> list[tuple[str, str]]:
    return [
        (say("mail.frame_count"), str(draw.frame_count)),
        (say("mail.frame_sha256"), draw.frame_sha256),
        (say("mail.commitment"), draw.commitment),
    ]
