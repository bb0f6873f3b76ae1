"""Loads units, technicians, members and tokens as a file names them: all of it or, if wrong, none.

A row replaces the record of its key; what the file does not name stays as it is.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Protocol

from chalicelib import toml_values as toml
from chalicelib.core import calendar
from chalicelib.core.effects import Effect
from chalicelib.core.people import MAIL, ROLES, SCOPES, ApiToken, Member, Technician, Unit
from chalicelib.core.rules import Rulebook
from chalicelib.core.uploads import IDENTIFIER, ParsedPhone
from chalicelib.services import phone_numbers
from chalicelib.texts import LOCALES
from chalicelib.toml_values import Flaw, Reader

Record = Unit | Technician | Member | ApiToken


class People(Protocol):
    def units(self) -> list[Unit]: ...
    def members(self) -> list[Member]: ...
    def put(self, record: Record) -> str: ...


class PeopleError(ValueError):
    """The file is refused and nothing was written; `flaws` is all that is wrong."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(map(str, flaws)))
        self.flaws = flaws


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: table → outcome ("created", "changed", "unchanged") → rows.

    `others` are the mail addresses of members whom the file does not name.
    """

    counts: Mapping[str, Mapping[str, int]]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the file, in its order."""

    units: Sequence[Unit] = ()
    technicians: Sequence[Technician] = ()
    members: Sequence[Member] = ()
    tokens: Sequence[ApiToken] = ()


def load(
    people: People,
    parsed: Mapping[str, object],
    rules: Rulebook,
    now: datetime,
    plan: Callable[[Effect], None],
) -> Loaded:
    """Put what the tables units, technicians, members and tokens of `parsed` name.

    A unit is assessed from the month of `now`, in which it is first named. A wrong file is a
    PeopleError. What a crash left half done a repeat completes. `plan` stores the mail to all leads
    about members who are new or change their role, before any of them can do anything.
    """
    month = calendar.month_of(now, rules)
    rows = _rows(parsed, rules)
    known_units = {unit.unit_id: unit for unit in people.units()}
    known_members = people.members()
    _refuse(_between_rows(rows, known_units, known_members))
    dated = [_dated(unit, known_units.get(unit.unit_id), month) for unit in rows.units]
    mail = _mail(rows.members, known_members, now)
    if mail is not None:
        plan(mail)
    counts = {
        "units": Counter(map(people.put, dated)),
        "technicians": Counter(map(people.put, rows.technicians)),
        "members": Counter(map(people.put, rows.members)),
        "tokens": Counter(map(people.put, rows.tokens)),
    }
    named = {_address(member.mail) for member in rows.members}
    others = (member.mail for member in known_members if _address(member.mail) not in named)
    return Loaded(counts, tuple(others))


def _mail(members: Sequence[Member], known: Collection[Member], now: datetime) -> Effect | None:
    """The mail about members whose role is new; None where nobody's is."""
    before = {_address(member.mail): member.role for member in known}
    told = [
        {
            "name": member.name,
            "mail": member.mail,
            "before": before.get(_address(member.mail), ""),
            "role": member.role,
        }
        for member in members
        if before.get(_address(member.mail)) != member.role
    ]
    if not told:
        return None
    rows = json.dumps(told, ensure_ascii=False)
    cause = f"members.{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    return Effect(cause, 0, "mail", "members_changed", now, {"rows": rows})


def _dated(unit: Unit, known: Unit | None, month: str) -> Unit:
    """The unit with its first month, which no later load moves."""
    return replace(unit, since=(known.since if known else "") or month)


def _refuse(flaws: Iterable[Flaw]) -> None:
    found = list(flaws)
    if found:
        raise PeopleError(found)


# Each row by itself


def _name(longest: int) -> Reader:
    """As long as in an upload, and as free of what would break a line."""
    pattern = rf"(?=\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029]{{1,{longest}}}(?<=\S)"
    return toml.text(pattern, f"a name of 1 to {longest} characters, no space at its ends")


def _phone(value: object) -> str:
    written = str(toml.text(r"\+[1-9][0-9]{6,14}", 'a number such as "+8613800000000"')(value))
    meant = phone_numbers.parse(written, "")
    if isinstance(meant, ParsedPhone) and meant.e164 != written:
        raise Flaw(f"must be written {meant.e164}, is {written}")
    return written


_ID: Final = toml.text(IDENTIFIER.pattern, "letters, digits and . _ -, 1 to 64")
_MAIL: Final = toml.text(MAIL.pattern, "a mail address")
_LANGUAGE: Final = toml.one_of(LOCALES)


