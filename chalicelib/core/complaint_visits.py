"""Which visit a complaint from a page is about: the phone tells, a job number only picks.

A stranger can type any job number, count it up, or name any unit, and each complaint costs a unit
money. So a number or a unit alone matches nothing; the phone of the visit does, as with a text,
also one that the unit has replaced since: else it could keep its customers' complaints off itself.
Whatever does not match, or contradicts itself, waits without a unit until two supervisors assign
one (DESIGN 6).
"""

from chalicelib.core.visits import Visit, VisitKey, asked_number, called_number


def visit_complained_of(
    phone: str, named: Visit | None, last: VisitKey | None, unit: str
) -> VisitKey | None:
    """The visit a complaint belongs to, None if that is for supervision to find out.

    `phone` is the number left to be called on (E.164 or ""), `named` the visit whose job number
    was typed, `last` the one completed last on that phone, `unit` the id of the unit that was
    named ("" for none or one nobody knows).
    """
    if not phone:
        return None
    found = last
    if named is not None:
        known = phone in (named.facts.phone, asked_number(named), called_number(named))
        found = named.key if known or named.key == last else None
    contradicted = found is not None and unit not in ("", found.unit)
    return None if contradicted else found
