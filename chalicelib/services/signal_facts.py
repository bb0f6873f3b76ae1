"""Gathers what the reasons to call look at, from what is stored of a visit and around it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from chalicelib.core import devices, sending
from chalicelib.core.devices import DeviceForm
from chalicelib.core.grades import Grades
from chalicelib.core.observations import Observation, is_observed
from chalicelib.core.people import Technician
from chalicelib.core.phones import Phone, names_near
from chalicelib.core.rules import Rulebook
from chalicelib.core.signals import SignalFacts
from chalicelib.core.visits import Visit, asked_number, merged
from chalicelib.services import phone_numbers

EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before the first observation."""

FactsOf = Callable[[Visit], SignalFacts]
"""What the reasons look at, of one visit."""


class Technicians(Protocol):
    def technicians(self, unit: str) -> list[Technician]: ...


class Phones(Protocol):
    def get(self, number: str) -> Phone: ...


class Devices(Protocol):
    def forms(self, device: str) -> list[DeviceForm]: ...


class Observations(Protocol):
    def of_unit(self, unit: str, since: datetime) -> list[Observation]: ...


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside a visit: technicians' phones (E.164), the phone, forms, observations.

    `device_forms` are all forms that came from the devices of this visit's forms.
    """

    technician_phones: Collection[str] = ()
    phone: Phone | None = None
    device_forms: Collection[DeviceForm] = ()
    observations: Collection[Observation] = ()


class SignalSources:
    """Where the facts around visits are read."""

    def __init__(
        self,
        people: Technicians,
        phones: Phones,
        devices: Devices,
        observations: Observations,
        rules: Rulebook,
    ) -> None:
        """Reads a phone for each visit that has one, and a device for each form that has one."""
        self._people = people
        self._phones = phones
        self._devices = devices
        self._observations = observations
        self._rules = rules

    def opened(self, units: Iterable[str]) -> FactsOf:
        """The facts of visits of these units, for one frame: what is theirs is read once."""
        ids = list(units)
        phones = {t.phone for unit in ids for t in self._people.technicians(unit) if t.phone}
        seen = {unit: self._observations.of_unit(unit, EVER) for unit in ids}
        return lambda visit: signal_facts(visit, self._around(visit, phones, seen), self._rules)

    def _around(
        self,
        visit: Visit,
        technician_phones: Collection[str],
        seen: Mapping[str, Collection[Observation]],
    ) -> Around:
        number = visit.facts.phone
        used = {answer.device for answer in visit.answers if answer.device}
        return Around(
            technician_phones,
            self._phones.get(number) if number else None,
            [form for device in sorted(used) for form in self._devices.forms(device)],
            seen.get(visit.facts.unit, ()),
        )


def signal_facts(visit: Visit, around: Around, rules: Rulebook) -> SignalFacts:
    """The facts of one visit as they stand now.

    Printed forms have no list of their numbers yet: `paper_numbers` stays empty.
    """
    facts = visit.facts
    zones = phone_numbers.zones_of(facts.country) or (rules.timezone,)
    first = min(visit.answers, key=lambda answer: answer.at, default=None)
    channels = {answer.channel for answer in visit.answers}
    return SignalFacts(
        grades=merged(visit.answers, with_late=True),
        forms={channel: _given_on(channel, visit) for channel in channels},
        not_me="not_me" in visit.remarks,
        phone=facts.phone,
        asked_phone=asked_number(visit),
        phone_names=names_near(around.phone, facts.completed_at) if around.phone else (),
        technician_phones=around.technician_phones,
        changed_fields={change.field for change in visit.changes},
        uploaded_at=visit.received_at,
        invitation_due_at=sending.first_slot(facts.completed_at, zones, rules, visit.salt),
        asked_at=_asked_at(visit, first.at) if first else None,
        answered_at=first.at if first else None,
        web_forms_at=[answer.at for answer in visit.answers if answer.device],
        device_forms_at=[form.at for form in around.device_forms if _is_anothers(form, visit)],
        observed=is_observed(visit, around.observations),
        crowded_out=visit.survey.reason == "crowded_out",
    )


def _is_anothers(form: DeviceForm, visit: Visit) -> bool:
    customer = devices.customer_of(form.device, visit.facts.phone)
    return devices.is_anothers(form, visit.facts.visit_id, customer)


def _given_on(channel: str, visit: Visit) -> Grades:
    return merged([a for a in visit.answers if a.channel == channel], with_late=True)


def _asked_at(visit: Visit, answered_at: datetime) -> datetime | None:
    asked = (visit.survey.invited_at, visit.survey.reminded_at)
    return max((at for at in asked if at is not None and at <= answered_at), default=None)
