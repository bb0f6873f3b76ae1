"""The assessment: a unit's month as a document, exact, each line with the reason for its amount.

Facts come in as tallies, a plain document goes out. The owner's rules (DESIGN 2) alone make the
amounts; everything statistical stands beside them as notes. Whatever a sentence says is also in the
document as a reason and values, so that it can be said again in another language.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any, Final

from chalicelib.core.lines import (
    Line,
    Values,
    all_alike_line,
    change_line,
    complaint_line,
    tier_of,
    two_decimals,
)
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import ComplaintTally, Figures, Tally

Document = dict[str, Any]
Say = Callable[..., str]

FEW_FORMS: Final = 30
"""Below so many forms a note says that one form moves the mean visibly."""

Z_SQUARED: Final = Fraction(19600, 10000) ** 2
"""1.96²: a change within 1.96 standard errors is one that chance makes in 19 months of 20."""


class DocumentError(ValueError):
    """A document holds something that has no exact canonical form."""


@dataclass(frozen=True, slots=True)
class Note:
    """A plain sentence beside the lines, as its reason and values."""

    reason: str
    values: Values = field(default_factory=dict)


def assess_unit(
    unit: str,
    tally: Tally,
    previous: Figures | None,
    complaints: ComplaintTally | None,
    rules: Rulebook,
    say: Say,
) -> Document:
    """A unit's month: one entry of INTERFACES `units`, sentences in the language of `say`.

    `previous` are last month's figures as its document has them, None for a unit's first month;
    without `complaints` (None, not empty) the document has three lines and says nothing of them.
    """
    return in_language(unit_entry(unit, tally, previous, complaints, rules), say)


def unit_entry(
    unit: str,
    tally: Tally,
    previous: Figures | None,
    complaints: ComplaintTally | None,
    rules: Rulebook,
) -> Document:
    """The same without sentences, for one who has more to note before they are said."""
    now = tally.figures()
    lines = _lines(tally, previous, complaints, rules)
    notes = complaint_notes(complaints, rules) if complaints is not None else []
    notes += month_notes(now, previous, rules)
    return {
        "unit": unit,
        **_means(now, rules),
        "previous": _compared(previous, rules),
        "items": tally.items(),
        "lines": [asdict(line) for line in lines],
        **_complaint_part(complaints, now, rules),
        "amount": sum(line.amount for line in lines),
        "note_reasons": [asdict(note) for note in notes],
        "complete": tally.complete(),
        "squares": now.squares,
        "denominator": rules.denominator,
        "currency": rules.currency,
        "mode": rules.mode,
    }


def _lines(
    tally: Tally, previous: Figures | None, complaints: ComplaintTally | None, rules: Rulebook
) -> list[Line]:
    lines = [
        change_line(tally.figures(), previous, rules),
        all_alike_line("all_best", tally, rules),
        all_alike_line("all_worst", tally, rules),
    ]
    return lines if complaints is None else [*lines, complaint_line(complaints, rules)]


def figures_of(entry: Document) -> Figures:
    """What a month's document tells the next month."""
    return Figures(entry["forms"], entry["visits"], entry["points"], entry["squares"])


# Figures


def _mean(points: int, n: int) -> str | None:
    return two_decimals(points, n) if n else None


def _means(now: Figures, rules: Rulebook) -> Document:
    n = now.n(rules.denominator)
    return {
        "n": n,
        "points": now.points,
        "mean": _mean(now.points, n),
        "forms": now.forms,
        "visits": now.visits,
        "mean_forms": _mean(now.points, now.forms),
        "mean_visits": _mean(now.points, now.visits),
    }


def _compared(previous: Figures | None, rules: Rulebook) -> Document | None:
    if previous is None:
        return None
    n = previous.n(rules.denominator)
    return {"n": n, "points": previous.points, "mean": _mean(previous.points, n)}


def _complaints(
    complaints: ComplaintTally, rules: Rulebook, *, with_set_aside: bool = False
) -> Document:
    count, weighted = complaints.weigh(rules, with_set_aside=with_set_aside)
    return {"count": count, "weighted": weighted, "tier": tier_of(weighted, rules).name}


