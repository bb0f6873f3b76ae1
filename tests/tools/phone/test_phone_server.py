"""The simulator over HTTP, as `make run` and the rehearsal meet it."""

import http.client
import json
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.tools.phone.fake_service import HANDSET, START, FakeService
from tools.listener import RunningServer
from tools.phone.clock import Schedule, every
from tools.phone.simulator import Simulator


def ask(running: RunningServer, method: str, path: str, body: object = None) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=30)
    connection.request(method, path, raw if method == "POST" else None)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    is_json = response.headers["Content-Type"].startswith("application/json")
    return response.status, json.loads(answer) if is_json else answer


def test_text_answers_with_the_services_texts(running: RunningServer, service: FakeService) -> None:
    service.says = "<Response><Message>谢谢</Message></Response>".encode()
    status, body = ask(running, "POST", f"/handsets/{HANDSET}/texts", {"text": "A B A"})
    assert (status, body["status"], body["answers"]) == (200, 200, ["谢谢"])
    assert body["response"] == service.says.decode()
    _, thread = ask(running, "GET", f"/handsets/%2B{HANDSET[1:]}/thread")
    assert thread["number"] == HANDSET
    assert [(each["direction"], each["text"], each["status"]) for each in thread["messages"]] == [
        ("inbound", "A B A", "received"),
        ("outbound-reply", "谢谢", "delivered"),
    ]
    assert thread["messages"][0]["sid"] == body["sid"]


def test_thread_of_a_handset_nobody_used_is_empty(running: RunningServer) -> None:
    assert ask(running, "GET", "/handsets/+8613800000009/thread")[1]["messages"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/", None, 404),
        ("GET", "/handsets", None, 404),
        ("GET", "/mailbox/none.eml", None, 404),
        ("GET", "/mailbox/..%2Fnow0", None, 404),
        ("DELETE", "/clock", None, 405),
        ("GET", f"/handsets/{HANDSET}/texts", None, 405),
        ("POST", "/handsets/13800000001/texts", {"text": "A"}, 400),
        ("POST", f"/handsets/{HANDSET}/texts", {"text": 1}, 400),
        ("POST", f"/handsets/{HANDSET}/texts", {}, 400),
        ("POST", f"/handsets/{HANDSET}/texts", {"text": "\ud83d"}, 400),
        ("POST", f"/handsets/{HANDSET}/texts", {"text": "A", "parameters": {"X": 1}}, 400),
        ("POST", f"/handsets/{HANDSET}/texts", [], 400),
        ("POST", f"/handsets/{HANDSET}/texts", b"{", 400),
        ("POST", f"/handsets/{HANDSET}/texts", b"\xff", 400),
        ("POST", f"/handsets/{HANDSET}", {"delivery": "by bird"}, 400),
        ("POST", f"/handsets/{HANDSET}", {"colour": "red"}, 400),
        ("POST", f"/handsets/{HANDSET}/calls", {}, 400),
        ("POST", f"/handsets/{HANDSET}/calls", {"script": "1"}, 400),
        ("POST", f"/handsets/{HANDSET}/calls", {"script": [1]}, 400),
        ("POST", f"/handsets/{HANDSET}/calls", {"script": ["shout"]}, 400),
        ("POST", f"/handsets/{HANDSET}/calls", {"script": ["speak:999999"]}, 400),
        ("POST", f"/handsets/{HANDSET}/calls", {"script": [], "parameters": [1]}, 400),
        ("POST", "/handsets/13800000001/calls", {"script": []}, 400),
        ("GET", "/handsets/nobody/calls", None, 400),
        ("POST", f"/handsets/{HANDSET}/answering", {}, 400),
        ("POST", f"/handsets/{HANDSET}/answering", {"answering": ["asleep"]}, 400),
        ("POST", f"/handsets/{HANDSET}/answering", {"answering": [{"after": -1}]}, 400),
        ("POST", f"/handsets/{HANDSET}/answering", {"answering": [{"script": "1"}]}, 400),
        ("POST", f"/handsets/{HANDSET}/answering", {"answering": [{"colour": "red"}]}, 400),
        ("POST", "/handsets/anonymous/answering", {"answering": []}, 400),
        ("POST", "/faults", {"on": "voice", "fault": "late"}, 400),
        ("POST", "/faults", {"on": "sms", "fault": "absent"}, 400),
        ("POST", "/clock", {}, 400),
        ("POST", "/clock", {"now": "2026-05-01T09:00:00"}, 400),
        ("POST", "/clock", {"now": "2026-05-01T00:59:59Z"}, 400),
        ("POST", "/faults", {"on": "sms"}, 400),
        ("POST", "/faults", {"on": ["sms"], "fault": "late"}, 400),
        ("POST", "/faults", {"on": "sms", "fault": "late", "color": 1}, 400),
        ("POST", "/faults", {"on": "sms", "fault": "late", "seconds": -1}, 400),
        ("POST", "/faults", {"on": "sms", "fault": "late", "seconds": 10**12}, 400),
        ("POST", "/faults", {"on": "sms", "fault": "late", "times": 0}, 400),
        ("POST", "/faults", {"on": "sms", "fault": "twice", "copies": True}, 400),
        ("POST", "/faults", {"on": "rest", "fault": "twice"}, 400),
        ("POST", "/faults", {"on": "list", "fault": "late"}, 400),
    ],
)
def test_wrong_request_is_refused_with_a_sentence(
    running: RunningServer, method: str, path: str, body: object, status: int
) -> None:
    found, answer = ask(running, method, path, body)
    assert found == status
    assert answer["error"]["code"]
    assert answer["error"]["message"]


