"""A text from a customer, what it is read with, and the turn that follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.core.phones import Phone, talk_of
from chalicelib.core.replies import Reading
from chalicelib.core.rules import Rulebook
from chalicelib.core.visits import Conversation, Said, Visit, VisitKey


@dataclass(frozen=True, slots=True)
class Text:
    """A text from a customer; `ours` are our last messages as they were worded.

    `unnamed` are the same without the appliances, whose names the judged unit writes.
    `case_number` is free for a case that the text may open, `open_case`: the number has one that
    is not closed, `progress` what to answer if the text asks how far a case is. `silent`: the
    provider has answered the text itself, so we say nothing; `opted`: it has taken the number out
    (True) or in again (False).
    """

    body: str
    message_id: str
    at: datetime
    ours: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    case_number: str = ""
    silent: bool = False
    opted: bool | None = None
    open_case: bool = False
    progress: Said | None = None


def unnamed(said: Said) -> Said:
    """A message of ours as it is worded for an appliance without a name."""
    if "appliance" not in said.values:
        return said
    return replace(said, values={**said.values, "appliance": ""})


@dataclass(frozen=True, slots=True)
class Scene:
    """What a text meets: the visit the number is asked about, the number, the rules."""

    visit: Visit | None
    phone: Phone
    text: Text
    rules: Rulebook

    @property
    def talk(self) -> Conversation:
        """The conversation that the text is part of."""
        return talk_of(self.visit, self.phone)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a text led to.

    `visit` is None for a number we know no visit of; `replies` are the messages that answer it,
    in one text; `opt_out` True or False where the number left or came back; `call` is why a
    person is to call or read, from `call_at` on (None: now). `case` asks for a case to be opened,
    `answers` is the id of the earlier text that we had asked about and now know more of: the case
    is about both, its entry on the call list is done. `subject` is the visit that the remark is
    about where it is another than `visit`.
    """

    reading: Reading
    conversation: Conversation
    visit: Visit | None = None
    replies: tuple[Said, ...] = ()
    opt_out: bool | None = None
    call: str = ""
    call_at: datetime | None = None
    case: bool = False
    answers: str = ""
    subject: VisitKey | None = None
