"""Calls beyond the quota: owed after incidents, and spent as draws choose them (DESIGN 3)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from chalicelib.core.draws import Pick
from chalicelib.core.unit_draw import INCIDENT
from chalicelib.core.verification import Incident

MOST_AT_ONCE: Final = 80
"""Incidents that one draw serves, the earliest first: they are saved together with it."""


def owed(incidents: Iterable[Incident]) -> dict[str, int]:
    """ "unit/technician" → calls that his incidents still call for."""
    calls: Counter[str] = Counter()
    for incident in _open(incidents)[:MOST_AT_ONCE]:
        calls[f"{incident.unit}/{incident.technician}"] += incident.owed
    return dict(calls)


def spent(incidents: Iterable[Incident], picks: Iterable[Pick]) -> list[Incident]:
    """The incidents that these picks leave owed fewer calls, the earliest served first."""
    called = Counter(
        pick.stratum.rpartition("/")[0]
        for pick in picks
        if pick.why == INCIDENT and not pick.reserve
    )
    changed = []
    for incident in _open(incidents):
        name = f"{incident.unit}/{incident.technician}"
        served = min(incident.owed, called[name])
        if served:
            called[name] -= served
            changed.append(replace(incident, owed=incident.owed - served))
    return changed


def _open(incidents: Iterable[Incident]) -> list[Incident]:
    still = (incident for incident in incidents if incident.owed > 0)
    return sorted(still, key=lambda one: (one.opened_at, one.unit, one.kind, one.visit_id))
