"""Every route has a row here that says who may use it; one without fails."""

from collections.abc import Mapping
from typing import Final

WHO: Final[Mapping[str, str]] = {
    "GET /": "anybody",
    "HEAD /": "anybody",
    "POST /": "anybody",
    "GET /lookup": "anybody",
    "HEAD /lookup": "anybody",
    "POST /lookup": "number and code",
    "GET /c/{token}": "link of a case",
    "HEAD /c/{token}": "link of a case",
    "POST /c/{token}": "link of a case",
    "GET /f/{token}": "link of a survey",
    "HEAD /f/{token}": "link of a survey",
    "POST /f/{token}": "link of a survey",
    "GET /a/{token}": "link of a unit's case",
    "HEAD /a/{token}": "link of a unit's case",
    "POST /a/{token}": "link of a unit's case",
    "GET /u/case/{token}": "link of a unit's case",
    "HEAD /u/case/{token}": "link of a unit's case",
    "POST /u/case/{token}": "link of a unit's case",
    "GET /health": "anybody",
    "HEAD /health": "anybody",
    "POST /api/visits": "visits:write",
    "GET /api/visits/{visit_id}": "visits:read or visits:write",
    "HEAD /api/visits/{visit_id}": "visits:read or visits:write",
    "GET /api/assessments/{unit}/{month}": "assessments:read",
    "HEAD /api/assessments/{unit}/{month}": "assessments:read",
    "PUT /api/units/{unit_id}": "units:write",
}
"""Method and path → who may; all below /twilio/ is signed by Twilio."""


def routes() -> set[str]:
    from app import app

    return {f"{method} {path}" for path, methods in app.routes.items() for method in methods}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    ours = {route for route in routes() if " /twilio/" not in route}
    assert ours == set(WHO)


def test_twilio_only_posts() -> None:
    methods = {route.split()[0] for route in routes() if " /twilio/" in route}
    assert methods == {"POST"}


def test_what_is_sent_is_sent_to_an_address_that_can_be_seen() -> None:
    """A form posts to the page it stands on; an answer can be asked for again."""
    pages = {route.removeprefix("POST ") for route in routes() if route.startswith("POST ")}
    pages = {page for page in pages if not page.startswith(("/api/", "/twilio/"))}
    assert all({f"GET {page}", f"HEAD {page}"} <= routes() for page in pages)
