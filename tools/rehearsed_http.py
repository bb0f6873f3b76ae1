"""What a rehearsal asks of service and simulator, over HTTP as everybody else does."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from tools.local import Local

TIMEOUT_S: Final = 120
FORM: Final = "application/x-www-form-urlencoded"

Json = Any


class CastError(RuntimeError):
    """Something that must not fail in a rehearsal did; the text says what."""


def call(base: str, method: str, path: str, body: object = None, token: str = "") -> Json:
    """One request and its JSON; CastError unless the answer is 200."""
    payload = None if body is None else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    told = {"Content-Type": "application/json", **headers}
    return json.loads(_answer(base, method, path, payload, told))


def page(base: str, path: str, form: Mapping[str, str] | None = None, *, agent: str = "") -> str:
    """A page, or what a form sent to it comes back with; CastError unless the answer is 200.

    `agent` is what the browser calls itself.
    """
    told = {"User-Agent": agent} if agent else {}
    if form is None:
        return _answer(base, "GET", path, None, told).decode()
    return _answer(base, "POST", path, urlencode(form), {**told, "Content-Type": FORM}).decode()


def thread(local: Local, number: str) -> Sequence[Json]:
    """All messages of a handset, oldest first."""
    return list(call(local.simulator_url, "GET", f"/handsets/{quote(number)}/thread")["messages"])


def _answer(
    base: str, method: str, path: str, payload: str | None, headers: Mapping[str, str]
) -> bytes:
    parts = urlsplit(base)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    with closing(connection):
        connection.request(method, path, payload and payload.encode(), dict(headers))
        answer = connection.getresponse()
        content = answer.read()
    if answer.status != 200:
        told = content[:300].decode(errors="replace")
        raise CastError(f"{method} {path}: {answer.status} {told}")
    return content
