"""What a code word noted steers calls and nothing else."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core.acts import ActError
from chalicelib.core.observations import NEAR, Observation, is_observed, observed, steers
from chalicelib.core.visits import Facts, Visit

NOON = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
VISIT = Visit(Facts("V1", "north-1", "王小明", NOON), "2026-06", NOON, "00")
NOTE = Observation("north-1", NOON, "Amsel", "asked for an A", "王小明")

STEERED: dict[str, tuple[Observation, bool]] = {
    "the visit": (replace(NOTE, visit_id="V1", noted_at=NOON + timedelta(days=60)), True),
    "another visit of the technician": (replace(NOTE, visit_id="V2"), False),
    "the technician, a week before": (replace(NOTE, noted_at=NOON - NEAR), True),
    "the technician, more than a week after": (
        replace(NOTE, noted_at=NOON + NEAR + timedelta(seconds=1)),
        False,
    ),
    "another technician": (replace(NOTE, technician="李强"), False),
    "the whole unit": (replace(NOTE, technician=""), True),
    "another unit": (replace(NOTE, unit="south-1"), False),
}


@pytest.mark.parametrize(("note", "steered"), STEERED.values(), ids=STEERED)
def test_a_note_is_a_reason_to_call_about_what_it_speaks_of(
    note: Observation, steered: bool
) -> None:
    assert steers(note, VISIT) == steered
    assert is_observed(VISIT, [replace(NOTE, unit="south-1"), note]) == steered


@pytest.mark.parametrize("word", ["", "A B", "王.李", "x" * 33])
def test_a_code_word_is_one_word(word: str) -> None:
    with pytest.raises(ActError, match="no_code_word"):
        observed("north-1", word, "asked for an A", NOON)


def test_a_note_says_something() -> None:
    with pytest.raises(ActError, match="empty_text"):
        observed("north-1", "Amsel", "  ", NOON)


def test_nothing_in_it_names_the_observer() -> None:
    known = {"unit", "noted_at", "code_word", "note", "technician", "visit_id"}
    assert {field.name for field in fields(Observation)} == known