def _complaint_part(complaints: ComplaintTally | None, now: Figures, rules: Rulebook) -> Document:
    if complaints is None:
        return {"complaints": None, "complaint_details": None, "sanction": False}
    counted = _complaints(complaints, rules)
    details = {
        "kinds": complaints.by("kind"),
        "severities": complaints.by("severity"),
        "standings": complaints.by("standing"),
        "channels": complaints.by("channel"),
        "unread": complaints.unread(rules),
        "with_set_aside": _complaints(complaints, rules, with_set_aside=True),
        "per_100_visits": _mean(100 * counted["count"], now.visits),
    }
    sanction = counted["weighted"] >= rules.sanction_from
    return {"complaints": counted, "complaint_details": details, "sanction": sanction}


# Notes


def month_notes(now: Figures, before: Figures | None, rules: Rulebook) -> list[Note]:
    """What a reader should know before he makes much of the mean."""
    notes = []
    if 0 < now.forms < FEW_FORMS:
        notes.append(Note("few_forms", {"forms": now.forms}))
    if before is not None and is_fluctuation(now, before, rules):
        notes.append(Note("fluctuation"))
    return notes


def is_fluctuation(now: Figures, before: Figures, rules: Rulebook) -> bool:
    """Whether the mean has moved, but no further than the scatter of the forms explains."""
    n, before_n = now.n(rules.denominator), before.n(rules.denominator)
    if min(n, before_n) < 2 or not (now.forms and before.forms):
        return False
    change = Fraction(now.points, n) - Fraction(before.points, before_n)
    return 0 < change**2 <= Z_SQUARED * (_error(now, n) + _error(before, before_n))


def _error(figures: Figures, n: int) -> Fraction:
    """The square of the standard error of a mean."""
    return Fraction(n * figures.squares - figures.points**2, n * n * (n - 1))


def complaint_notes(complaints: ComplaintTally, rules: Rulebook) -> list[Note]:
    """The sanction first; then what else the row of the table does not show."""
    count, weighted = complaints.weigh(rules)
    with_set_aside, would_weigh = complaints.weigh(rules, with_set_aside=True)
    unread, tier = complaints.unread(rules), tier_of(weighted, rules)
    notes = []
    if weighted >= rules.sanction_from:
        notes.append(Note("sanction", {"weighted": weighted, "limit": rules.sanction_from}))
    if unread:
        notes.append(Note("unread", {"unread": unread}))
    if with_set_aside > count:
        would_be = tier_of(would_weigh, rules).name
        notes.append(Note("set_aside", {"set_aside": with_set_aside - count, "tier": would_be}))
    if weighted == tier.to:
        notes.append(Note("edge_above", {"tier": tier_of(weighted + 1, rules).name}))
    if weighted == tier.from_ and weighted:
        notes.append(Note("edge_below", {"tier": tier_of(weighted - 1, rules).name}))
    return notes


# Words


def line_sentence(line: Document, say: Say) -> str:
    """The sentence of one of a document's lines."""
    return say(f"line_{line['code']}_{line['reason']}", **line["values"])


def note_sentence(note: Document, say: Say) -> str:
    """The sentence of one of a document's `note_reasons`."""
    return say(f"note_{note['reason']}", **note["values"])


def in_language(entry: Document, say: Say) -> Document:
    """The same document with every sentence in the language of `say`."""
    lines = [{**line, "sentence": line_sentence(line, say)} for line in entry["lines"]]
    notes = [note_sentence(note, say) for note in entry["note_reasons"]]
    return {**entry, "lines": lines, "notes": notes}


# Freezing


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a document: JSON, keys sorted, no spaces, UTF-8.

    A float has no exact spelling: DocumentError.
    """
    _refuse_floats(document)
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256, hex, over the canonical document without its `state` and its own `hash`."""
    frozen = {key: value for key, value in document.items() if key not in ("state", "hash")}
    return hashlib.sha256(canonical(frozen)).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise DocumentError(f"a float in a document: {value}")
    for part in value.values() if isinstance(value, dict) else ():
        _refuse_floats(part)
    for part in value if isinstance(value, list | tuple) else ():
        _refuse_floats(part)
