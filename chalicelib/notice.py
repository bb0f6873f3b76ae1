"""The notice: one A4 page for a unit's month, each sum with what it rests on (DESIGN 8).

Whatever is on it may be read by the unit: forms by the number of the visit, cases by the unit's own
reference. It never holds a customer, a single form's grade or day, a case's number or its channel.
Lists are shortened, and say so, until the sheet has room for all the rest.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from chalicelib import notice_grounds, notice_room, printed
from chalicelib.core import proceedings
from chalicelib.core.assessment import document_hash, in_language
from chalicelib.core.calendar import zone
from chalicelib.core.disclosure import withheld
from chalicelib.core.facts import Facts
from chalicelib.core.proceedings import Proceeding
from chalicelib.core.rules import Rulebook
from chalicelib.notice_grounds import GONE
from chalicelib.notice_room import WHOLE_SMALL, Listing
from chalicelib.room import width
from chalicelib.texts import Say

FIRST: Final = ("counting", "set_aside", "technicians", "notes", "forms")
"""Which list gets what room is left before the others do."""

SIGNED_BY: Final[Mapping[str, str]] = {
    "supervision": proceedings.SIGNED,
    "unit": "",
    "hr": proceedings.ISSUED,
}
"""Who signs → the step that is his signature; the unit signs on paper."""

HASHES: Final = ("hash", "previous_hash", "facts_sha256", "rulebook_sha256")


LONGEST_NAME: Final = 1800
"""Width of a person's name, eighteen Chinese characters; the report has longer ones whole."""


class Signature(NamedTuple):
    """A field to sign in; `by` and `day` are "" until it is signed."""

    who: str
    by: str
    day: str


def page(
    document: Mapping[str, Any],
    facts: Facts | None,
    proceeding: Proceeding | None,
    unit: str,
    names: Mapping[str, str],
    say: Say,
    rules: Rulebook | None,
) -> str:
    """The notice of a document as an HTML page that prints on one sheet.

    `unit` is the unit's name, `names` are those of its technicians by code and of members by
    address. Without facts no form or case is named, without a proceeding nothing is signed; only a
    document made offline has neither, nor a rulebook.
    """
    shown = sheet(document, facts, proceeding, unit, names, say, rules)
    return printed.render("notice.html", say, sheet=shown)


def sheet(
    document: Mapping[str, Any],
    facts: Facts | None,
    proceeding: Proceeding | None,
    unit: str,
    names: Mapping[str, str],
    say: Say,
    rules: Rulebook | None,
) -> dict[str, Any]:
    """What the macro in `sheet.html` shows; arguments as for `page`."""
    said = in_language(dict(document), say)
    found = notice_grounds.grounds(facts, rules) if facts and rules else None
    shown = {
        "document": said,
        "organisation": rules.organisation if rules else "",
        "unit": unit,
        "month": printed.month(document["month"], say),
        "about": about(document, unit, say),
        "mark": printed.mark(document, say),
        "state": say(f"notice.state.{proceeding.state}") if proceeding else "",
        "amended": amended(document, say),
        "under": {
            line["code"]: " ".join(notice_grounds.under(line["code"], document, found, say))
            for line in said["lines"]
        },
        "sanction": _notes(said, sanction=True),
        "verified": verified(document, say),
        "term": term(proceeding, say, rules),
        "signatures": _signatures(proceeding, names, say, rules),
        "hashes": hashes(document),
    }
    lists = sorted(
        [*notice_grounds.lists(found, say), *_lists(said, names, say)],
        key=lambda each: FIRST.index(each.name),
    )
    return {
        **shown,
        "listed": notice_grounds.LISTED,
        "lists": notice_room.fitted(lists, shown, say),
    }


# Beside the lines


def about(document: Mapping[str, Any], unit: str, say: Say) -> list[str]:
    """Whose document it is and which."""
    told = [say("notice.month", month=printed.month(document["month"], say))]
    if unit != document["unit"]:
        told.append(say("notice.unit_id", unit=document["unit"]))
    if "sequence" in document:
        named = {"sequence": document["sequence"], "version": document["version"]}
        told.append(say("notice.entry", **named))
    return [*told, say("notice.currency", currency=document["currency"])]


