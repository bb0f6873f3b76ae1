"""One record of each kind, as a month really makes them."""

from datetime import UTC, datetime, timedelta

from chalicelib.core.amendments import Amendment
from chalicelib.core.call_records import Call, CallEntry, CallFact, Recording
from chalicelib.core.cases import Case, CaseEvent, CaseName
from chalicelib.core.devices import DaySalt, DeviceForm
from chalicelib.core.documents import ChainHead, StoredDocument
from chalicelib.core.draws import Draw, Pick
from chalicelib.core.effects import Effect
from chalicelib.core.inbound import InboundText, OptEvent
from chalicelib.core.links import CaseLink
from chalicelib.core.observations import Observation
from chalicelib.core.paging import Page
from chalicelib.core.people import ApiToken, Member, Technician, Unit
from chalicelib.core.phones import Phone
from chalicelib.core.proceedings import Happened, Proceeding
from chalicelib.core.register import RegisterEntry
from chalicelib.core.rulebook_changes import RulebookSeen
from chalicelib.core.runs import RunMark
from chalicelib.core.submissions import Submission
from chalicelib.core.unit_links import UnitLink
from chalicelib.core.upload_notes import UploadNote
from chalicelib.core.verification import Attempt, Incident, Told, Verification
from chalicelib.core.visits import (
    Answer,
    Conversation,
    Facts,
    Outbox,
    Said,
    Survey,
    Visit,
    VisitKey,
)
from chalicelib.core.witness import WeekOfFacts
from chalicelib.core.wrong_codes import WrongCodes