def test_clock_moves_through_the_schedules_and_answers_when_they_have_run(
    running: RunningServer, simulator: Simulator
) -> None:
    ran = []
    simulator.clock.attach(Schedule("draw", every(15), lambda now: ran.append(now)))
    assert ask(running, "GET", "/clock") == (200, {"now": START.isoformat()})
    status, moved = ask(running, "POST", "/clock", {"now": "2026-05-01T09:30:00+08:00"})
    assert (status, moved["now"]) == (200, "2026-05-01T01:30:00+00:00")
    assert moved["runs"] == {"draw": 2}
    assert ran == [START + timedelta(minutes=15), START + timedelta(minutes=30)]


def test_failed_run_is_told_in_the_clocks_answer(
    running: RunningServer, simulator: Simulator
) -> None:
    simulator.clock.attach(Schedule("draw", every(15), lambda now: [][0]))
    _, moved = ask(running, "POST", "/clock", {"now": "2026-05-01T01:15:00Z"})
    assert moved["failed"] == [
        {
            "schedule": "draw",
            "at": "2026-05-01T01:15:00+00:00",
            "error": "IndexError: list index out of range",
        }
    ]


def test_faults_wait_happen_and_are_forgotten(running: RunningServer, service: FakeService) -> None:
    fault = {"on": "webhooks", "fault": "out of order", "times": 2}
    _, waiting = ask(running, "POST", "/faults", fault)
    assert [(each["on"], each["fault"], each["times"]) for each in waiting["faults"]] == [
        ("webhooks", "out_of_order", 2)
    ]
    ask(running, "POST", f"/handsets/{HANDSET}/texts", {"text": "A"})
    assert ask(running, "GET", "/faults")[1]["faults"][0]["times"] == 1
    assert ask(running, "POST", "/faults", {"clear": True}) == (200, {"faults": []})
    ask(running, "POST", f"/handsets/{HANDSET}/texts", {"text": "B"})
    assert service.texts() == ["B", "A"]


def test_text_nobody_heard_has_no_status(running: RunningServer) -> None:
    ask(running, "POST", "/faults", {"on": "sms", "fault": "lost"})
    _, body = ask(running, "POST", f"/handsets/{HANDSET}/texts", {"text": "A"})
    assert (body["status"], body["answers"], body["response"]) == (None, [], None)


def test_call_answers_with_all_that_was_heard_and_done(
    running: RunningServer, service: FakeService
) -> None:
    service.voice(
        '<Gather action="/prod/menu" numDigits="1"><Say language="cmn-CN">投诉请按一</Say></Gather>'
    )
    service.voice('<Record action="/prod/kept"/>', "/menu")
    script = ["1", "speak:8", "hangup"]
    status, call = ask(running, "POST", f"/handsets/{HANDSET}/calls", {"script": script})
    assert (status, call["ended"], call["documents"]) == (200, "caller hung up", 3)
    assert [(each["document"], each["verb"], each["heard"]) for each in call["heard"]] == [
        (1, "Gather", ""),
        (1, "Say", "投诉请按一"),
        (2, "Record", "(beep)"),
    ]
    assert call["heard"][0]["asked"]["keys"] == 1
    assert (call["heard"][1]["language"], call["heard"][1]["seconds"]) == ("cmn-CN", 1.25)
    assert [(each["act"], each["at"]) for each in call["done"]] == [
        ("1", "Gather"),
        ("speak:8", "Record"),
        ("hangup", "Record"),
    ]
    assert call["done"][2]["sent"]["RecordingSid"] == call["recordings"][0]
    assert (call["errors"], call["unused"]) == ([], [])
    _, calls = ask(running, "GET", f"/handsets/{HANDSET}/calls")
    assert calls == {"number": HANDSET, "calls": [call]}


