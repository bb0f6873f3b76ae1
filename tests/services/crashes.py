"""A process that dies: at any call to the database, the files, the post or the provider.

Every such call is two points, before it and after it is carried out. `Killed` is no Exception:
nothing in the service catches it, as nothing catches the end of a process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pynamodb.connection import Connection

from tests.stage import Stage


class Killed(BaseException):
    """The process has ended here."""


class Points:
    """Counts the points that are passed and dies at one of them; 0: at none."""

    def __init__(self) -> None:
        self.passed = 0
        self.last = 0

    def reach(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            raise Killed


class Watched:
    """An object whose every call is two points."""

    def __init__(self, watched: object, points: Points) -> None:
        self._watched = watched
        self._points = points

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 # as the watched object has it
        method = getattr(self._watched, name)

        def call(*arguments: object, **named: object) -> object:
            self._points.reach()
            result = method(*arguments, **named)
            self._points.reach()
            return result

        return call


@contextmanager
def _database_watched(connection: Connection, points: Points) -> Iterator[None]:
    def send(request: Any, **_: object) -> Any:  # noqa: ANN401 # botocore's
        points.reach()
        answer = connection.client._endpoint.http_session.send(request)
        points.reach()
        return answer

    events = connection.client.meta.events
    events.register("before-send.dynamodb.*", send)
    try:
        yield
    finally:
        events.unregister("before-send.dynamodb.*", send)


@contextmanager
def dying(stage: Stage, point: int) -> Iterator[Points]:
    """The process dies at this point, counted from here, if it gets so far."""
    points = Points()
    points.last = point
    outside = {name: getattr(stage.wiring, name) for name in ("blobs", "_post", "_sms")}
    for name, each in outside.items():
        setattr(stage.wiring, name, Watched(each, points))
    _forget_services(stage)
    try:
        with _database_watched(stage.storage.table.connection, points):
            yield points
    except Killed:
        pass
    finally:
        for name, each in outside.items():
            setattr(stage.wiring, name, each)
        _forget_services(stage)


_OF_MONTHS = ("closing", "month_maker", "month_facts", "week_witness")


def _forget_services(stage: Stage) -> None:
    """Have the services made anew, with the parts that there are now."""
    for name in ("surveys", "effects", "drawing", "texts", "_sender", *_OF_MONTHS):
        stage.wiring.__dict__.pop(name, None)
