"""The complaint form and its receipt."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib.core import case_messages
from chalicelib.core.cases import CATEGORIES
from chalicelib.core.saving import Busy
from chalicelib.core.web_complaints import WebComplaint
from chalicelib.web import html
from chalicelib.web.asked import Asked, Fields

SAFETY = "safety"
"""Who only says that he is in danger has said enough."""


def show(asked: Asked) -> Response:
    """The empty form."""
    return _form(asked, {}, {}, switch=True)


def take(asked: Asked) -> Response:
    """The receipt; or the form again, as it was filled in, while there is nothing to keep."""
    form = asked.form
    errors = text_errors(form.of("text"), needed=form.of("category") != SAFETY)
    if errors:
        return _form(asked, form, errors, 400)
    complaint = _complaint(form, asked.read_in())
    try:
        receipt = asked.services.complaints.receive(complaint, form.of("nonce"), asked.now)
    except Busy:
        return _form(asked, form, {"text": "busy"}, 503)
    return html.page("receipt.html", asked, receipt=receipt)


def text_errors(text: str, *, needed: bool = True) -> Mapping[str, str]:
    """Why a text cannot be taken, if it cannot."""
    if needed and not text.strip():
        return {"text": "empty"}
    return {"text": "long"} if len(text) > case_messages.LONGEST else {}


def _complaint(form: Fields, language: str) -> WebComplaint:
    return WebComplaint(
        text=form.of("text"),
        unit=form.of("unit"),
        visit_id=form.of("visit_id"),
        category=form.of("category"),
        name=form.of("name"),
        contact=form.of("contact"),
        contact_by=form.of("contact_by"),
        anonymous=form.has("anonymous") or form.of("contact_by") == "anonymous",
        language=language,
    )


def _form(
    asked: Asked,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
    *,
    switch: bool = False,
) -> Response:
    kept = {**typed, "text": typed.get("text", "")[: case_messages.LONGEST]}
    return html.page(
        "complaint.html",
        asked,
        status,
        switch=switch,
        public=True,
        links=("lookup",),
        nonce=asked.services.nonce(),
        typed=kept,
        errors=errors,
        categories=CATEGORIES,
    )
