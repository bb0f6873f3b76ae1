"""Who calls whom: picks handed to callers, evenly and never against a recusal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core.draws import Pick
from chalicelib.core.people import Member


def callers(members: Sequence[Member]) -> list[Member]:
    """Who makes verification calls: the supervisors, or the leads where there are none."""
    for role in ("supervisor", "lead"):
        found = [member for member in members if member.role == role]
        if found:
            return sorted(found, key=lambda member: member.mail)
    return []


def assigned(picks: Sequence[Pick], members: Sequence[Member]) -> tuple[Pick, ...]:
    """The picks with their callers: in ticket order each goes to whoever has fewest so far.

    A pick from whose unit every caller is recused keeps caller "" and is for a lead to settle.
    """
    load: Counter[str] = Counter()
    given = {pick.visit_id: _next(pick, members, load) for pick in sorted(picks, key=_by_ticket)}
    return tuple(replace(pick, caller=given[pick.visit_id]) for pick in picks)


def _by_ticket(pick: Pick) -> tuple[str, str]:
    return pick.ticket, pick.visit_id


def _next(pick: Pick, members: Sequence[Member], load: Counter[str]) -> str:
    free = [member.mail for member in callers(members) if pick.unit not in member.recusals]
    if not free:
        return ""
    chosen = min(free, key=lambda mail: (load[mail], mail))
    load[chosen] += 1
    return chosen


def over_capacity(picks: Sequence[Pick], a_day: int, days: int) -> list[str]:
    """The callers who have more calls than `a_day` on each of so many working days."""
    load = Counter(pick.caller for pick in picks if pick.caller)
    return sorted(mail for mail, number in load.items() if number > a_day * days)
