"""Incidents: forms that did not hold, and the further calls that they call for (DESIGN 3)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.core.draws import Pick
from chalicelib.core.unit_draw import INCIDENT
from chalicelib.core.verification import Incident
from chalicelib.core.visits import Visit


def opened(visit: Visit, kind: str, now: datetime, calls: int, settlement: str = "") -> Incident:
    """An incident of a visit's technician, which calls for `calls` more calls."""
    facts = visit.facts
    return Incident(facts.unit, facts.technician, facts.visit_id, kind, now, calls, settlement)


def owed(incidents: Iterable[Incident]) -> dict[str, int]:
    """ "unit/technician" → calls still owed outside the quota, where there are any."""
    found: Counter[str] = Counter()
    for incident in incidents:
        found[_whose(incident)] += incident.owed
    return {name: calls for name, calls in sorted(found.items()) if calls > 0}


def spent(incidents: Iterable[Incident], picks: Iterable[Pick]) -> list[Incident]:
    """The incidents that a draw's picks bring nearer their end, to be saved; the earliest first.

    Each pick chosen for an incident pays one call of its technician's earliest open one.
    """
    paid = Counter(_technician(pick) for pick in picks if pick.why == INCIDENT and not pick.reserve)
    changed = []
    for incident in _by_age(incidents):
        calls = min(incident.owed, paid[_whose(incident)])
        if calls > 0:
            paid[_whose(incident)] -= calls
            changed.append(replace(incident, owed=incident.owed - calls))
    return changed


def _by_age(incidents: Iterable[Incident]) -> Sequence[Incident]:
    return sorted(incidents, key=lambda each: (each.opened_at, each.unit, each.visit_id, each.kind))


def _whose(incident: Incident) -> str:
    return f"{incident.unit}/{incident.technician}"


def _technician(pick: Pick) -> str:
    """ "unit/technician" of a stratum "unit/technician/answered"; the name may hold a stroke."""
    return pick.stratum.rpartition("/")[0]