def amended(document: Mapping[str, Any], say: Say) -> list[str]:
    """Which document this one takes the place of and why, if it is not the month's first."""
    before = document.get("supersedes")
    if not before:
        return []
    reasons = dict.fromkeys(each["reason"] for each in before["amendments"])
    why = say("notice.and").join(say(f"notice.reason.{reason}") for reason in reasons)
    named = {"sequence": before["sequence"], "hash": printed.short(before["hash"])}
    return [say("notice.amended", version=document["version"], why=why, **named)]


def verified(document: Mapping[str, Any], say: Say) -> list[str]:
    """What supervision's calls have found, in plain words."""
    found = document.get("verification")
    if not found:
        return []
    if not found["drawn"]:
        return [say("notice.verified.none")]
    numbers = {name: found[name] for name in ("drawn", "calls")}
    if found["rate"] is None:
        return [say("notice.verified.open", **numbers)]
    low, high = (printed.percent(share) for share in found["wilson"])
    rate = printed.percent(found["rate"])
    return [say("notice.verified.rate", rate=rate, low=low, high=high, **numbers)]


def term(proceeding: Proceeding | None, say: Say, rules: Rulebook | None) -> list[str]:
    """Until when and how the unit can object, and what came of it."""
    if proceeding is None or rules is None:
        return [say("notice.term.none")]
    last_day = proceedings.last_day_to_object(proceeding, rules)
    day = printed.day(last_day, say) if last_day else ""
    told = [say(f"notice.term.{proceeding.state}", day=day)]
    if matters := proceedings.objections(proceeding):
        ruled = sum(matter.answer is not None for matter in matters)
        told.append(say("notice.objections", number=len(matters), ruled=ruled))
    return told


def _signatures(
    proceeding: Proceeding | None, names: Mapping[str, str], say: Say, rules: Rulebook | None
) -> list[Signature]:
    return [_signature(who, step, proceeding, names, say, rules) for who, step in SIGNED_BY.items()]


def _signature(
    who: str,
    what: str,
    proceeding: Proceeding | None,
    names: Mapping[str, str],
    say: Say,
    rules: Rulebook | None,
) -> Signature:
    step = proceedings.last(proceeding, what) if proceeding else None
    if step is None or rules is None:
        return Signature(who, "", "")
    day = printed.day_of(step.at, say, zone(rules))
    return Signature(who, _cut(names.get(step.by, step.by)), day)


def hashes(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The hashes at the foot; a document made offline is in no chain and has but the rulebook's."""
    whole = {**document, "hash": document_hash(document)} if "sequence" in document else document
    return [(name, whole[name]) for name in HASHES if whole.get(name)]


# Lists over the whole sheet


def _lists(said: Mapping[str, Any], names: Mapping[str, str], say: Say) -> list[Listing]:
    notes, people = _notes(said, sanction=False), technicians(said, names, say)
    lists = [
        Listing("technicians", "", people, 4, WHOLE_SMALL, between=say("notice.between_people")),
        Listing("notes", "", notes, 6, WHOLE_SMALL, rows=True),
    ]
    return [each for each in lists if each.items]


def _notes(said: Mapping[str, Any], *, sanction: bool) -> list[str]:
    """The sentence about measures, or all others."""
    reasons = [note["reason"] == "sanction" for note in said["note_reasons"]]
    return [note for note, grave in zip(said["notes"], reasons, strict=True) if grave is sanction]


def technicians(document: Mapping[str, Any], names: Mapping[str, str], say: Say) -> list[str]:
    """Each technician's number of forms and mean, by name; no mean that would show one form."""
    entries = document.get("technicians") or []
    hidden = withheld({each["technician"]: each["forms"] for each in entries})
    return sorted(_technician(each, hidden, names, say) for each in entries)


def _technician(
    entry: Mapping[str, Any], hidden: frozenset[str], names: Mapping[str, str], say: Say
) -> str:
    code = entry["technician"]
    name = printed.isolated(_cut(names.get(code, GONE)))
    if code in hidden or entry["mean"] is None:
        return say("notice.technician_few", name=name, forms=entry["forms"])
    return say("notice.technician", name=name, forms=entry["forms"], mean=entry["mean"])


def _cut(name: str) -> str:
    shown = name
    while width(shown) > LONGEST_NAME:
        shown = shown[:-1]
    return name if shown == name else f"{shown}…"
