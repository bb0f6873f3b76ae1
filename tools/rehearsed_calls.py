"""What customers do on the hotline, by kind: which keys they press, when they speak, when they go.

A caller who has been asked about a visit hears a menu with the grades first, any other one without.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tools.recount_calls import Called, Moment

ITEMS: Final = ("timeliness", "quality", "attitude")
KEYS: Final[Mapping[str, str]] = {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}
READ_BACK: Final = "DE"
RIGHT: Final = "1"

Keys = Callable[[str], tuple[str, ...]]
"""Letters that the caller has in mind → his acts, as in `tools/phone/script.py`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its kind and acts, and how the desk's phone takes it if it rings.

    `withheld`: the caller hides his number. `means` are the grades that he gives by keys, "" none.
    """

    kind: str
    acts: tuple[str, ...]
    desk: str = "no-answer"
    withheld: bool = False
    means: str = ""


@dataclass(frozen=True, slots=True)
class Calling:
    """How a kind of call goes; `hour` is when people make it, "" at any time."""

    acts: Keys
    hour: str = ""
    desk: str = "no-answer"
    withheld: bool = False


def keys(letters: str) -> tuple[str, ...]:
    """The keys of these grades one by one; a poor one is confirmed.

    >>> keys("ABD"), keys("-E-")
    (('1', '2', '4', '1'), ('5', '1'))
    """
    found: list[str] = []
    for letter in letters.replace("-", ""):
        found += [KEYS[letter], *([RIGHT] if letter in READ_BACK else [])]
    return tuple(found)


def _always(*acts: str) -> Keys:
    return lambda letters: acts


CALLINGS: Final[Mapping[str, Calling]] = {
    "call: grades": Calling(lambda letters: ("1", *keys(letters), "wait")),
    "call: thinks again": Calling(lambda letters: ("1", "5", "2", *keys(letters), "wait")),
    "call: first grade": Calling(lambda letters: ("1", *keys(letters[0]), "hangup")),
    "call: rest": Calling(lambda letters: ("1", *keys(letters[0] + letters[2]), "wait")),
    "call: complaint": Calling(_always("2", "speak:20", "wait"), hour="evening"),
    "call: stranger's complaint": Calling(_always("1", "speak:25", "wait"), hour="evening"),
    "call: gone while speaking": Calling(_always("2", "speak:6", "hangup"), hour="evening"),
    "call: gone before the beep": Calling(_always("2", "hear:1", "hangup"), hour="evening"),
    "call: gone at once": Calling(_always("hear:1", "hangup"), hour="evening"),
    "call: silent": Calling(_always("2", "wait:4", "hangup"), hour="evening"),
    "call: progress": Calling(_always("3", "hangup"), hour="evening"),
    "call: person": Calling(_always("0", "speak:15", "wait"), hour="evening"),
    "call: danger": Calling(_always("9", "speak:10", "hangup"), hour="night"),
    "call: withheld": Calling(_always("1", "speak:9", "hangup"), hour="evening", withheld=True),
    "call: desk": Calling(_always("speak:40", "hangup"), hour="office", desk="answers"),
    "call: busy desk": Calling(_always("0", "speak:12", "wait"), hour="office", desk="busy"),
}
"""Kind → how it goes. Whoever talks to the desk brings nothing that the machine knows of."""


MEANS: Final[Mapping[str, str]] = {
    "call: grades": "xxx",
    "call: thinks again": "xxx",
    "call: first grade": "x--",
    "call: rest": "x-x",
}
"""Kind → the items that are graded by keys, x."""


def made(kind: str, letters: str) -> Call:
    """A call of this kind by a customer who has `letters` in mind, e.g. "AAB"."""
    calling = CALLINGS[kind]
    means = "".join(
        x if y == "x" else "-" for x, y in zip(letters, MEANS.get(kind, ""), strict=False)
    )
    return Call(kind, calling.acts(letters), calling.desk, calling.withheld, means)


def called(result: Mapping[str, Any], at: datetime, desk: str) -> Called:
    """A call as the recount takes it, from what the simulator tells of it; `desk` is its phone."""
    keys = {
        done["document"]: done["sent"]["Digits"]
        for done in result["done"]
        if not done["lost"] and "Digits" in done["sent"]
    }
    said: dict[int, str] = {}
    for heard in result["heard"]:
        if heard["verb"] == "Say":
            said[heard["document"]] = f"{said.get(heard['document'], '')} {heard['heard']}".strip()
    documents = range(1, result["documents"] + 1)
    return Called(
        at=at,
        caller=result["caller"],
        moments=tuple(Moment(said.get(n, ""), keys.get(n, "")) for n in documents),
        recorded=bool(result["recordings"]),
        talked=any(each["number"] == desk and each["bridged"] for each in result["dialled"]),
    )
