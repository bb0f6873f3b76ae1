"""The public pages: plain HTML that works without scripts. GET and HEAD change nothing."""

import logging
from collections.abc import Callable

from chalice.app import Blueprint, Response

from chalicelib.core.saving import Busy
from chalicelib.web import case_pages, complaint_pages, html, survey_pages, unit_pages
from chalicelib.web.asked import FORM, Asked, asked
from chalicelib.web.provided import Provide

log = logging.getLogger(__name__)

SEEN = ["GET", "HEAD"]
SENT = ["POST"]


Answer = Callable[[Callable[[Asked], Response]], Response]
"""answer(view): what the view says to the request at hand."""


def blueprint(provide: Provide) -> Blueprint:
    """/, /lookup, /c/<token>, /f/<token>, and /u/case/<token> (also /a/<token>)."""
    routes = Blueprint(__name__)

    def answer(view: Callable[[Asked], Response]) -> Response:
        return _kindly(view, asked(provide(), routes.current_request))

    _for_everybody(routes, answer)
    _behind_links(routes, answer)
    _for_units(routes, answer)
    return routes


def _for_everybody(routes: Blueprint, answer: Answer) -> None:
    @routes.route("/", methods=SEEN)
    def show_complaint_form() -> Response:
        return answer(complaint_pages.show)

    @routes.route("/", methods=SENT, content_types=[FORM])
    def take_complaint() -> Response:
        return answer(complaint_pages.take)

    @routes.route("/lookup", methods=SEEN)
    def show_lookup() -> Response:
        return answer(case_pages.show_lookup)

    @routes.route("/lookup", methods=SENT, content_types=[FORM])
    def look_up() -> Response:
        return answer(case_pages.look_up)


def _behind_links(routes: Blueprint, answer: Answer) -> None:
    @routes.route("/c/{token}", methods=SEEN)
    def show_case(token: str) -> Response:
        return answer(lambda asked: case_pages.show(asked, token))

    @routes.route("/c/{token}", methods=SENT, content_types=[FORM])
    def add_to_case(token: str) -> Response:
        return answer(lambda asked: case_pages.add(asked, token))

    @routes.route("/f/{token}", methods=SEEN)
    def show_survey(token: str) -> Response:
        return answer(lambda asked: survey_pages.show(asked, token))

    @routes.route("/f/{token}", methods=SENT, content_types=[FORM])
    def take_survey(token: str) -> Response:
        return answer(lambda asked: survey_pages.take(asked, token))


def _for_units(routes: Blueprint, answer: Answer) -> None:
    @routes.route("/a/{token}", methods=SEEN)
    @routes.route("/u/case/{token}", methods=SEEN)
    def show_unit_its_case(token: str) -> Response:
        return answer(lambda asked: unit_pages.show(asked, token))

    @routes.route("/a/{token}", methods=SENT, content_types=[FORM])
    @routes.route("/u/case/{token}", methods=SENT, content_types=[FORM])
    def act_on_unit_case(token: str) -> Response:
        return answer(lambda asked: unit_pages.act(asked, token))


def _kindly(view: Callable[[Asked], Response], asked: Asked) -> Response:
    """The view's answer; where something breaks, a page that says so and what to do."""
    try:
        return view(asked)
    except Busy:
        return html.told("busy", asked, 503)
    except Exception:
        log.exception("a page failed")
        return html.told("failed", asked, 503)
