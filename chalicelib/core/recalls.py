"""Re-calls: of each caller one finished pick of a draw is called once more, by somebody else.

Chance chooses by a ticket of its own, made from the pick's: the list that callers get is in the
order of the tickets, and whoever knew that its first row is checked could be careful there alone.
Once the draw is revealed, anybody can find the same picks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core import calls
from chalicelib.core.draws import Pick
from chalicelib.core.people import Member
from chalicelib.core.tickets import ticket


def recall_ticket(pick: Pick) -> str:
    """The ticket by which chance chooses among finished picks: the lowest is called again."""
    return ticket(pick.ticket, pick.visit_id)


def chosen(
    picks: Sequence[Pick], finished: Sequence[Pick], members: Sequence[Member]
) -> list[Pick]:
    """Of the picks of one draw those to be called again, each with `recall_by`.

    `finished` are those whose call has come to an end. A caller of whom one is chosen already gets
    no second; where nobody else may judge the unit none is chosen.
    """
    done = {pick.caller for pick in picks if pick.recall_by}
    load = Counter(pick.recall_by for pick in picks if pick.recall_by)
    found = []
    for caller in sorted({pick.caller for pick in finished if pick.caller} - done):
        own = [pick for pick in finished if pick.caller == caller]
        for pick in sorted(own, key=recall_ticket):
            other = _another(pick, members, load)
            if other:
                load[other] += 1
                found.append(replace(pick, recall_by=other))
                break
    return found


def _another(pick: Pick, members: Sequence[Member], load: Counter[str]) -> str:
    """Who calls it again: the caller with the fewest re-calls, or a lead where there is none."""
    leads = [member for member in members if member.role == "lead"]
    for who in (calls.callers(members), leads):
        free = [m.mail for m in who if m.mail != pick.caller and pick.unit not in m.recusals]
        if free:
            return min(free, key=lambda mail: (load[mail], mail))
    return ""
