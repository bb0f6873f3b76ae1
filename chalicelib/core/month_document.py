"""The document of a unit's month: a pure function of its facts, the rulebook, a language and its
place in the unit's chain (DESIGN 8).

No list in it grows with forms or cases: those are in the facts file. Whatever a program later needs
to say it in another language stands beside the sentences.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Final

from chalicelib.core.assessment import Document, Note, Say, in_language, unit_entry
from chalicelib.core.counted import Counted
from chalicelib.core.estimates import shown
from chalicelib.core.facts import CHANNELS, CLOCKS, DIFFERS, CaseFact, Facts, Previous
from chalicelib.core.lines import two_decimals
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import ComplaintTally, Figures, Sort
from chalicelib.core.usual import usual
from chalicelib.core.verified import PLACES, verification
from chalicelib.core.visits import EVIDENCE

STEPS: Final = ("forwarded", "answered", "solved")

FALLEN: Final = Fraction(1, 10)
"""A share of visits with a form that is smaller by so much is worth a note."""

SHIFTED: Final = Fraction(1, 5)
"""So is a channel whose share of the forms has moved by so much."""

ENOUGH: Final = 10
"""Shares of fewer visits or forms move by chance alone and are compared with nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its unit's chain a document stands.

    `version` counts the documents of this unit and month from 1; `previous_hash` is the hash of
    the entry before it, "" for the first. `supersedes`: None, or the entry whose place it takes,
    {"sequence", "hash", "amendments": [{"cause", "reason"}]}.
    """

    sequence: int
    version: int
    language: str
    previous_hash: str
    supersedes: Mapping[str, Any] | None = None


def place_of(document: Mapping[str, Any]) -> Place:
    """The place that a document names; KeyError where it is none."""
    return Place(
        document["sequence"],
        document["version"],
        document["language"],
        document["previous_hash"],
        document["supersedes"],
    )


def month_document(
    facts: Facts, counted: Counted, facts_sha256: str, rules: Rulebook, place: Place, say: Say
) -> Document:
    """What is frozen of a unit's month; its state changes later and is no part of it.

    The visits are those that were `counted`, whatever `facts` has of them; `say` speaks the
    language of `place`.
    """
    entry = unit_entry(
        facts.unit, counted.tally(), _before(facts.previous), _complaints(facts.cases), rules
    )
    beside = [*_unusual(facts, counted, entry["complaints"]["count"]), *_notes(facts, counted)]
    document = {
        **entry,
        **_about_forms(facts, counted, rules),
        **asdict(place),
        "note_reasons": [*entry["note_reasons"], *(asdict(note) for note in beside)],
        "month": facts.month,
        "rulebook_sha256": rules.sha256,
        "facts_sha256": facts_sha256,
        "previous_document": _previous_document(facts.previous),
        "clocks": _clocks(facts.cases),
        "complaint_details": {
            **entry["complaint_details"],
            "categories": _by_category(facts.cases),
            "unassigned": facts.unassigned,
            "usual": _usual(facts, counted),
        },
        "weeks_differ": _weeks_differ(facts),
    }
    return in_language(document, say)


def _about_forms(facts: Facts, counted: Counted, rules: Rulebook) -> Document:
    """How the forms came about, and what the calls say of them."""
    return {
        "funnel": {**counted.funnel(), "late_uploads": facts.late_uploads},
        "completeness": "unproven",
        "response": _response(counted),
        "evidence": counted.by("evidence", EVIDENCE),
        "channels": counted.by("channel", CHANNELS),
        "technicians": _technicians(counted, rules),
        "verification": verification(facts.cells, counted),
    }


def _weeks_differ(facts: Facts) -> list[str]:
    return [week.week for week in facts.weeks if week.found == DIFFERS]


def previous_of(document: Mapping[str, Any], sha256: str) -> Previous:
    """What a month's document tells the next month."""
    figures = (document["forms"], document["visits"], document["points"], document["squares"])
    channels = [document["channels"][channel] for channel in CHANNELS]
    return Previous(document["version"], sha256, *figures, *channels)


