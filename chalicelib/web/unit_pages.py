"""The page on which a unit answers one case, opened by the link that was mailed to it.

It shows what the unit may see and nothing else, and nothing that differs from one opening to the
next. Looking at the customer's name and number is an act, not a part of the page.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from chalice.app import Response

from chalicelib.core import case_pauses
from chalicelib.core.acts import ActError
from chalicelib.core.case_views import Shown
from chalicelib.services.case_unit import Answer, At
from chalicelib.web import html
from chalicelib.web.asked import Asked, Fields
from chalicelib.web.case_pages import gone

BY: Final = "link"

SHOWN: Final = 1_000
"""Characters of a text that the page shows."""

WORDS: Final = ("fault", "cause", "measure")
INSTANTS: Final = ("forwarded_at", "answer_by", "solve_by")


class _TypedError(ValueError):
    """A field was left open that the unit's answer hangs on."""

    def __init__(self, **errors: str) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def show(asked: Asked, token: str) -> Response:
    """The case behind a link."""
    at = asked.services.unit_desk.opened(token, asked.now)
    return _shown(asked, at, switch=True) if at else gone(asked)


def act(asked: Asked, token: str) -> Response:
    """What the unit does with its case; or the page again, with what was typed."""
    at = asked.services.unit_desk.opened(token, asked.now)
    if at is None:
        return gone(asked)
    name = asked.form.of("act")
    try:
        note, customer = _ACTS[name](asked, at) if name in _ACTS else ("", None)
    except _TypedError as error:
        return _refused(asked, at, error.errors)
    except ActError as error:
        return _refused(asked, at, _errors(error, name))
    return _shown(asked, at, note=note, customer=customer)


_Done = tuple[str, Shown | None]
"""What the page says of an act (see `page.unit.note.…`), and the customer if he was looked at."""


def _answer(asked: Asked, at: At) -> _Done:
    form = asked.form
    errors = _left_open(form)
    if errors:
        raise _TypedError(**errors)
    day = form.of("day") if form.of("done") == "no" else ""
    told = Answer(form.of("fault"), form.of("cause"), form.of("measure"), day)
    asked.services.unit_desk.answer(at, told, BY, asked.now)
    return "answered", None


def _left_open(form: Fields) -> dict[str, str]:
    """What an answer lacks, all of it at once."""
    errors = {name: "empty" for name in WORDS if not form.of(name).strip()}
    if form.of("done") not in ("yes", "no"):
        errors["done"] = "choose"
    if form.of("done") == "no" and not form.of("day"):
        errors["day"] = "day"
    return errors


def _solve(asked: Asked, at: At) -> _Done:
    asked.services.unit_desk.solve(at, BY, asked.now)
    return "solved", None


def _redate(asked: Asked, at: At) -> _Done:
    form = asked.form
    asked.services.unit_desk.redate(at, form.of("day"), form.of("why"), BY, asked.now)
    return "redated", None


def _pause(asked: Asked, at: At) -> _Done:
    form, desk = asked.form, asked.services.unit_desk
    if desk.view(at).get("paused_until") != "asked":
        desk.ask_pause(at, form.of("reason"), form.of("until"), BY, asked.now)
    return "pause_asked", None


def _customer(asked: Asked, at: At) -> _Done:
    customer = asked.services.unit_desk.customer(at, BY, asked.now)
    return ("customer" if customer else "no_customer"), customer


_ACTS: Final[Mapping[str, Callable[[Asked, At], _Done]]] = {
    "answer": _answer,
    "solve": _solve,
    "redate": _redate,
    "pause": _pause,
    "customer": _customer,
}


def _errors(error: ActError, act: str) -> Mapping[str, str]:
    """Field → what is wrong with it; {} where the case has moved on meanwhile."""
    field = error.facts.get("field", "")
    of_code = {
        "empty_text": {field: "empty"},
        "long_text": {field: "long_text"},
        "bad_day": {"until" if act == "pause" else "day": "day"},
        "unknown_reason": {"reason": "choose"},
    }
    return of_code.get(error.code, {})


def _refused(asked: Asked, at: At, errors: Mapping[str, str]) -> Response:
    status = HTTPStatus.BAD_REQUEST if errors else HTTPStatus.CONFLICT
    note = "" if errors else "moved_on"
    return _shown(asked, at, status, note=note, typed=asked.form, errors=errors)


def _shown(
    asked: Asked,
    at: At,
    status: int = 200,
    *,
    switch: bool = False,
    note: str = "",
    customer: Shown | None = None,
    typed: Fields | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The page; a case that went to another unit since is as gone as a link nobody knows."""
    try:
        view = asked.services.unit_desk.view(at)
    except ActError:
        return gone(asked)
    unit = asked.services.people.unit(at.unit)
    return html.page(
        "unit.html",
        asked,
        status,
        own=unit.language if unit else "",
        switch=switch,
        links=(),
        case=_case(view),
        customer=customer,
        note=note,
        reasons=case_pauses.REASONS,
        shown=SHOWN,
        typed=typed or {},
        errors=errors or {},
    )


def _case(view: Shown) -> Mapping[str, str | datetime]:
    """The view with its instants, and "" for what it leaves out."""
    shown: dict[str, str | datetime] = defaultdict(str, view)
    return shown | {name: datetime.fromisoformat(view[name]) for name in INSTANTS if name in view}
