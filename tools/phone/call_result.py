"""What a call was like: everything heard and done, to the end."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One thing the person at the phone heard, in the order it came.

    `verb` is the TwiML verb; `heard` the text of a Say, the URL or keys of a Play, "(beep)",
    "(ringing)", "" for silence; `seconds` how long it took at 4 Chinese syllables or 2.5 words a
    second. `within` is "Gather" for what a prompt says; `asked` is on the row of the prompt itself:
    keys wanted, key that ends, seconds of patience, where the answer goes.
    """

    document: int
    verb: str
    heard: str = ""
    language: str | None = None
    voice: str | None = None
    seconds: float = 0
    within: str | None = None
    asked: dict[str, Any] | None = None


@dataclass(frozen=True)
class Done:
    """One thing the person did: the act, at which verb, what Twilio told the service of it."""

    document: int
    act: str
    at: str
    sent: dict[str, str] = field(default_factory=dict)
    lost: str = ""


@dataclass(frozen=True)
class CallError:
    """An answer of the service that Twilio could not use, with Twilio's code."""

    code: int
    message: str
    url: str
    document: int


@dataclass(frozen=True)
class Dialled:
    """A phone that was rung within the call: how that ended, and how long it was bridged."""

    number: str
    sid: str
    status: str
    bridged: bool
    seconds: int


@dataclass
class CallResult:
    """A call from one phone's side.

    `status` is Twilio's at the end, `at` (ISO, UTC) when it came to be, `ended` says who or what
    ended it: "caller hung up", "service hung up", "document ended", "application error",
    "rejected", or for a call never answered its status. `documents` counts the TwiML documents
    asked for, `urls` are theirs, `seconds` is the length by the simulator's reckoning. `errors` is
    empty when Twilio found nothing to complain of; `unused` are acts for which there was no
    occasion.
    """

    sid: str
    direction: str
    caller: str
    called: str
    status: str = "queued"
    at: str = ""
    ended: str = ""
    documents: int = 0
    urls: list[str] = field(default_factory=list)
    seconds: float = 0
    heard: list[Heard] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    dialled: list[Dialled] = field(default_factory=list)
    errors: list[CallError] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """All that was said to the person, one saying a line."""
        return "\n".join(each.heard for each in self.heard if each.verb == "Say")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