def _before(previous: Previous | None) -> Figures | None:
    if previous is None:
        return None
    return Figures(previous.forms, previous.visits, previous.points, previous.squares)


def _previous_document(previous: Previous | None) -> dict[str, int | str] | None:
    if previous is None:
        return None
    names = ("version", "hash", "forms", "visits", "points", "squares")
    return {name: getattr(previous, name) for name in names}


def _complaints(cases: Iterable[CaseFact]) -> ComplaintTally:
    found = ComplaintTally()
    for case in cases:
        found.add(Sort(case.kind, case.severity, case.standing, case.channel))
    return found


def _usual(facts: Facts, counted: Counted) -> dict[str, int] | None:
    """Complaints from … to are usual for so many visits."""
    if facts.usual is None:
        return None
    found = usual(counted.tally().figures().visits, *facts.usual)
    return None if found is None else dict(zip(("from", "to"), found, strict=True))


def _by_category(cases: Iterable[CaseFact]) -> dict[str, int]:
    """All cases, counting or not, by known category."""
    found = Counter(case.category for case in cases if case.category)
    return dict(sorted(found.items()))


def _clocks(cases: Iterable[CaseFact]) -> dict[str, dict[str, int]]:
    found = Counter((step, getattr(case, step)) for case in cases for step in STEPS)
    return {step: {state: found[step, state] for state in CLOCKS} for step in STEPS}


def _technicians(counted: Counted, rules: Rulebook) -> list[dict[str, int | str | None]]:
    """Means by the month's denominator."""
    return [
        {**one, "mean": two_decimals(int(one["points"]), int(n)) if n else None}
        for one in counted.technicians()
        for n in [one[rules.denominator]]
    ]


def _response(counted: Counted) -> dict[str, str | None]:
    first, second = counted.response()
    rates = {"rr1": first, "rr2": second}
    return {name: None if rate is None else shown(rate, PLACES) for name, rate in rates.items()}


# Notes


def _unusual(facts: Facts, counted: Counted, complaints: int) -> list[Note]:
    """Whether so many complaints are more, or fewer, than chance makes of last month's rate."""
    found = _usual(facts, counted)
    if found is None or found["from"] <= complaints <= found["to"]:
        return []
    visits = counted.tally().figures().visits
    return [Note("unusual", {"visits": visits, "low": found["from"], "high": found["to"]})]


def _notes(facts: Facts, counted: Counted) -> list[Note]:
    """What a reader should know besides what lines and means say."""
    proposed = counted.funnel()["void_proposed"]
    numbers = {
        "void_proposed": proposed,
        "late_uploads": facts.late_uploads,
        "unassigned": facts.unassigned,
    }
    notes = _compared(facts.previous, counted) if facts.previous is not None else []
    notes += [Note(reason, {"number": number}) for reason, number in numbers.items() if number]
    weeks = ", ".join(_weeks_differ(facts))
    return [*notes, Note("weeks_differ", {"weeks": weeks})] if weeks else notes


def _compared(before: Previous, counted: Counted) -> list[Note]:
    figures, notes = counted.tally().figures(), []
    if min(figures.visits, before.visits) >= ENOUGH:
        now, then = Fraction(figures.forms, figures.visits), Fraction(before.forms, before.visits)
        if then - now >= FALLEN:
            values = {"share": shown(100 * now, 0), "before": shown(100 * then, 0)}
            notes.append(Note("response_fallen", dict(values)))
    if min(figures.forms, before.forms) >= ENOUGH:
        shift = max(_shifts(before, counted))
        if shift >= SHIFTED:
            notes.append(Note("channel_mix", {"points": shown(100 * shift, 0)}))
    return notes


def _shifts(before: Previous, counted: Counted) -> list[Fraction]:
    """By how much the share of each channel has moved."""
    now = counted.by("channel", CHANNELS)
    total = sum(now.values())
    return [
        abs(Fraction(now[name], total) - Fraction(getattr(before, name), before.forms))
        for name in CHANNELS
    ]
