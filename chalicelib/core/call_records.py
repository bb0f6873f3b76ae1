"""A call to the hotline: where it stands, what came in of it, what was recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.core.visits import VisitKey


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it stands after the last request; `version` is the lock of its row.

    `caller` is the number in E.164, "" where it is withheld. `visit` is the one whose survey was
    open when the call came in, `day` its local day (ISO); `about` the visit that a complaint is
    about. `documents` counts our answers, `asked` how often each step was asked, `wrong` the
    silent or wrong tries in a row, `rung` the duty phones rung. `item` and `grade` wait to be
    confirmed, `enquired` is the case number keyed in. `code` is the query code, kept only for a
    caller whom we cannot know again, `contact` the number he left; `recording` the provider's id
    of the last one. `served` says how the call got what it was for, "" while it did not.
    """

    sid: str
    received_at: datetime
    caller: str = ""
    mobile: bool = False
    language: str = "zh"
    visit: VisitKey | None = None
    day: str = ""
    about: VisitKey | None = None
    documents: int = 0
    asked: Mapping[str, int] = field(default_factory=dict)
    wrong: int = 0
    rung: int = 0
    item: str = ""
    grade: str = ""
    enquired: str = ""
    case: str = ""
    code: str = ""
    contact: str = ""
    recording: str = ""
    served: str = ""
    ended_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class CallFact:
    """One request of a call as it came in; `answer` is our response, repeated to every copy.

    `name` is the step and its turn, such as "menu#1"; `kind` "unread" where no decision was made.
    """

    call: str
    name: str
    received_at: datetime
    parameters: Mapping[str, str]
    answer: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CallEntry:
    """That a number called: leads from the number to the call."""

    number: str
    at: datetime
    call: str


@dataclass(frozen=True, slots=True)
class Recording:
    """What a caller said, from the provider's first word of it until our copy is safe.

    `status` is `announced` (the call named it), `completed`, `absent` (nothing was recorded) or
    `lost`; `key` its place in the blob store, `size` (bytes) and `sha256` those of our checked
    copy; `deleted_at` when the provider's own was deleted. `due_at` is when it is fetched, or
    tried again after so many `attempts`.
    """

    sid: str
    call: str
    received_at: datetime
    status: str = "announced"
    seconds: int = 0
    size: int = 0
    sha256: str = ""
    kept_at: datetime | None = None
    deleted_at: datetime | None = None
    attempts: int = 0
    due_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        """Where it lies in the blob store."""
        return recording_key(self.sid)


def recording_key(sid: str) -> str:
    """The place of a recording in the blob store.

    >>> recording_key("RE0")
    'recordings/RE0.wav'
    """
    return f"recordings/{sid}.wav"
