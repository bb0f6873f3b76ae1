"""The simulator's HTTP interface, on one port with Twilio's REST API.

- `POST /handsets/<E.164>/texts {"text", "parameters"?}` → `{"sid", "status", "answers": [text],
  "error", "response"}`: the service's HTTP status, its texts, Twilio's complaint about the answer,
  the answer itself; `parameters` adds to Twilio's or replaces them.
- `GET /handsets/<E.164>/thread` → `{"number", "messages": [{"sid", "direction", "status", "text",
  "at", "error_code"}]}`, oldest first.
- `GET`, `POST /handsets/<E.164> {"delivery", "error_code", "refused_with", "opted_out"}` → the
  handset (`handsets.py`).
- `POST /handsets/<E.164>/calls {"script": ["wait", "1", "speak:8", "hangup"], "parameters"?}` → the
  call to its end, `{"sid", "direction", "caller", "called", "status", "at", "ended", "documents",
  "urls", "seconds", "heard": [{"document", "verb", "heard", "language", "voice", "seconds",
  "within", "asked"}], "done": [{"document", "act", "at", "sent", "lost"}], "recordings": [sid],
  "dialled": [{"number", "sid", "status", "bridged", "seconds"}], "errors": [{"code", "message",
  "url", "document"}], "unused": [act]}` (`script.py` has the acts, `call_result.py` the answer;
  `errors` is empty where Twilio had nothing to complain of). Instead of a number `anonymous`,
  the other ways to withhold one, or `sip:1001@pbx.example.com`. `GET` → `{"number", "calls": […]}`,
  those from and to it, each from this phone's side.
- `GET`, `POST /handsets/<E.164>/answering {"answering": […]}`: how it takes calls (`answering.py`).
- `GET /mailbox` → `[{"file", "subject", "sender", "to", "date", "message_id", "attachments"}]`,
  newest last; `GET /mailbox/<file>` → that mail as it was written.
- `GET`, `POST /clock {"now"}` → `{"now"}`, after a move also `"runs"` (how often each schedule
  ran) and `"failed"` (runs that raised; time went on).
- `GET`, `POST /faults` → `{"faults": […]}` (`faults.py`).
- `/2010-04-01/…`: Twilio's REST (`twilio_rest.py`).

`status` of a text is the service's HTTP status, null when nothing was heard (lost, late, no
connection). What is wrong with a request comes back as 4xx `{"error": {"code", "message"}}`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import unquote

from tools.listener import Answer, Hang, Request, RunningServer, listen
from tools.phone.account import API_VERSION
from tools.phone.answering import AnsweringError, pickup_json, read_answering
from tools.phone.clock import ClockError, Moved, read_instant
from tools.phone.faults import FaultError, read_fault
from tools.phone.handsets import HandsetError
from tools.phone.mailbox import find_mail, read_mailbox
from tools.phone.messages import Message
from tools.phone.phone_numbers import E164, is_caller
from tools.phone.script import ScriptError
from tools.phone.simulator import Simulator
from tools.phone.texting import Texted
from tools.phone.webhooks import NotConnectedError

JSON: Final = ("Content-Type", "application/json; charset=utf-8")


class RequestError(ValueError):
    """A request the simulator does not take: status, code and sentence of the answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


REFUSED: Final = (AnsweringError, ClockError, FaultError, HandsetError, ScriptError)
"""What a caller did wrong: 400 with the error's own sentence."""

Row = Mapping[str, Any]
Act = Callable[[Simulator, Row, str], object]
"""Simulator, JSON body, the `<name>` in the path → what is answered as JSON."""


