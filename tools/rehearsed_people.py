"""Who is who in a rehearsal, the telephones of supervision, and the rulebook that names them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.recount_rules import RULEBOOK

LEAD: Final = "chen.li@supervision.example"
SECOND_LEAD: Final = "li.na@supervision.example"
READERS: Final = ("zhou.ning@supervision.example", "ann.moor@supervision.example")
HR: Final = "wu.dan@personnel.example"
CALLERS: Final = (*READERS, LEAD)
"""Who calls customers; the second lead decides on what they found."""

SUPERVISION: Final[Mapping[str, object]] = {
    "members": [
        {"name": "陈立", "mail": LEAD, "role": "lead"},
        {"name": "李娜", "mail": SECOND_LEAD, "role": "lead"},
        {"name": "周宁", "mail": READERS[0], "role": "supervisor"},
        {"name": "Ann Moor", "mail": READERS[1], "role": "supervisor"},
        {"name": "吴丹", "mail": HR, "role": "hr"},
        {"name": "Jo Field", "mail": "jo.field@audit.example", "role": "auditor"},
    ]
}
"""As `tools people` takes it."""

DESK: Final = "+862158380001"
CALLS: Final = {"calls_per_week": (200, 4), "min_per_unit": (3, 2), "incident_calls": (10, 2)}
"""So few that the draw has to choose, and that most forms stand as their customers gave them:
key of the rulebook → its number there and in a rehearsal."""

DUTY: Final = ("+85261110001", "+85261110002")
"""The desk's telephone; the duty phones, of which the first is always silent."""


def manager(unit: str) -> str:
    """The mail address of a unit's manager."""
    return f"manager@{unit}.example"


def write_rulebook(path: Path) -> Path:
    """The project's rulebook with these telephones and few calls a week; the path, written."""
    rules = RULEBOOK.read_text("utf-8")
    duty = ", ".join(f'"{number}"' for number in DUTY)
    for old, new in (
        ('desk_number = ""', f'desk_number = "{DESK}"'),
        ("duty_numbers = []", f"duty_numbers = [{duty}]"),
        *((f"{key} = {usual}", f"{key} = {few}") for key, (usual, few) in CALLS.items()),
    ):
        if rules.count(f"\n{old}\n") != 1:
            raise ValueError(f"the rulebook has no line {old}")
        rules = rules.replace(f"\n{old}\n", f"\n{new}\n")
    path.write_text(rules, "utf-8")
    return path
