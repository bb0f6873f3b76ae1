"""The service on a local port: each request becomes the event Lambda would get.

    running = serve(app)          # app: the Chalice object of app.py
    running.url                   # "http://127.0.0.1:49152"
    running.close()

What the gateway refuses by itself is refused here too, before the handler: an unknown path or a
method the path has no route for is 403 `{"message": "Missing Authentication Token"}`; a handler
that raises or answers nonsense is 502. A HEAD needs its route, as it does when deployed.
"""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from chalice.app import Chalice

from tools.listener import Answer, Request, RunningServer, listen
from tools.rest_event import BadResponseError, Event, answer_of, match_route, rest_event

logger = logging.getLogger(__name__)

API_TIMEOUT_S: Final = 15
SCHEDULE_TIMEOUT_S: Final = 300
JSON: Final = ("Content-Type", "application/json")

PER_THREAD: Final = ("current_request", "lambda_context")
"""What Chalice keeps on the app object, sure of one request at a time in a Lambda process."""


@dataclass(frozen=True)
class Context:
    """What Lambda hands to a handler beside the event."""

    function_name: str
    timeout_s: int
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "1024"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the run; never below 0."""
        left = self.started + self.timeout_s - time.monotonic()
        return max(0, int(left * 1000))


def serve(app: Chalice, host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """Serve a Chalice app behind the events API Gateway would build; port 0 takes a free one."""
    keep_requests_apart(app)
    return listen(lambda request: _answer(app, request), host, port)


def keep_requests_apart(app: Chalice) -> None:
    """Give each thread its own `app.current_request`: threads serve side by side here."""
    if isinstance(getattr(type(app), PER_THREAD[0], None), property):
        return
    local = threading.local()
    slots = {name: _slot(local, name) for name in PER_THREAD}
    app.__class__ = type(type(app).__name__, (type(app),), slots)


def _slot(local: threading.local, name: str) -> property:
    return property(
        lambda _: getattr(local, name, None),
        lambda _, value: setattr(local, name, value),
    )


def _answer(app: Chalice, request: Request) -> Answer:
    route = match_route(request.path, app.routes)
    if route is None or request.method not in app.routes[route.template]:
        return _gateway_answer(403, "Missing Authentication Token")
    context = Context(app.app_name, API_TIMEOUT_S)
    event = rest_event(
        request,
        route,
        request_id=context.aws_request_id,
        received_at=datetime.now(UTC),
        binary_types=app.api.binary_types,
    )
    try:
        return answer_of(invoke(app, event, context), context.aws_request_id)
    except Exception as error:
        _log_failure(route.template, error)
        return _gateway_answer(502, "Internal server error")


def _log_failure(template: str, error: Exception) -> None:
    """The route's template, never the path: a path may hold a token."""
    if isinstance(error, BadResponseError):
        logger.error("%s answered what the gateway refuses: %s", template, error)
    else:
        logger.error("%s failed", template, exc_info=error)


def _gateway_answer(status: int, message: str) -> Answer:
    body = json.dumps({"message": message}, separators=(",", ":"))
    return Answer(status, (JSON,), body.encode())


def invoke(handler: Callable[[Event, Any], Any], event: Event, context: Context) -> object:
    """Call a handler as Lambda does: event and response pass through JSON."""
    response: object = json.loads(json.dumps(handler(json.loads(json.dumps(event)), context)))
    return response


def scheduled_event(name: str, now: datetime) -> Event:
    """The event EventBridge sends when a rule of the schedule `name` fires at `now`."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "local",
        "resources": [f"arn:aws:events:local:000000000000:rule/{name}"],
        "detail": {},
    }


def scheduled_run(function: Callable[[Event, Any], Any], name: str) -> Callable[[datetime], None]:
    """A scheduled function of app.py as the `run` of a clock's schedule."""

    def run(now: datetime) -> None:
        invoke(function, scheduled_event(name, now), Context(name, SCHEDULE_TIMEOUT_S))

    return run
