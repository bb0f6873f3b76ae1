"""What members do to draws, as verbs of `python -m tools act`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from chalicelib.core.people import Member
from tools.case_acts import Done, Values, Verb

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring


def _acknowledge(stage: "Wiring", key: str, values: Values, by: Member) -> Done:
    taken = stage.list_desk.acknowledge(key, by, stage.now())
    return {"result": "acknowledged" if taken else "unchanged"}


VERBS: Final[Mapping[str, Verb]] = {"ack-list": Verb((), _acknowledge)}

SENTENCES: Final = {
    "unknown_draw": "there is no draw {draw}",
    "not_drawn": "the draw {draw} has not been drawn yet: there is no list to take over",
}
"""Code of a refusal → what the caller reads."""