NOW = datetime(2026, 6, 4, 3, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER = "+8613800138000"
SID = "SM0123456789abcdef0123456789abcdef"

VISIT = Visit(
    facts=Facts(
        visit_id="V2026-000123",
        unit="north-3",
        technician="王小明",
        completed_at=NOW - 20 * HOUR,
        customer_name="李先生",
        phone=NUMBER,
        country="CN",
        mobile=True,
        appliance="热水器",
    ),
    month="2026-06",
    received_at=NOW - 19 * HOUR,
    salt="0123456789abcdef0123456789abcdef",
    uploaded_by="api",
    survey=Survey(due_at=NOW),
)
INVITED = Survey(
    state="invited",
    due_at=NOW + 48 * HOUR,
    invited_at=NOW,
    contacts=1,
    outbox=Outbox(message="invite", state="sent", sid=SID, attempts=1),
)
ANSWER = Answer(grades="ABA", channel="sms", evidence="direct", at=NOW + HOUR, source=SID)
CONVERSATION = Conversation(
    ours=(
        Said("invite", {"organisation": "Huifang", "appliance": "热水器", "day": "6月3日"}),
        Said("thanks", {"grades": "A B A"}),
    ),
    asked_at=NOW,
    asked_grades=True,
    day="2026-06-04",
    answers_today=1,
)
PHONE = Phone(NUMBER, current=VISIT.key, conversation=CONVERSATION)
TEXT = InboundText(
    number=NUMBER,
    message_id=SID,
    received_at=NOW,
    body="ABA",
    parameters={"From": NUMBER, "To": "+15005550006", "Body": "ABA", "NumMedia": "0"},
    kind="grades",
    rule="letters",
    answer="<Response><Message>谢谢！</Message></Response>",
)
OPT = OptEvent(NUMBER, NOW, True, "sms", SID)
EFFECT = Effect(
    cause="draw:2026-W23",
    number=1,
    kind="mail",
    what="weekly",
    due_at=NOW,
    values={"key": "2026-W23"},
    outbox=Outbox(message="<draw-2026-W23-1@huifang>"),
)
RUN = RunMark("close", "2026-06", "running", "lease-1", NOW + HOUR, "north-3/V2")
CASE = Case("572000001", NOW, "2026-06", "sms", "north-3", "V2026-000123", NUMBER, "投诉 漏水")
EVENT = CaseEvent("572000001", 1, NOW, "received", "customer", values={"text": "漏水"})
NAME = CaseName("7K2M-9QXA", "572000001")
PAGE = Page("572000001", NOW, NUMBER, "572000001", ("+8613900139001",), due_at=NOW + HOUR)
OBSERVATION = Observation("north-3", NOW, "Amsel", "asked for an A", "王小明")
UNIT_LINK = UnitLink("e" * 64, "7K2M-9QXA", "north-3", NOW + 24 * HOUR)
DRAW = Draw("2026-W23", "committed", "c" * 64, since=NOW, quotas={"north-3": 3})
TOLD = Told("AB-", "yes", "水管, 6月3日", "0", "no", "no", remark="谢谢")
PICK = Pick(
    *("2026-W23", "north-3", 1, "V1", "2026-06", "north-3/王小明/silent", "0.0123", "random"),
    attempts=(Attempt(NOW, "chen@supervision.example", "reached", "CA" + "0" * 32, 95),),
    told=TOLD,
)
VERIFICATION = Verification(
    "2026-W23", "2026-W23/north-3/王小明/silent/none", "random", 1, "first_form", NOW, told="AB-"
)
DOCUMENT = StoredDocument(
    "north-3", 1, "2026-05", 1, '{"amount": 1000}', "d" * 64, "", "f" * 64, NOW
)
HEAD = ChainHead("north-3", 1, "d" * 64, {"2026-05": 1})
UNIT = Unit("north-3", "北三站", "boss@north-3.example", "zh")
TECHNICIAN = Technician("north-3", "王小明", "+8613900139000")
MEMBER = Member("陈立", "Chen@supervision.example", "lead", recusals=("north-3",))
CALL_SID = "CA0123456789abcdef0123456789abcdef"
CALL = Call(
    CALL_SID,
    NOW,
    NUMBER,
    visit=VisitKey("north-3", "2026-06", "V2026-000123"),
    documents=2,
    asked={"menu": 1, "timeliness": 1},
    served="graded",
)
CALL_FACT = CallFact(CALL_SID, "menu#1", NOW, {"Digits": "1", "FromCity": ""}, "<Response/>")
CALL_ENTRY = CallEntry(NUMBER, NOW, CALL_SID)
RECORDING = Recording("RE" + "0" * 32, CALL_SID, NOW, "completed", 17, due_at=NOW + HOUR)
SUBMISSION = Submission("e" * 64, "complaint", "572000001", NOW, {"name": "李先生"})
CASE_LINK = CaseLink("A" * 43, "572000001", NOW + 24 * HOUR)
WRONG_CODES = WrongCodes("number#572000001", 3, NOW)
TOKEN = ApiToken("a" * 64, ("visits:write", "visits:read"), "north-3")

PROCEEDING = Proceeding(
    "north-3", 1, "2026-05", "noticed", NOW, (Happened(NOW, "closed", "service"),)
)
AMENDMENT = Amendment(
    *("north-3", "2026-05", "case:572000001", "unit", NOW, "service"),
    subjects=("case 572000001",),
    kin=("chen@supervision.example",),
    values={"from": "north-3"},
    due_at=NOW,
)
RULES_SEEN = RulebookSeen("f" * 64, NOW, {"rise_award": "1000"})
REGISTERED = RegisterEntry("2026-05", "north-3", 1, -3000, 1000, NOW, "hr@anjia.example")
WEEK = WeekOfFacts("north-3", "2026-W23", 17, "e" * 64, NOW)
INCIDENT = Incident("north-3", "王小明", "V1", "no_visit", NOW, 10, "no_job")
UPLOAD_NOTE = UploadNote("2026-06-04", "taken", "south-1", "V2026-000123", "north-3")
DAY_SALT = DaySalt("2026-06-04", "0" * 64, NOW + 36 * HOUR)
DEVICE_FORM = DeviceForm("d" * 24, NOW, "e" * 64, "V2026-000123", "c" * 16)

RECORDS = (
    VISIT, PHONE, TEXT, OPT, EFFECT, RUN, CASE, EVENT, DRAW, PICK, DOCUMENT, HEAD, UNIT,
    TECHNICIAN, MEMBER, TOKEN, SUBMISSION, CASE_LINK, WRONG_CODES, NAME, PAGE, OBSERVATION,
    UNIT_LINK, PROCEEDING, AMENDMENT, REGISTERED, WEEK, INCIDENT, CALL, CALL_FACT, CALL_ENTRY,
    RECORDING, RULES_SEEN, DAY_SALT, DEVICE_FORM, UPLOAD_NOTE,
)  # fmt: skip


def key_numbered(number: int) -> VisitKey:
    """The key of one of many visits of the sample's unit and month."""
    return VisitKey("north-3", "2026-06", f"V{number:05d}")
