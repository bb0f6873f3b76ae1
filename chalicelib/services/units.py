"""Units are named by supervision's system or by hand; visits refer to them."""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.core.people import MAIL, Member, Unit
from chalicelib.core.uploads import IDENTIFIER, FieldError

KEYS = ("name", "manager_email", "language")


class People(Protocol):
    def unit(self, unit_id: str) -> Unit | None: ...
    def member(self, mail: str) -> Member | None: ...
    def put(self, record: Unit) -> str: ...


def put(people: People, unit_id: str, body: object, month: str) -> Unit | tuple[FieldError, ...]:
    """Create or rename a unit from `{"name", "manager_email"?, "language"?}`, or say why not.

    `month` is the present one: a unit is assessed from the month in which it is first named.
    """
    if not isinstance(body, Mapping):
        return (FieldError("", "a unit is an object"),)
    values = {key: value for key, value in body.items() if value not in (None, "")}
    errors = (*_shape_errors(unit_id, values), *_unknown(body))
    if errors:
        return errors
    if "manager_email" in values and people.member(values["manager_email"]):
        return (FieldError("manager_email", "is a member's: nobody is on both sides"),)
    known = people.unit(unit_id)
    fields = {key: value.strip() for key, value in values.items()}
    unit = Unit(unit_id, **fields, since=known.since if known else month)
    people.put(unit)
    return unit


def _shape_errors(unit_id: str, values: Mapping[str, object]) -> list[FieldError]:
    checks = (
        ("unit", IDENTIFIER.fullmatch(unit_id), "letters, digits and . _ - only, 1 to 64"),
        ("name", _is_name(values.get("name")), "1 to 100 characters without control characters"),
        ("manager_email", _is_mail(values.get("manager_email", "a@b")), "no mail address"),
        ("language", values.get("language", "zh") in ("zh", "en"), "zh or en"),
    )
    return [FieldError(field, reason) for field, holds, reason in checks if not holds]


def _unknown(body: Mapping[str, object]) -> list[FieldError]:
    return [FieldError(str(key), "unknown key") for key in body if key not in KEYS]


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip()) and len(name) <= 100 and name.isprintable()


def _is_mail(mail: object) -> bool:
    return isinstance(mail, str) and MAIL.fullmatch(mail) is not None
