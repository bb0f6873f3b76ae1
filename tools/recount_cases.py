"""Which complaints a month has, from what customers brought and what supervision said of it.

Nothing of `chalicelib` is imported. One member alone makes a complaint of what came in; whatever
makes it count less needs two who say the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tools.recount_rules import Rules

COMPLAINT: Final = "complaint"
LOWERS: Final = {
    "read-case": "kind",
    "label-case": "standing",
    "assign-case": "unit",
}
"""Act → what it says of a case."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Something that came in: when, from whom as the network tells, of which unit ("" none)."""

    at: datetime
    caller: str
    unit: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a member did to what `caller` brought at `brought_at`; `says` by the key of the act."""

    at: datetime
    by: str
    verb: str
    caller: str
    brought_at: datetime
    says: Mapping[str, str]


def complaints(
    brought: Iterable[Brought], acts: Sequence[Act], rules: Rules
) -> Counter[tuple[str, str]]:
    """(unit, month) → how many count; what no unit has counts for nobody."""
    of: dict[tuple[str, datetime], list[Act]] = defaultdict(list)
    for act in acts:
        of[act.caller, act.brought_at].append(act)
    counted: Counter[tuple[str, str]] = Counter()
    for each in brought:
        mine = of[each.caller, each.at]
        unit = _agreed(mine, "assign-case") or each.unit
        read = any(act.verb == "read-case" and act.says["kind"] == COMPLAINT for act in mine)
        is_other = not read and _agreed(mine, "read-case") != ""
        if unit and not is_other and _agreed(mine, "label-case") in ("", "counts"):
            counted[unit, rules.month(each.at)] += 1
    return counted


def _agreed(acts: Iterable[Act], verb: str) -> str:
    """What two members have said with this act, "" if no two said the same."""
    said: dict[str, set[str]] = defaultdict(set)
    for act in acts:
        if act.verb == verb and LOWERS[verb] in act.says:
            said[act.says[LOWERS[verb]]].add(act.by)
    return next((value for value, members in said.items() if len(members) > 1), "")
