"""What of its month a unit may read: nothing that would show it a single form (DESIGN 8)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.core.case_views import FROM_SUPERVISION

FEW: Final = 5
"""Fewer forms than these have no mean of their own, and no comment of theirs is shown."""


def withheld(forms: Mapping[str, int]) -> frozenset[str]:
    """The groups of a whole, by name with their numbers of forms, whose mean is not to be shown.

    Those with fewer than FEW forms. The points of the whole are known, so what is left of them
    after the means that are shown belongs to the others: were those fewer than FEW forms together,
    the next larger groups are withheld too.

    >>> sorted(withheld({"Li": 9, "Wu": 3, "Xu": 7, "Yu": 0}))
    ['Wu', 'Xu']
    >>> sorted(withheld({"Li": 9, "Wu": 3, "Xu": 4}))
    ['Wu', 'Xu']
    """
    hidden = {name: number for name, number in forms.items() if 0 < number < FEW}
    others = sorted((number, name) for name, number in forms.items() if number >= FEW)
    for number, name in others if hidden else ():
        if sum(hidden.values()) >= FEW:
            break
        hidden[name] = number
    return frozenset(hidden)


def of_unit(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A document as its unit reads it; sums and hashes stay those of the whole.

    What it does not read is None: points and mean of a technician who is withheld, what calls found
    of each, and of few forms how often each grade was given. Cases have sources for channels.
    """
    shown = dict(entry)
    if known := entry.get("technicians"):
        shown["technicians"] = _technicians(known)
    if 0 < entry["forms"] < FEW:
        shown["items"] = None
    if details := entry.get("complaint_details"):
        shown["complaint_details"] = {**details, "channels": sources(details["channels"])}
    return shown


def sources(channels: Mapping[str, int]) -> dict[str, int]:
    """Where a unit's cases came from as it may read it: from customers, or from supervision.

    >>> sources({"hotline": 3, "sms": 1, "desk": 2})
    {'customer': 4, 'supervision': 2}
    """
    from_us = sum(number for name, number in channels.items() if name in FROM_SUPERVISION)
    return {"customer": sum(channels.values()) - from_us, "supervision": from_us}


_OF_CALLS: Final[Mapping[str, None]] = dict.fromkeys(("verified", "differs"))
_OF_FORMS: Final[Mapping[str, None]] = dict.fromkeys(("points", "mean"))


def _technicians(known: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    hidden = withheld({one["technician"]: one["forms"] for one in known})
    return [
        {**one, **_OF_CALLS, **(_OF_FORMS if one["technician"] in hidden else {})} for one in known
    ]
