"""What members do: which role may do which act, and the one error with which an act is refused."""

from collections.abc import Mapping
from typing import Final

from chalicelib.core.people import Member

SUPERVISION: Final = ("supervisor", "lead")

MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "read-case": SUPERVISION,
    "show-case": (*SUPERVISION, "auditor"),
    "label-case": SUPERVISION,
    "assign-case": SUPERVISION,
    "forward": SUPERVISION,
    "grant-pause": SUPERVISION,
    "refuse-pause": SUPERVISION,
    "end-pause": SUPERVISION,
    "follow-up": SUPERVISION,
    "object": SUPERVISION,
    "rule": ("lead",),
    "sign": ("lead",),
    "question": ("hr",),
    "answer": SUPERVISION,
    "issue": ("hr",),
    "amend": (*SUPERVISION, "auditor"),
    "approve": ("lead", "auditor"),
    "refuse": ("lead", "auditor"),
    "show-month": (*SUPERVISION, "hr", "auditor"),
    "observe": SUPERVISION,
    "acknowledge": (*SUPERVISION, "admin"),
    "ack-list": SUPERVISION,
    "call-attempt": SUPERVISION,
    "call-bridge": SUPERVISION,
    "call-told": SUPERVISION,
    "call-choose": SUPERVISION,
    "call-again": SUPERVISION,
    "call-done": SUPERVISION,
    "show-calls": SUPERVISION,
    "approve-void": ("lead",),
    "refuse-void": ("lead",),
    "stop-sending": ("lead", "admin"),
    "start-sending": ("lead", "admin"),
}
"""Act → the roles that may do it (DESIGN 3, calls; 6, cases; 8, months; 10, sending)."""


class ActError(Exception):
    """An act was refused and nothing of it was kept: a code, and facts for its sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def allow(act: str, by: Member, unit: str = "") -> None:
    """Return if `by` may do `act` on something of `unit` ("" is nobody's); else ActError.

    Codes: "role" (facts act, role, roles), "recused" (facts unit): he never judges that unit.
    """
    if by.role not in MAY[act]:
        raise ActError("role", act=act, role=by.role, roles=", ".join(MAY[act]))
    if unit and unit in by.recusals:
        raise ActError("recused", unit=unit)
