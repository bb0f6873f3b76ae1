"""What supervision's calls did to forms, once more from what the callers noted.

Nothing of `chalicelib` is imported. Grades are three letters, "-" a blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tools.recount_reader import BLANK

NO_VISIT: Final = "no_visit"
"""With two persons this takes the visit out; other voids its form alone."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a member noted about a visit, by the keys of the act."""

    at: datetime
    by: str
    verb: str
    visit_id: str
    says: Mapping[str, str]


@dataclass(slots=True)
class Checked:
    """How far the calls about one visit have come.

    `found` is what a void would rest on, `void` what it does rest on; `form` and `told` are those
    that were compared.
    """

    reached: str = ""
    found: str = ""
    caller: str = ""
    form: str = BLANK
    told: str = BLANK
    void: str = ""

    def hear(self, note: Note, form: str, *, surveyed: bool) -> str:
        """What a note changes of the `form` as it stands: letters to note, BLANK for nothing.

        `surveyed`: the form came of a survey, so that the customer can deny having answered it.
        """
        says = note.says
        if note.verb == "call-attempt":
            self._attempted(note, form)
        elif note.verb == "call-told" and says.get("work"):
            return self._told(note, form, surveyed=surveyed)
        elif note.verb == "call-choose" and says["which"] == "form":
            return _over(self.told, _only(self.form, self.told))
        elif note.verb == "approve-void" and note.by != self.caller and self.found:
            self.void = self.found
        return BLANK

    def _attempted(self, note: Note, form: str) -> None:
        self.reached, self.caller = note.says["reached"], note.by
        if self.reached == NO_VISIT or (self.reached == "wrong_number" and form != BLANK):
            self.found = self.reached

    def _told(self, note: Note, form: str, *, surveyed: bool) -> str:
        told = note.says.get("grades", BLANK)
        if surveyed and form != BLANK and note.says.get("answered") == "no":
            self.found = "never_answered"
            return BLANK
        common = [place for place in range(3) if "-" not in (form[place], told[place])]
        if form != BLANK and not common:
            return BLANK
        self.form, self.told = form, told
        return told


def _over(under: str, over: str) -> str:
    """Item by item what stands on top."""
    return "".join(
        lower if upper == "-" else upper for lower, upper in zip(under, over, strict=True)
    )


def _only(letters: str, where: str) -> str:
    """The letters of the items that `where` has too."""
    return "".join(
        "-" if there == "-" else mine for mine, there in zip(letters, where, strict=True)
    )