@pytest.mark.parametrize("caller", ["anonymous", "%2B266696687", "sip%3A1001%40pbx.example.com"])
def test_call_can_come_from_somebody_withheld_or_from_sip(
    running: RunningServer, service: FakeService, caller: str
) -> None:
    status, call = ask(running, "POST", f"/handsets/{caller}/calls", {"script": []})
    assert (status, call["ended"]) == (200, "document ended")
    assert service.told[0][1]["From"] == unquote(caller) == call["caller"]


def test_call_can_carry_parameters_of_its_own(running: RunningServer, service: FakeService) -> None:
    row = {"script": [], "parameters": {"From": "", "Caller": ""}}
    ask(running, "POST", "/handsets/anonymous/calls", row)
    assert service.told[0][1]["From"] == ""


def test_phones_are_told_how_to_answer(running: RunningServer, service: FakeService) -> None:
    desk = "+862158386601"
    ways = ["busy", {"after": 8, "script": ["speak:40", "hangup"]}, "no-answer"]
    row = {"answering": ways}
    assert ask(running, "POST", f"/handsets/{desk}/answering", row)[1]["answering"] == ways
    service.voice(f'<Dial timeout="20"><Number>{desk}</Number></Dial>')
    statuses = []
    for _ in range(3):
        _, call = ask(running, "POST", f"/handsets/{HANDSET}/calls", {"script": ["wait"]})
        statuses.append((call["dialled"][0]["status"], call["dialled"][0]["seconds"]))
    assert statuses == [("busy", 0), ("completed", 40), ("no-answer", 0)]
    left = ask(running, "GET", f"/handsets/{desk}/answering")[1]
    assert left == {"number": desk, "answering": ["no-answer"]}
    _, calls = ask(running, "GET", f"/handsets/{desk}/calls")
    assert [each["status"] for each in calls["calls"]] == ["busy", "completed", "no-answer"]


def test_phone_that_answers_talks_for_a_while_unless_it_has_a_script(
    running: RunningServer,
) -> None:
    path = f"/handsets/{HANDSET}/answering"
    _, answered = ask(running, "POST", path, {"answering": [{}]})
    assert answered["answering"] == [{"after": 3, "script": ["speak:30"]}]


def test_call_before_the_service_is_known_is_409(
    running: RunningServer, simulator: Simulator
) -> None:
    simulator.webhooks.service = None
    status, body = ask(running, "POST", f"/handsets/{HANDSET}/calls", {"script": []})
    assert (status, body["error"]["code"]) == (409, "not_connected")


def test_handset_is_set_and_read(running: RunningServer) -> None:
    ask(running, "POST", f"/handsets/{HANDSET}", {"delivery": "undelivered"})
    _, handset = ask(running, "POST", f"/handsets/{HANDSET}", {"error_code": 30005})
    assert handset == ask(running, "GET", f"/handsets/{HANDSET}")[1]
    assert (handset["delivery"], handset["error_code"]) == ("undelivered", 30005)


def test_mailbox_lists_the_mails_by_date_and_gives_each_as_written(
    running: RunningServer, simulator: Simulator
) -> None:
    assert ask(running, "GET", "/mailbox") == (200, [])
    folder = simulator.mail_folder
    assert folder is not None
    write_mail(folder / "a.eml", "六月抽样", "Tue, 02 Jun 2026 07:00:00 +0800", "抽样.xlsx")
    write_mail(folder / "b.eml", "May", "Mon, 01 Jun 2026 07:00:00 +0800")
    (folder / "c.eml.part").write_bytes(b"half a mail")
    _, mails = ask(running, "GET", "/mailbox")
    assert [(each["file"], each["subject"]) for each in mails] == [
        ("b.eml", "May"),
        ("a.eml", "六月抽样"),
    ]
    assert mails[1]["date"] == "2026-06-02T07:00:00+08:00"
    assert mails[1]["to"] == "lead@supervision.example"
    assert mails[1]["attachments"] == ["抽样.xlsx"]
    raw = (folder / "a.eml").read_bytes()
    assert ask(running, "GET", "/mailbox/a.eml") == (200, raw)


def write_mail(path: Path, subject: str, date: str, attachment: str | None = None) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["Date"], mail["To"] = subject, date, "lead@supervision.example"
    mail.set_content("x")
    if attachment:
        mail.add_attachment(b"PK", maintype="application", subtype="zip", filename=attachment)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(mail))


def test_mail_that_is_no_mail_is_listed_all_the_same(
    running: RunningServer, simulator: Simulator
) -> None:
    folder = simulator.mail_folder
    assert folder is not None
    folder.mkdir()
    (folder / "odd.eml").write_bytes(b"\xff\xfe\x00 no mail")
    (folder / "undated.eml").write_bytes(b"Subject: x\nDate: one day\n\n")
    _, mails = ask(running, "GET", "/mailbox")
    assert [each["file"] for each in mails] == ["odd.eml", "undated.eml"]
