"""What a covert colleague noted: it steers calls, never counts, never becomes a case by itself.

He is known by a code word alone; nothing here, in the store or in the logs names him.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.acts import ActError
from chalicelib.core.case_steps import written
from chalicelib.core.visits import Visit

NEAR: Final = timedelta(days=7)
"""Visits completed this long before or after what was noted of a technician or a unit."""

LONGEST_CODE_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Observation:
    """A note about a visit, a technician or, where both are empty, a unit."""

    unit: str
    noted_at: datetime
    code_word: str
    note: str
    technician: str = ""
    visit_id: str = ""


def observed(
    unit: str, code_word: str, note: str, at: datetime, technician: str = "", visit_id: str = ""
) -> Observation:
    """An observation as it is kept. ActError: "no_code_word", "empty_text", "long_text"."""
    if not code_word.isalnum() or len(code_word) > LONGEST_CODE_WORD:
        raise ActError("no_code_word", longest=str(LONGEST_CODE_WORD))
    return Observation(unit, at, code_word, written("note", note), technician, visit_id)


def steers(observation: Observation, visit: Visit) -> bool:
    """Whether an observation is a reason to call about a visit of its unit."""
    facts = visit.facts
    if observation.unit != facts.unit:
        return False
    if observation.visit_id:
        return observation.visit_id == facts.visit_id
    near = abs(facts.completed_at - observation.noted_at) <= NEAR
    return near and observation.technician in ("", facts.technician)


def is_observed(visit: Visit, of_unit: Iterable[Observation]) -> bool:
    """Whether any of a unit's observations is a reason to call about this visit."""
    return any(steers(observation, visit) for observation in of_unit)