def _readers(rules: Rulebook) -> Mapping[str, Reader]:
    """Table → the reader of one of its rows."""
    language = rules.languages[0]
    return {
        "units": toml.table(
            {"id": _ID, "name": _name(100), "manager_email": _MAIL, "language": _LANGUAGE},
            partial(Unit, language=language),
            optional=("manager_email", "language"),
            renamed={"id": "unit_id"},
        ),
        "technicians": toml.table(
            {"unit": _ID, "name": _name(64), "phone": _phone}, Technician, optional=("phone",)
        ),
        "members": toml.table(
            {
                "name": _name(60),
                "mail": _MAIL,
                "role": toml.one_of(ROLES),
                "phone": _phone,
                "language": _LANGUAGE,
                "recusals": toml.list_of(_ID),
            },
            partial(Member, language=language),
            optional=("phone", "language", "recusals"),
        ),
        "tokens": toml.table(
            {
                "sha256": toml.text("[0-9a-f]{64}", "a SHA-256 of 64 hex digits, lower case"),
                "scopes": toml.list_of(toml.one_of(SCOPES), shortest=1),
                "unit": _ID,
            },
            ApiToken,
            optional=("unit",),
        ),
    }


def _rows(parsed: Mapping[str, object], rules: Rulebook) -> _Rows:
    readers = _readers(rules)
    flaws = [Flaw("unknown key", (key,)) for key in parsed if key not in readers]
    rows = {table: _read(table, readers[table], parsed.get(table, []), flaws) for table in readers}
    _refuse(flaws)
    return _Rows(**rows)


def _read(table: str, reader: Reader, value: object, flaws: list[Flaw]) -> Sequence[Any]:
    """The rows of one table; what is wrong with them goes to `flaws`."""
    if not isinstance(value, list):
        flaws.append(Flaw(f"must be rows [[{table}]]", (table,)))
        return ()
    found = []
    for index, row in enumerate(value):
        try:
            found.append(toml.at(table, toml.at(index, reader))(row))
        except Flaw as flaw:
            flaws.append(flaw)
    return found


# Rows beside each other and beside what is stored


def _between_rows(
    rows: _Rows, units: Mapping[str, Unit], members: Collection[Member]
) -> Iterator[Flaw]:
    yield from _twice("units", "id", rows.units, lambda unit: unit.unit_id)
    yield from _twice("technicians", "name", rows.technicians, lambda one: (one.unit, one.name))
    yield from _twice("members", "mail", rows.members, lambda member: _address(member.mail))
    yield from _twice("tokens", "sha256", rows.tokens, lambda token: token.sha256)
    yield from _unknown_units(rows, {*units, *(unit.unit_id for unit in rows.units)})
    yield from _on_both_sides(rows, units, members)
    for index, token in enumerate(rows.tokens):
        if token.unit and "visits:read" in token.scopes:
            reason = "shows grades, and no unit reads them before its notice: leave out the unit"
            yield Flaw(f'"visits:read" {reason}', ("tokens", index, "scopes"))


def _twice(
    table: str, column: str, rows: Sequence[Any], key: Callable[[Any], object]
) -> Iterator[Flaw]:
    first: dict[object, int] = {}
    for index, row in enumerate(rows):
        earlier = first.setdefault(key(row), index)
        if earlier != index:
            yield Flaw(f"is that of {table}[{earlier + 1}] already", (table, index, column))


def _unknown_units(rows: _Rows, known: Collection[str]) -> Iterator[Flaw]:
    named = [(("technicians", i, "unit"), one.unit) for i, one in enumerate(rows.technicians)]
    named += [(("tokens", i, "unit"), one.unit) for i, one in enumerate(rows.tokens) if one.unit]
    for place, unit in named:
        if unit not in known:
            yield Flaw(f"unknown unit {unit}", place)
    for index, member in enumerate(rows.members):
        for at, unit in enumerate(member.recusals):
            if unit not in known:
                yield Flaw(f"unknown unit {unit}", ("members", index, "recusals", at))


def _on_both_sides(
    rows: _Rows, units: Mapping[str, Unit], members: Collection[Member]
) -> Iterator[Flaw]:
    """No address is both member and unit person (DESIGN 10), in the file or with those stored."""
    after = {**units, **{unit.unit_id: unit for unit in rows.units}}
    managed = {_address(unit.manager_email): unit.unit_id for unit in after.values()}
    for index, row in enumerate(rows.members):
        if _address(row.mail) in managed:
            unit_id = managed[_address(row.mail)]
            yield Flaw(f"is the manager's of unit {unit_id}", ("members", index, "mail"))
    stored = {_address(member.mail) for member in members}
    stored -= {_address(row.mail) for row in rows.members}
    for index, unit in enumerate(rows.units):
        if _address(unit.manager_email) in stored:
            yield Flaw("is a member's", ("units", index, "manager_email"))


def _address(mail: str) -> str:
    """A mail address as it is compared; the store knows members by the same."""
    return mail.lower()
