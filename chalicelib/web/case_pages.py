"""The customer's page of his case, and asking for it by number and code."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final, NamedTuple

from chalice.app import Response

from chalicelib.core import case_messages
from chalicelib.core.saving import Busy
from chalicelib.services.case_lookup import Found, Waiting
from chalicelib.services.case_pages import CaseShown
from chalicelib.web import html
from chalicelib.web.asked import Asked
from chalicelib.web.complaint_pages import text_errors

SHOWN: Final = 300
"""Characters of a message that the page shows."""

LINES: Final = 15
"""The latest lines of the story that the page shows."""


class Wait(NamedTuple):
    """How long to wait, as people say it: so many seconds or minutes."""

    unit: str
    number: int


def show(asked: Asked, secret: str) -> Response:
    """The case behind a link."""
    shown = asked.services.case_pages.show(secret, asked.now)
    return _case(asked, shown, switch=True) if shown else gone(asked)


def add(asked: Asked, secret: str) -> Response:
    """What the customer adds to his case."""
    form, pages = asked.form, asked.services.case_pages
    objects = form.has("objects")
    errors = text_errors(form.of("text"), needed=not objects)
    if errors:
        return _refused(asked, secret, errors, HTTPStatus.BAD_REQUEST)
    try:
        shown = pages.add(secret, form.of("text"), form.of("nonce"), asked.now, objects=objects)
    except Busy:
        return _refused(asked, secret, {"text": "busy"}, HTTPStatus.SERVICE_UNAVAILABLE)
    return _case(asked, shown, added=True) if shown else gone(asked)


def gone(asked: Asked) -> Response:
    """A link that opens nothing: never issued, mistyped or run out, all the same."""
    return html.told("gone", asked, HTTPStatus.NOT_FOUND)


def show_lookup(asked: Asked) -> Response:
    """The form for number and code."""
    return _lookup(asked, switch=True)


def look_up(asked: Asked) -> Response:
    """The case; or the form again, which says no more than that the two do not fit."""
    form = asked.form
    number, code = form.of("case_number"), form.of("code")
    found = asked.services.case_lookup.look_up(number, code, asked.address, asked.now)
    if isinstance(found, Found):
        return _case(asked, found.shown, bookmark=html.path(asked, "c", found.secret))
    if isinstance(found, Waiting):
        return _waiting(asked, found.until - asked.now)
    return _lookup(asked, HTTPStatus.NOT_FOUND, wrong=True)


def _case(
    asked: Asked,
    shown: CaseShown,
    status: int = 200,
    *,
    switch: bool = False,
    added: bool = False,
    bookmark: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    lines = shown.story.lines
    return html.page(
        "case.html",
        asked,
        status,
        own=shown.language,
        switch=switch,
        case=shown.story,
        lines=lines[-LINES:],
        earlier=max(0, len(lines) - LINES),
        shown=SHOWN,
        added=added,
        bookmark=bookmark,
        nonce=asked.services.nonce(),
        typed=typed or {},
        errors=errors or {},
    )


def _refused(asked: Asked, secret: str, errors: Mapping[str, str], status: HTTPStatus) -> Response:
    """The page again, with what was typed."""
    shown = asked.services.case_pages.show(secret, asked.now)
    if shown is None:
        return gone(asked)
    kept = {**asked.form, "text": asked.form.of("text")[: case_messages.LONGEST]}
    return _case(asked, shown, status, typed=kept, errors=errors)


def _waiting(asked: Asked, left: timedelta) -> Response:
    seconds = max(1, -(left // timedelta(seconds=-1)))
    wait = (
        Wait("seconds", seconds) if seconds < _MINUTE else Wait("minutes", -(-seconds // _MINUTE))
    )
    headers = {"Retry-After": str(seconds)}
    return _lookup(asked, HTTPStatus.TOO_MANY_REQUESTS, wait=wait, headers=headers)


_MINUTE: Final = 60


def _lookup(
    asked: Asked,
    status: int = 200,
    *,
    switch: bool = False,
    wrong: bool = False,
    wait: Wait | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The form; the code is never written back."""
    return html.page(
        "lookup.html",
        asked,
        status,
        switch=switch,
        headers=headers,
        links=("",),
        typed={"case_number": asked.form.of("case_number")[:_MOST_TYPED]},
        errors={},
        wrong=wrong,
        wait=wait,
    )


_MOST_TYPED: Final = 100
