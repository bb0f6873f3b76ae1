"""The survey behind its link: grades in words, a comment, and a way to be left alone."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from chalice.app import Response

from chalicelib import wording
from chalicelib.core import calendar, case_messages
from chalicelib.core.grades import ITEMS, POINTS, Grades
from chalicelib.core.saving import Busy
from chalicelib.core.visits import Said
from chalicelib.services.survey_forms import FormShown, FormTaken
from chalicelib.web import html
from chalicelib.web.asked import Asked, Fields
from chalicelib.web.case_pages import gone

ABOUT: Final = "page.survey.about"
"""What the survey is about, worded like a text because the appliance is."""

LONGEST_COMMENT: Final = case_messages.PART


def show(asked: Asked, token: str) -> Response:
    """The form of a visit, nothing chosen."""
    shown = asked.services.survey_forms.show(token, asked.now)
    return _form(asked, shown, switch=True) if shown else gone(asked)


def take(asked: Asked, token: str) -> Response:
    """Thanks; or the form again, as it was filled in, where something has to be looked at."""
    if asked.form.has("opt_out"):
        return _decline(asked, token)
    errors = _errors(asked.form)
    if errors:
        return _again(asked, token, errors, HTTPStatus.BAD_REQUEST)
    try:
        taken = _taken(asked, token)
    except Busy:
        return _again(asked, token, {"form": "busy"}, HTTPStatus.SERVICE_UNAVAILABLE)
    if taken is None:
        return gone(asked)
    if taken.outcome == "stale":
        return _form(asked, taken.shown, HTTPStatus.CONFLICT, typed=asked.form, stale=True)
    return _thanks(asked, taken)


def _taken(asked: Asked, token: str) -> FormTaken | None:
    form = asked.form
    comment = form.of("comment")
    return asked.services.survey_forms.take(
        token,
        _grades(form),
        comment if comment.strip() else "",
        form.of("nonce"),
        form.of("version"),
        asked.origin,
        asked.now,
    )


def _grades(form: Fields) -> Grades:
    return {item: form.of(item) for item in ITEMS if form.of(item)}


def _errors(form: Fields) -> Mapping[str, str]:
    """Why a form cannot be taken: a grade that is none or stands twice, a book, or nothing."""
    errors = {item: "grade" for item, grade in _grades(form).items() if grade not in POINTS}
    errors |= {item: "twice" for item in ITEMS if item in form.repeated}
    if len(form.of("comment")) > LONGEST_COMMENT:
        errors["comment"] = "long"
    if not _grades(form) and not form.of("comment").strip():
        errors["form"] = "nothing"
    return errors


def _again(asked: Asked, token: str, errors: Mapping[str, str], status: HTTPStatus) -> Response:
    shown = asked.services.survey_forms.show(token, asked.now)
    return _form(asked, shown, status, typed=asked.form, errors=errors) if shown else gone(asked)


def _decline(asked: Asked, token: str) -> Response:
    shown = asked.services.survey_forms.decline(token, asked.now)
    if shown is None:
        return gone(asked)
    if not shown.can_decline:
        return _form(asked, shown)
    return html.told("declined", asked, HTTPStatus.OK, shown.language)


def _form(
    asked: Asked,
    shown: FormShown,
    status: int = 200,
    *,
    switch: bool = False,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    stale: bool = False,
) -> Response:
    return html.page(
        "survey.html",
        asked,
        status,
        own=shown.language,
        switch=switch,
        links=("",),
        about=_about(asked, shown),
        form=shown,
        items=ITEMS,
        grades=tuple(POINTS),
        nonce=asked.services.nonce(),
        typed=typed or {},
        errors=errors or {},
        stale=stale,
    )


def _thanks(asked: Asked, taken: FormTaken) -> Response:
    return html.page(
        "thanks.html",
        asked,
        own=taken.shown.language,
        links=("",),
        about=_about(asked, taken.shown),
        noted=taken.grades if taken.outcome in ("noted", "late") else {},
        outcome=taken.outcome,
        case=taken.case,
    )


def _about(asked: Asked, shown: FormShown) -> str:
    """Day and appliance, checked as in our texts: the judged unit wrote that name."""
    rules = asked.services.rules
    day = calendar.local_day(shown.completed_at, rules).isoformat()
    said = Said(ABOUT, {"day": day, "appliance": shown.appliance})
    language = asked.read_in(shown.language)
    return wording.render(said, language, rules.organisation, asked.services.hotline)
