"""What the four lines of a notice rest on, by names that the unit knows: numbers of visits, and its
own references of cases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from chalicelib import printed
from chalicelib.core.case_views import FROM_SUPERVISION
from chalicelib.core.facts import CaseFact, Facts, is_counted
from chalicelib.core.rules import Rulebook
from chalicelib.core.tallies import Sort
from chalicelib.notice_room import Listing
from chalicelib.texts import Say

GONE: Final = "—"
"""Stands for somebody whose name was erased."""

LISTED: Final[Mapping[str, tuple[str, ...]]] = {
    "change": ("forms",),
    "complaints": ("counting", "set_aside"),
}
"""Line → the lists under it."""


class Grounds(NamedTuple):
    """What a month rests on, by names that the unit knows.

    Of the complaints that count so many came from a `customer`, from `supervision`, where known.
    """

    forms: Sequence[str]
    counting: Sequence[str]
    set_aside: Sequence[str]
    customer: int
    supervision: int


def grounds(facts: Facts, rules: Rulebook) -> Grounds:
    """The forms and cases that the four lines were made of, each list sorted."""
    complaints = [
        case
        for case in facts.cases
        if Sort(case.kind, case.severity, case.standing, case.channel).may_count(rules)
    ]
    counting = [case for case in complaints if case.standing == "counts"]
    from_us = sum(case.channel in FROM_SUPERVISION for case in counting)
    known = sum(case.channel != "" for case in counting)
    return Grounds(
        sorted(visit.visit_id for visit in facts.visits if is_counted(visit)),
        _references(counting),
        _references(case for case in complaints if case.standing != "counts"),
        known - from_us,
        from_us,
    )


def _references(cases: Iterable[CaseFact]) -> list[str]:
    return sorted(case.reference or GONE for case in cases)


def lists(found: Grounds | None, say: Say) -> list[Listing]:
    """The lists under the lines."""
    if found is None:
        return []
    lists = (
        ("counting", found.counting, 7),
        ("set_aside", found.set_aside, 2),
        ("forms", found.forms, 3),
    )
    return [
        Listing(
            name,
            say(f"notice.{name}", number=len(items)),
            items,
            least,
            between=say("notice.between"),
        )
        for name, items, least in lists
        if items
    ]


def under(code: str, document: Mapping[str, Any], found: Grounds | None, say: Say) -> list[str]:
    """The remarks under a line's sentence."""
    return {
        "change": _under_change,
        "all_best": _under_all_alike,
        "all_worst": _under_all_alike,
        "complaints": _under_complaints,
    }[code](document, found, say)


def _under_change(document: Mapping[str, Any], found: Grounds | None, say: Say) -> list[str]:
    both = {name: document[f"mean_{name}"] or "–" for name in ("forms", "visits")}
    told = [say("notice.means", by_form=both["forms"], by_visit=both["visits"])]
    if last := document.get("previous_document"):
        told.append(
            say("notice.last_month", version=last["version"], hash=printed.short(last["hash"]))
        )
    return told


def _under_all_alike(document: Mapping[str, Any], found: Grounds | None, say: Say) -> list[str]:
    return [say("notice.same_forms", forms=document["forms"], complete=document["complete"])]


def _under_complaints(document: Mapping[str, Any], found: Grounds | None, say: Say) -> list[str]:
    told = [tiers(document, say)]
    if found and found.customer + found.supervision:
        told.append(say("notice.sources", customer=found.customer, supervision=found.supervision))
    return told


def tiers(document: Mapping[str, Any], say: Say) -> str:
    """What stands beside the row: the row with the cases set aside, and how many are usual."""
    details = document["complaint_details"]
    told = say(
        "notice.tiers",
        without=document["complaints"]["tier"],
        with_them=details["with_set_aside"]["tier"],
        per_100=details["per_100_visits"] or "–",
    )
    if usual := details.get("usual"):
        told += " " + say("notice.usual", low=usual["from"], high=usual["to"])
    return told
