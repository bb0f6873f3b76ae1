"""How customers answer: each habit is the texts and calls they make and what each waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Habit:
    """`acts`: (what he waits for, kind of spelling or of call) for each text or call, in order.

    `often`: how often chance deals it. `place`: what kind of number he has, "none" for none.
    `uploaded`: when his job is, "evening" of its day, "days later", "after the close". `brings`:
    what supervision finds in each case of his, "duplicate" for one that is the first once more.
    `verdicts`: what he says each time supervision asks whether it is fixed. `truth`: what comes of
    a call to him, as in `tools/rehearsed_verification.py`.
    """

    name: str
    acts: tuple[tuple[str, str], ...] = ()
    often: int = 1
    place: str = "mobile"
    uploaded: str = "evening"
    handset: Mapping[str, object] = field(default_factory=dict)
    brings: tuple[str, ...] = ("complaint",)
    verdicts: tuple[str, ...] = ("fixed",)
    truth: str = "same"

    @property
    def complains(self) -> bool:
        is_voiced = any(kind in COMPLAINING for _, kind in self.acts)
        return is_voiced and "complaint" in self.brings


COMPLAINING: Final = (
    *("complaint", "mention", "grades with complaint"),
    *("call: complaint", "call: gone while speaking", "call: person", "call: busy desk"),
)

INVITED: Final = "invitation"

FEATURED: Final = (
    Habit("answers at once", ((INVITED, "grades"),), often=24),
    Habit("adds a word", ((INVITED, "grades with words"),), often=8),
    Habit("is asked back", ((INVITED, "unclear"), ("answer", "grades")), often=4),
    Habit("is asked whether we understood", ((INVITED, "offer"), ("answer", "yes")), often=4),
    Habit("corrects the grades", ((INVITED, "grades"), ("answer", "correction")), often=3,
          truth="other"),
    Habit("answers in parts", ((INVITED, "part"), ("answer", "rest")), often=3),
    Habit("grades, then complains", ((INVITED, "grades"), ("answer", "complaint")), often=3),
    Habit("is asked about a complaint", ((INVITED, "mention"), ("answer", "yes"))),
    Habit("wants no more texts", ((INVITED, "opt out"),), often=2),
    Habit("answers after the close", (("close", "grades"),)),
    Habit("comes in after the close", ((INVITED, "grades"),), uploaded="after the close"),
    Habit("grades by link", ((INVITED, "form"),), often=6),
    Habit("grades by keys", ((INVITED, "call: grades"),), often=3, place="one_way"),
    Habit("grades and hangs up half way", ((INVITED, "call: first grade"),), place="one_way"),
    Habit("complains on the hotline", ((INVITED, "call: complaint"),),
          verdicts=("not_fixed", "fixed")),
    Habit("hangs up while complaining", ((INVITED, "call: gone while speaking"),)),
    Habit("hangs up before the beep", ((INVITED, "call: gone before the beep"),)),
    Habit("complains, then asks how it stands",
          ((INVITED, "complaint"), ("answer", "call: progress"))),
    Habit("wants a person when nobody is there", ((INVITED, "call: person"),)),
    Habit("calls in danger", ((INVITED, "call: danger"),)),
    Habit("texts of danger at night", ((INVITED, "danger"),), brings=()),
)  # fmt: skip
"""Met in both languages in every scenario that has room."""

MET_ONCE: Final = (
    Habit("praises on the hotline", ((INVITED, "call: complaint"),), brings=("praise",)),
    Habit("says nothing after the beep", ((INVITED, "call: silent"),), brings=("empty",)),
    Habit("enquires on the hotline", ((INVITED, "call: complaint"),), brings=("enquiry",)),
    Habit("complains of the same twice", ((INVITED, "complaint"), ("answer", "call: complaint")),
          brings=("complaint", "duplicate")),
    Habit("hides the number", ((INVITED, "grades"), ("answer", "call: withheld"))),
    Habit("talks to the desk", ((INVITED, "call: desk"),)),
    Habit("finds the desk busy", ((INVITED, "call: busy desk"),)),
    Habit("thinks again on the telephone", ((INVITED, "call: thinks again"),), place="one_way"),
    Habit("texts a part and keys the rest", ((INVITED, "part"), ("answer", "call: rest"))),
    Habit("complains from a landline", (("upload", "call: stranger's complaint"),),
          place="landline"),
    Habit("hangs up during the greeting", ((INVITED, "call: gone at once"),)),
    Habit("cannot be reached about a complaint", ((INVITED, "call: complaint"),),
          verdicts=("unreachable",) * 3),
)  # fmt: skip
"""Met once in every scenario that has room, in the one language or the other."""

HABITS: Final = (
    *FEATURED,
    *MET_ONCE,
    Habit("answers the reminder", (("reminder", "grades"),), often=5),
    Habit("complains", ((INVITED, "complaint"),), often=3),
    Habit("grades and complains in one text", ((INVITED, "grades with complaint"),)),
    Habit("says no, then grades", ((INVITED, "offer"), ("answer", "no"), ("answer", "grades"))),
    Habit("remarks, then grades", ((INVITED, "words"), ("answer", "grades")), often=2),
    Habit("was not the customer", ((INVITED, "not me"),), truth="wrong_number"),
    Habit("waits for the repair", ((INVITED, "not finished"),)),
    Habit("wants a call", ((INVITED, "call me"),)),
    Habit("disowns the grades", ((INVITED, "grades"), ("answer", "not me")), truth="denies"),
    Habit("corrects after the close", ((INVITED, "grades"), ("close", "grades"))),
    Habit("stays silent", often=9, truth="silent"),
    Habit("cannot text back", often=2, place="one_way"),
    Habit("has a landline", place="landline"),
    Habit("left no number", place="none"),
    Habit("is out of reach", handset={"delivery": "undelivered"}),
    Habit("has left at the provider", handset={"opted_out": True}),
    Habit("comes in days later", ((INVITED, "grades"),), uploaded="days later"),
)
