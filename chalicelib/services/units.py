"""Units are named by supervision's system or by hand; visits refer to them."""

import re
from collections.abc import Mapping
from typing import Protocol

from chalicelib.core.people import Unit
from chalicelib.core.uploads import IDENTIFIER, FieldError

_MAIL = re.compile(r"[^@\s<>,;\"\\]{1,64}@[A-Za-z0-9.-]{1,190}")


class People(Protocol):
    def unit(self, unit_id: str) -> Unit | None: ...
    def put(self, record: Unit) -> str: ...


def put(people: People, unit_id: str, body: object, month: str) -> Unit | tuple[FieldError, ...]:
    """Create or rename a unit from `{"name", "manager_email"?, "language"?}`, or say why not.

    `month` is the present one: a unit is assessed from the month in which it is first named.
    """
    if not isinstance(body, Mapping):
        return (FieldError("", "a unit is an object"),)
    values = {key: value for key, value in body.items() if value not in (None, "")}
    errors = _errors(unit_id, body, values)
    if errors:
        return errors
    known = people.unit(unit_id)
    fields = {key: str(value).strip() for key, value in values.items()}
    unit = Unit(unit_id, **fields, since=known.since if known else month)
    people.put(unit)
    return unit


def _errors(
    unit_id: str, body: Mapping[str, object], values: Mapping[str, object]
) -> tuple[FieldError, ...]:
    checks = (
        ("unit", IDENTIFIER.fullmatch(unit_id), "letters, digits and . _ - only, 1 to 64"),
        ("name", _is_name(values.get("name")), "1 to 100 characters without control characters"),
        ("manager_email", _is_mail(values.get("manager_email", "a@b")), "no mail address"),
        ("language", values.get("language", "zh") in ("zh", "en"), "zh or en"),
    )
    faults = [FieldError(field, reason) for field, holds, reason in checks if not holds]
    known = ("name", "manager_email", "language")
    faults += [FieldError(str(key), "unknown key") for key in body if key not in known]
    return tuple(faults)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip()) and len(name) <= 100 and name.isprintable()


def _is_mail(mail: object) -> bool:
    return isinstance(mail, str) and _MAIL.fullmatch(mail) is not None
