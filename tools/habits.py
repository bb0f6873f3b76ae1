"""How customers answer: each habit is the texts they send and what each of them waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Habit:
    """`texts`: (what he waits for, kind of spelling) for each text, in order.

    `often`: how often chance deals it. `place`: what kind of number he has, "none" for none.
    `uploaded`: when his job is, "evening" of its day, "days later", "after the close".
    """

    name: str
    texts: tuple[tuple[str, str], ...] = ()
    often: int = 1
    place: str = "mobile"
    uploaded: str = "evening"
    handset: Mapping[str, object] = field(default_factory=dict)

    @property
    def complains(self) -> bool:
        return any(kind in COMPLAINING for _, kind in self.texts)


COMPLAINING: Final = ("complaint", "mention", "grades with complaint")

HABITS: Final = (
    Habit("answers at once", (("invitation", "grades"),), often=24),
    Habit("adds a word", (("invitation", "grades with words"),), often=8),
    Habit("is asked back", (("invitation", "unclear"), ("answer", "grades")), often=4),
    Habit("is asked whether we understood", (("invitation", "offer"), ("answer", "yes")), often=4),
    Habit("corrects the grades", (("invitation", "grades"), ("answer", "correction")), often=3),
    Habit("answers in parts", (("invitation", "part"), ("answer", "rest")), often=3),
    Habit("grades, then complains", (("invitation", "grades"), ("answer", "complaint")), often=3),
    Habit("is asked about a complaint", (("invitation", "mention"), ("answer", "yes"))),
    Habit("wants no more texts", (("invitation", "opt out"),), often=2),
    Habit("answers after the close", (("close", "grades"),)),
    Habit("comes in after the close", (("invitation", "grades"),), uploaded="after the close"),
    Habit("answers the reminder", (("reminder", "grades"),), often=5),
    Habit("complains", (("invitation", "complaint"),), often=3),
    Habit("grades and complains in one text", (("invitation", "grades with complaint"),)),
    Habit("says no, then grades",
          (("invitation", "offer"), ("answer", "no"), ("answer", "grades"))),
    Habit("remarks, then grades", (("invitation", "words"), ("answer", "grades")), often=2),
    Habit("was not the customer", (("invitation", "not me"),)),
    Habit("waits for the repair", (("invitation", "not finished"),)),
    Habit("wants a call", (("invitation", "call me"),)),
    Habit("disowns the grades", (("invitation", "grades"), ("answer", "not me"))),
    Habit("corrects after the close", (("invitation", "grades"), ("close", "grades"))),
    Habit("stays silent", often=9),
    Habit("cannot text back", often=2, place="one_way"),
    Habit("has a landline", place="landline"),
    Habit("left no number", place="none"),
    Habit("is out of reach", handset={"delivery": "undelivered"}),
    Habit("has left at the provider", handset={"opted_out": True}),
    Habit("comes in days later", (("invitation", "grades"),), uploaded="days later"),
)  # fmt: skip

FEATURED: Final = 11
"""So many of the first habits are met in both languages in every scenario that has room."""
