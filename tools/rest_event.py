"""An HTTP request as API Gateway's REST proxy event, and a handler's response as an answer.

The shape is API Gateway's for REST APIs with Lambda proxy integration: `path` stays
percent-encoded, path and query parameters are decoded, a body is text unless its media type is
one of the API's binary types.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from tools.listener import Answer, Request

STAGE: Final = "local"

HOP_HEADERS: Final = frozenset({"connection", "content-length", "transfer-encoding"})
"""Headers the gateway sets by itself, whatever a handler says."""

Event = dict[str, Any]


class BadResponseError(ValueError):
    """A handler's response is none the gateway would pass on: 502 there."""


@dataclass(frozen=True)
class Route:
    """A route template and what the path holds at its `{names}`, decoded."""

    template: str
    parameters: dict[str, str]


def match_route(path: str, templates: Iterable[str]) -> Route | None:
    """The route of a percent-encoded path; fixed words win over `{names}`, as in the gateway."""
    parts = _parts(path)
    found = [
        (pattern, template) for template in templates if _fits(parts, pattern := _parts(template))
    ]
    if not found:
        return None
    pattern, template = min(found, key=lambda each: [_is_name(word) for word in each[0]])
    captured = {
        word[1:-1]: unquote(part, errors="replace")
        for word, part in zip(pattern, parts, strict=True)
        if _is_name(word)
    }
    return Route(template, captured)


def _parts(path: str) -> list[str]:
    trimmed = path[:-1] if path != "/" and path.endswith("/") else path
    return trimmed.split("/")


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(parts) == len(pattern) and all(
        part == word or (_is_name(word) and part != "")
        for part, word in zip(parts, pattern, strict=True)
    )


def _is_name(word: str) -> bool:
    return word.startswith("{") and word.endswith("}")


def rest_event(
    request: Request,
    route: Route,
    *,
    request_id: str,
    received_at: datetime,
    binary_types: Sequence[str] = (),
) -> Event:
    """The event a Lambda function gets for `request`; JSON throughout."""
    headers = _forwarded(request)
    query = _grouped(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    body, is_base64 = _body(request, binary_types)
    return {
        "resource": route.template,
        "path": request.path,
        "httpMethod": request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": route.parameters or None,
        "stageVariables": None,
        "requestContext": _request_context(request, route, request_id, received_at),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _request_context(
    request: Request, route: Route, request_id: str, received_at: datetime
) -> dict[str, Any]:
    return {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": request.header("Host"),
        "extendedRequestId": request_id,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.source_ip, "userAgent": request.header("User-Agent")},
        "path": request.path,
        "protocol": "HTTP/1.1",
        "requestId": request_id,
        "requestTimeEpoch": int(received_at.timestamp() * 1000),
        "resourceId": "local",
        "resourcePath": route.template,
        "stage": STAGE,
    }


def _forwarded(request: Request) -> dict[str, list[str]]:
    """The request's headers and those the gateway adds; a client's own claims come first."""
    headers = _grouped(request.headers)
    claimed = request.header("X-Forwarded-For")
    kept = {name: values for name, values in headers.items() if not _is_forwarding(name)}
    return kept | {
        "X-Forwarded-For": [f"{claimed}, {request.source_ip}" if claimed else request.source_ip],
        "X-Forwarded-Proto": ["http"],
        "X-Forwarded-Port": [request.header("Host").rpartition(":")[2]],
    }


def _is_forwarding(name: str) -> bool:
    return name.lower() in {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-port"}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _last(grouped: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in grouped.items()}


def _body(request: Request, binary_types: Sequence[str]) -> tuple[str | None, bool]:
    """A binary type's body in base64; else text, where what is no UTF-8 comes as U+FFFD."""
    if not request.body:
        return None, False
    if is_binary(request.header("Content-Type"), binary_types):
        return base64.b64encode(request.body).decode("ascii"), True
    return request.body.decode("utf-8", errors="replace"), False


def is_binary(content_type: str, binary_types: Sequence[str]) -> bool:
    """Whether a Content-Type is one of the API's binary types; these may be `image/*` or `*/*`."""
    media_type = content_type.partition(";")[0].strip().lower()
    family = media_type.partition("/")[0] + "/*"
    return bool({media_type, family, "*/*"} & {each.lower() for each in binary_types})


def answer_of(response: object, request_id: str) -> Answer:
    """A handler's response as the gateway sends it; BadResponseError where it would be a 502."""
    if not isinstance(response, Mapping) or not _is_status(response.get("statusCode")):
        raise BadResponseError("no statusCode")
    headers = _response_headers(response)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    headers.append(("x-amzn-RequestId", request_id))
    return Answer(int(response["statusCode"]), tuple(headers), _response_body(response))


def _is_status(status: object) -> bool:
    return str(status).isdigit() and 100 <= int(str(status)) <= 599


def _response_headers(response: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Both header maps as one list; of a name in both the multi-value map's values hold."""
    many = response.get("multiValueHeaders") or {}
    taken = {name.lower() for name in many}
    single = response.get("headers") or {}
    pairs = [(name, str(value)) for name, value in single.items() if name.lower() not in taken]
    pairs += [(name, str(value)) for name, values in many.items() for value in values]
    kept = [(name, value) for name, value in pairs if name.lower() not in HOP_HEADERS]
    if not all(_is_clean(text) for pair in kept for text in pair):
        raise BadResponseError("a header holds what no header may")
    return kept


def _is_clean(text: str) -> bool:
    return all(" " <= char <= "\xff" or char == "\t" for char in text) and "\x7f" not in text


def _response_body(response: Mapping[str, Any]) -> bytes:
    body = response.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadResponseError("the body is no text")
    return base64.b64decode(body) if response.get("isBase64Encoded") else body.encode("utf-8")
