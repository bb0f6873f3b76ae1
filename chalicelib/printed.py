"""Pages that are printed: their templates, and how figures and days are written on them.

Such a page is whole in one file: its style sheet lies in it, and it has no script, no picture and
no address of anything else. No element has a style of its own, so that a page can be served under
a policy that knows the style sheet by its hash.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.texts import Say

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates" / "printed"
_FIGURE: Final = re.compile(r"[0-9 .%–+-]+", re.ASCII)

_DIRECTIONS: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Unicode's controls of the direction of text: none of a name's own reaches what is around it."""


def render(template: str, say: Say, **values: Any) -> str:  # noqa: ANN401 # what it asks for
    """The page of a template in the language of `say`; every value is escaped."""
    return environment().get_template(template).render(say=say, style=style(), **values)


def signed(amount: int) -> str:
    """
    >>> signed(1000), signed(0), signed(-3000)
    ('+1000', '0', '-3000')
    """
    return f"{amount:+}" if amount else "0"


def percent(share: str | None) -> str:
    """A share, as a document has it, in whole percents.

    >>> percent("0.9250"), percent("1.0000"), percent(None)
    ('93%', '100%', '–')
    """
    if share is None:
        return "–"
    return f"{(100 * Decimal(share)).quantize(Decimal(1), ROUND_HALF_UP)}%"


def is_figure(value: object) -> bool:
    """Whether a cell holds a figure, which stands to the right in its column.

    >>> is_figure("+1000"), is_figure("48% – 92%"), is_figure(3), is_figure("U-1")
    (True, True, True, False)
    """
    return isinstance(value, int) or (isinstance(value, str) and bool(_FIGURE.fullmatch(value)))


def month(name: str, say: Say) -> str:
    """A month "2026-05" as people say it."""
    year, number = name.split("-")
    return say("printed.month", year=year, month=say(f"sms.month.{int(number)}"))


def day(at: date, say: Say) -> str:
    """A day as people say it, with its year."""
    named = say("sms.day", month=say(f"sms.month.{at.month}"), day=at.day)
    return say("printed.day", year=at.year, day=named)


def day_of(at: datetime, say: Say, zone: tzinfo) -> str:
    """The day of an instant by the clocks of `zone`."""
    return day(at.astimezone(zone).date(), say)


def isolated(name: str) -> str:
    """A name as it stands in a sentence: in whatever direction it runs, it turns nothing around."""
    return f"\u2068{name.translate(_DIRECTIONS)}\u2069"


def mark(month: Mapping[str, Any], say: Say) -> str:
    """What stands on every page: made offline, or a trial, or "" in earnest."""
    if month.get("offline"):
        return say("report_offline")
    return say("report_trial") if month["mode"] == "trial" else ""


def short(sha256: str) -> str:
    """As much of a hash as tells one document from another."""
    return sha256[:12]


def kind(month: Mapping[str, Any]) -> str:
    """Which sort of printed page it is in the style sheet: "offline", "trial", "paid"."""
    return "offline" if month.get("offline") else str(month["mode"])


@cache
def style() -> str:
    """The style sheet of all printed pages, safe to stand in them as it is."""
    from markupsafe import Markup

    return Markup((TEMPLATES / "print.css").read_text("utf-8"))  # noqa: S704 # our own file


@cache
def environment() -> "Environment":
    """The templates; every value is escaped, an unknown one is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["signed"] = signed
    made.tests["figure"] = is_figure
    return made
