"""The JSON interface: visits in, visits and assessments out, units."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chalice.app import Blueprint, ChaliceUnhandledError, Request, Response

from chalicelib.core.people import ApiToken, Unit
from chalicelib.core.uploads import FieldError
from chalicelib.services import units
from chalicelib.web.provided import Provide, Services

MOST_ROWS: Final = 100

READING: Final = ["GET", "HEAD"]
"""API Gateway refuses a method without a route of its own, so HEAD needs one wherever GET has."""


@dataclass
class ApiError(ChaliceUnhandledError):
    """A refusal: HTTP status, a code for programs, a sentence for people."""

    status: int
    code: str
    message: str
    fields: Sequence[FieldError] = field(default_factory=tuple)


def refusal(error: ApiError) -> Response:
    """The body of a refusal."""
    told: dict[str, object] = {"code": error.code, "message": error.message}
    if error.fields:
        told["fields"] = [{"field": f.field, "reason": f.reason} for f in error.fields]
    return _json({"error": told}, error.status)


OF_THE_FRAMEWORK: Final = {
    405: ("method_not_allowed", "This address does not take this method."),
    415: ("unsupported_media_type", "This address does not take this Content-Type."),
    500: ("failed", "Something went wrong on our side."),
}
"""Statuses that Chalice answers by itself, in a form of its own → code and sentence of ours."""


def retold(response: Response) -> Response:
    """A response as it is, a refusal of the framework in our form."""
    if response.status_code not in OF_THE_FRAMEWORK:
        return response
    return refusal(ApiError(response.status_code, *OF_THE_FRAMEWORK[response.status_code]))


def blueprint(provide: Provide) -> Blueprint:
    """/health and /api/…"""
    routes = Blueprint(__name__)

    @routes.route("/health", methods=READING)
    def health() -> Response:
        return _json({"status": "ok"})

    @routes.route("/api/visits", methods=["POST"])
    def upload_visits() -> Response:
        services = provide()
        token = _allowed(services, routes.current_request, "visits:write")
        rows = _rows(routes.current_request)
        return _json({"results": services.visits.upload(rows, token, services.now())})

    @routes.route("/api/visits/{visit_id}", methods=READING)
    def show_visit(visit_id: str) -> Response:
        services = provide()
        token = _allowed(services, routes.current_request, "visits:read", "visits:write")
        visit = services.visits.show(visit_id, token)
        if visit is None:
            raise ApiError(404, "not_found", "There is no such visit.")
        return _json(visit)

    @routes.route("/api/assessments/{unit}/{month}", methods=READING)
    def show_assessment(unit: str, month: str) -> Response:
        services = provide()
        token = _allowed(services, routes.current_request, "assessments:read")
        document = services.assessments.show(unit, month, token)
        if document is None:
            raise ApiError(404, "not_found", "There is no such assessment.")
        return _json(document)

    @routes.route("/api/units/{unit_id}", methods=["PUT"])
    def put_unit(unit_id: str) -> Response:
        services = provide()
        token = _allowed(services, routes.current_request, "units:write")
        if token.unit not in ("", unit_id):
            raise ApiError(403, "forbidden", f"This token is bound to the unit {token.unit}.")
        body = _body(routes.current_request)
        put = units.put(services.people, unit_id, body, services.month())
        if not isinstance(put, Unit):
            raise ApiError(400, "invalid", "The unit was refused.", put)
        return _json({"unit": put.unit_id, "name": put.name, "language": put.language})

    return routes


def _allowed(services: Services, request: Request, *scopes: str) -> ApiToken:
    token = services.access.of(request.headers.get("authorization"))
    if token is None:
        raise ApiError(401, "unauthorized", "Send a valid token: Authorization: Bearer …")
    if not set(scopes) & set(token.scopes):
        raise ApiError(403, "forbidden", f"This token lacks the scope {' or '.join(scopes)}.")
    return token


def _rows(request: Request) -> Sequence[object]:
    rows = _body(request)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        raise ApiError(400, "invalid", f"Send a list of 1 to {MOST_ROWS} visits.")
    return rows


def _body(request: Request) -> object:
    try:
        return json.loads(request.raw_body)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "not_json", f"The body is not JSON: {error}") from error


def _json(body: Mapping[str, object], status: int = 200) -> Response:
    return Response(body, status_code=status)
