"""What somebody does at a telephone, act by act: the scripts of callers and of those called.

- `"1"`, `"12#"`: press these keys at the next prompt that takes keys. Keys beyond what the prompt
  takes are lost.
- `"speak:8"`: say something for 8 seconds, at the next recording or to the next person.
- `"wait"`: stay silent through one prompt, recording or dialling, until it gives up;
  `"wait:3"`: for 3 seconds, then go on with the script.
- `"listen"`: stay silent until the next document comes.
- `"hear:2"`: hear two more sayings (a Say, a Play or a Pause), then do the next act at once, though
  somebody is still speaking: keys interrupt a Gather's prompt, a hang-up anything.
- `"hangup"`: hang up. So does the end of a script.

An act waits for a point that takes it: keys wait while a phone rings, speech waits through a menu,
and the caller is silent meanwhile. Without `hear` a caller lets everybody finish speaking.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

MAX_ACTS: Final = 1000

MAX_SECONDS: Final = 24 * 3600
"""Of one act: Twilio's longest call."""

SPELLINGS: Final[Mapping[str, re.Pattern[str]]] = {
    "keys": re.compile(r"(?P<keys>[0-9*#]{1,100})", re.ASCII),
    "speak": re.compile(r"speak:(?P<count>[0-9]{1,6})", re.ASCII),
    "wait": re.compile(r"wait(:(?P<count>[0-9]{1,6}))?", re.ASCII),
    "listen": re.compile(r"listen"),
    "hear": re.compile(r"hear:(?P<count>[0-9]{1,6})", re.ASCII),
    "hangup": re.compile(r"hangup"),
}
"""An act's kind → how it is written."""


class ScriptError(ValueError):
    """An act nobody understands: the sentence says which."""


@dataclass(frozen=True)
class Act:
    """One act; `count` are seconds (speak, wait) or sayings (hear), None for a plain `wait`."""

    kind: str
    text: str
    keys: str = ""
    count: int | None = None


def read_script(texts: Iterable[object]) -> tuple[Act, ...]:
    """The acts; ScriptError says which of them is none.

    >>> [act.kind for act in read_script(["wait", "12#", "speak:8", "hangup"])]
    ['wait', 'keys', 'speak', 'hangup']
    """
    acts = tuple(_read(text) for text in texts)
    if len(acts) > MAX_ACTS:
        raise ScriptError(f"a script has at most {MAX_ACTS} acts")
    return acts


def _read(text: object) -> Act:
    for kind, spelling in SPELLINGS.items():
        found = spelling.fullmatch(text) if isinstance(text, str) else None
        if found:
            given = found.groupdict()
            count = int(given["count"]) if given.get("count") else None
            if (count or 0) > MAX_SECONDS:
                raise ScriptError(f"{text!r} is longer than a day")
            return Act(kind, found.string, given.get("keys") or "", count)
    raise ScriptError(f"{text!r} is no act: keys, {', '.join(k for k in SPELLINGS if k != 'keys')}")


class Script:
    """The acts still to come."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self._acts = deque(acts)
        self._at_once = False
        self._listening = False

    @property
    def next(self) -> Act | None:
        """The act that comes next; None at the end, which is hanging up."""
        return self._acts[0] if self._acts else None

    @property
    def hangs_up(self) -> bool:
        return self.next is None or self.next.kind == "hangup"

    def take(self) -> Act | None:
        """The next act, done now."""
        self._at_once = False
        return self._acts.popleft() if self._acts else None

    def cuts_in(self) -> bool:
        """Whether the next act is done now, whoever is speaking."""
        while self.next and self.next.kind == "hear" and self.next.count == 0:
            self._acts.popleft()
            self._at_once = True
        return self._at_once

    def heard_one(self) -> None:
        """Count one saying off the `hear` that comes next."""
        if self.next and self.next.kind == "hear" and self.next.count:
            self._acts[0] = replace(self.next, count=self.next.count - 1)

    def stay_silent(self) -> None:
        """Something has waited for this person in vain."""
        self._listening = self.next is not None and self.next.kind == "listen"

    def stop_listening(self) -> None:
        """A new document has come: a `listen` that kept him silent is over."""
        if self._listening:
            self.take()
        self._listening = False

    def coming(self) -> Sequence[Act]:
        """The acts still to come, for those who must look ahead."""
        return tuple(self._acts)

    def rest(self) -> list[str]:
        """The acts nobody gave an occasion for, as they were written."""
        return [act.text for act in self._acts if act.kind != "hangup"]