def serve_simulator(simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> RunningServer:
    """Serve the simulator; the URL is also what `TWILIO_API_BASE` must be."""
    running = listen(lambda request: answer(simulator, request), host, port)
    simulator.recordings.base_url = running.url
    return running


def answer(simulator: Simulator, request: Request) -> Answer | Hang:
    """One request's answer: Twilio's REST, or a route of the simulator's own."""
    if request.path.startswith(f"/{API_VERSION}/"):
        return simulator.rest.answer(request)
    try:
        found = _act(simulator, request)
    except RequestError as error:
        return _refusal(error.status, error.code, str(error))
    except REFUSED as error:
        return _refusal(400, "invalid", str(error))
    except NotConnectedError as error:
        return _refusal(409, "not_connected", str(error))
    return found if isinstance(found, Answer) else _json_answer(200, found)


def _act(simulator: Simulator, request: Request) -> object:
    for pattern, methods in ROUTES:
        if found := re.fullmatch(pattern, request.path):
            act = methods.get("GET" if request.method == "HEAD" else request.method)
            if act is None:
                raise RequestError(405, "method", f"{request.path} takes {' or '.join(methods)}")
            name = unquote("".join(found.groups()))
            return act(simulator, _row(request), name)
    raise RequestError(404, "unknown", f"there is no {request.path}")


def _row(request: Request) -> Row:
    if request.method != "POST":
        return {}
    try:
        row = json.loads(request.body)
    except ValueError as error:
        raise RequestError(400, "invalid", "the body is no JSON") from error
    if not isinstance(row, dict):
        raise RequestError(400, "invalid", "the body must be a JSON object")
    return row


def _text(simulator: Simulator, row: Row, number: str) -> object:
    if not _is_text(row.get("text")):
        raise RequestError(400, "invalid", "'text' must be a text")
    return _texted_json(simulator.text(_number(number), row["text"], _parameters(row)))


def _parameters(row: Row) -> Mapping[str, str]:
    extra = row.get("parameters", {})
    if not isinstance(extra, dict) or not all(_is_text(value) for value in extra.values()):
        raise RequestError(400, "invalid", "'parameters' must be an object of texts")
    return extra


def _is_text(value: object) -> bool:
    """A text that can be sent: JSON may smuggle half a surrogate pair, UTF-8 may not."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _texted_json(texted: Texted) -> Row:
    reply = texted.reply
    return {
        "sid": texted.sid,
        "status": reply.status if reply else None,
        "answers": list(texted.answers),
        "error": texted.error,
        "response": reply.body.decode("utf-8", errors="replace") if reply else None,
    }


def _thread(simulator: Simulator, _: Row, number: str) -> object:
    messages = simulator.thread(_number(number))
    return {"number": number, "messages": [_message_json(each) for each in messages]}


def _message_json(message: Message) -> Row:
    return {
        "sid": message.sid,
        "direction": message.direction,
        "status": message.status,
        "text": message.body,
        "at": message.created.isoformat(),
        "error_code": message.error_code,
    }


def _handset(simulator: Simulator, _: Row, number: str) -> object:
    return asdict(simulator.handsets.find(_number(number)))


def _change_handset(simulator: Simulator, row: Row, number: str) -> object:
    return asdict(simulator.handsets.change(_number(number), row))


def _call(simulator: Simulator, row: Row, caller: str) -> object:
    script = row.get("script")
    if not isinstance(script, list):
        raise RequestError(400, "invalid", "'script' must be a list of acts")
    return simulator.call(_caller(caller), script, _parameters(row)).as_json()


def _calls(simulator: Simulator, _: Row, caller: str) -> object:
    calls = simulator.calls_of(_caller(caller))
    return {"number": caller, "calls": [each.as_json() for each in calls]}


def _caller(caller: str) -> str:
    if not is_caller(caller):
        message = f"{caller!r} is no E.164 number, no SIP address, and nobody withheld"
        raise RequestError(400, "invalid", message)
    return caller


def _answering(simulator: Simulator, _: Row, number: str) -> object:
    coming = simulator.answering.coming(_number(number))
    return {"number": number, "answering": [pickup_json(each) for each in coming]}


def _put_answering(simulator: Simulator, row: Row, number: str) -> object:
    simulator.answer(_number(number), *read_answering(row))
    return _answering(simulator, row, number)


def _number(number: str) -> str:
    if not E164.fullmatch(number):
        raise RequestError(400, "invalid", f"{number!r} is no E.164 number such as +8613800000001")
    return number


def _mailbox(simulator: Simulator, _: Row, __: str) -> object:
    folder = simulator.mail_folder
    return [asdict(mail) for mail in read_mailbox(folder)] if folder else []


def _mail(simulator: Simulator, _: Row, file: str) -> object:
    raw = find_mail(simulator.mail_folder, file) if simulator.mail_folder else None
    if raw is None:
        raise RequestError(404, "unknown", f"there is no mail {file!r}")
    return Answer(200, (("Content-Type", "message/rfc822"),), raw)


def _clock(simulator: Simulator, _: Row, __: str) -> object:
    return {"now": simulator.clock.now().isoformat()}


def _move(simulator: Simulator, row: Row, _: str) -> object:
    return _moved_json(simulator.move(read_instant(row.get("now"))))


def _moved_json(moved: Moved) -> Row:
    failed = [{**asdict(each), "at": each.at.isoformat()} for each in moved.failed]
    return {"now": moved.now.isoformat(), "runs": moved.runs, "failed": failed}


def _faults(simulator: Simulator, _: Row, __: str) -> object:
    return {"faults": [asdict(each) for each in simulator.faults.waiting()]}


def _put_fault(simulator: Simulator, row: Row, name: str) -> object:
    if row == {"clear": True}:
        simulator.faults.clear()
    else:
        simulator.faults.put(read_fault(row))
    return _faults(simulator, row, name)


HANDSET: Final = "/handsets/([^/]+)"

ROUTES: Final[Sequence[tuple[str, Mapping[str, Act]]]] = (
    (HANDSET, {"GET": _handset, "POST": _change_handset}),
    (HANDSET + "/texts", {"POST": _text}),
    (HANDSET + "/thread", {"GET": _thread}),
    (HANDSET + "/calls", {"GET": _calls, "POST": _call}),
    (HANDSET + "/answering", {"GET": _answering, "POST": _put_answering}),
    ("/mailbox", {"GET": _mailbox}),
    ("/mailbox/([^/]+)", {"GET": _mail}),
    ("/clock", {"GET": _clock, "POST": _move}),
    ("/faults", {"GET": _faults, "POST": _put_fault}),
)


def _refusal(status: int, code: str, message: str) -> Answer:
    return _json_answer(status, {"error": {"code": code, "message": message}})


def _json_answer(status: int, body: object) -> Answer:
    return Answer(status, (JSON,), json.dumps(body, ensure_ascii=False).encode())
