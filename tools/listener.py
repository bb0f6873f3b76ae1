"""A small threaded HTTP server: the one listener under the local service and the simulator."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Final

logger = logging.getLogger(__name__)

MAX_BODY: Final = 10 * 1024 * 1024
"""Bytes of a request: API Gateway's payload limit; above it 413."""

BODILESS: Final = frozenset({204, 304})
"""Statuses that never carry a body."""

TOO_LONG: Final = b'{"message":"Request Too Long"}'
FAILED: Final = b'{"message":"Internal server error"}'

CLOSE_WAIT: Final = 10
"""Seconds `close` waits for requests still under way."""


@dataclass(frozen=True)
class Request:
    """One request as it came in: `target` percent-encoded with its query, headers in order."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """The last value of a header, whatever its case; "" where there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[-1] if found else ""


@dataclass(frozen=True)
class Answer:
    """What goes back: status, headers in order (the listener adds Content-Length), body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Hang:
    """No answer: wait until the client gives up, at most `seconds`, then drop the connection."""

    seconds: float = 0


Connection = socket.socket | tuple[bytes, socket.socket]
"""What socketserver hands around; with TCP always the socket."""

Respond = Callable[[Request], Answer | Hang]


@dataclass(frozen=True)
class RunningServer:
    """A listener at work; `close` ends it and every connection it holds."""

    url: str
    _listener: "_Listener" = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    def close(self) -> None:
        """Stop accepting, let requests under way finish, close idle connections."""
        self._listener.wake()
        self._listener.shutdown()
        self._thread.join()
        self._listener.hang_up()
        self._listener.server_close()


def listen(respond: Respond, host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """Answer requests with `respond`, one thread a connection; port 0 takes a free one."""
    listener = _Listener((host, port), respond)
    serve = threading.Thread(target=listener.serve_forever, daemon=True)
    serve.start()
    return RunningServer(f"http://{host}:{listener.server_address[1]}", listener, serve)


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], respond: Respond) -> None:
        self.respond = respond
        self._open: set[Connection] = set()
        self._changed = threading.Condition()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the standard library's reverse lookup of the host, which may hang."""
        TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)

    def process_request(self, request: Connection, client_address: object) -> None:
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def wake(self) -> None:
        """End the wait for connections now, not at the loop's next look half a second later."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Let each connection see its end, and wait for the threads that serve them."""
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    _socket(connection).shutdown(socket.SHUT_RD)
            self._changed.wait_for(lambda: not self._open, timeout=CLOSE_WAIT)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours; anything else is told in the log."""
        logger.info("connection of %s ended early", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Listener

    def _handle(self) -> None:
        body = self._body()
        if isinstance(body, Answer):
            self.close_connection = True
            self._send(body)
            return
        headers = tuple((name, str(value)) for name, value in self.headers.items())
        request = Request(self.command, self.path, headers, body, str(self.client_address[0]))
        answer = self._respond(request)
        if isinstance(answer, Hang):
            self._hang(answer.seconds)
        else:
            self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _handle

    def _body(self) -> bytes | Answer:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding"):
            return Answer(411)
        if not (length.isascii() and length.isdigit()):
            return Answer(400)
        if int(length) > MAX_BODY:
            return Answer(413, (("Content-Type", "application/json"),), TOO_LONG)
        return self.rfile.read(int(length))

    def _respond(self, request: Request) -> Answer | Hang:
        try:
            return self.server.respond(request)
        except Exception:
            logger.exception("no answer to %s", request.method)
            return Answer(500, (("Content-Type", "application/json"),), FAILED)

    def _hang(self, seconds: float) -> None:
        self.close_connection = True
        self.connection.settimeout(seconds)
        with contextlib.suppress(OSError):
            self.connection.recv(1)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in BODILESS:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in BODILESS:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: a path may hold a customer's token, and those are in no log."""


def _socket(connection: Connection) -> socket.socket:
    return connection[1] if isinstance(connection, tuple) else connection
