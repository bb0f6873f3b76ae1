"""The built zip under AWS's own runtime client, in an environment that holds nothing else.

It runs as on Lambda: AWS_LAMBDA_FUNCTION_NAME is set, so settings of a laptop would be refused.
Only addresses differ, and botocore itself is told them: those of a stand-in for AWS with the real
local engine behind it. `make package` builds the zip and runs this.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has none

from chalicelib import rulebook
from chalicelib.core.people import SCOPES, ApiToken, Member, Unit
from chalicelib.core.phones import Phone
from chalicelib.core.visits import Outbox, Survey, VisitKey
from chalicelib.services.intake import Intake, NewCase
from chalicelib.store.storage import Storage, connect
from tests.aws_stand_in import Aws, Json, permits
from tests.conftest import Tables
from tools.listener import Request, listen
from tools.package import BUILD, MAX_ZIP, SERVICES, build
from tools.rest_event import Route, rest_event
from tools.runtime_api import Function, FunctionError, make_runtime
from tools.server import scheduled_event

pytestmark = pytest.mark.package

PACKAGE: Final = BUILD / "package"
FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")
BASE: Final = "https://service.example/api"
ACCOUNT: Final = "AC0123456789abcdef0123456789abcdef"
AUTH_TOKEN: Final = "made-up-token-of-a-test-account"
HOTLINE: Final = "+15005550006"
CUSTOMER: Final = "+14155550123"
API_TOKEN: Final = "made-up-api-token"
PARAMETERS: Final = {
    "PublicBaseUrl": BASE,
    "TwilioAccountSid": ACCOUNT,
    "TwilioNumber": HOTLINE,
    "Bucket": "huifang-test-bucket",
    "MailFrom": "huifang@service.example",
}
"""What an operator gives to the template, and what its own resources are named."""


@pytest.fixture(scope="module")
def template() -> Json:
    path = PACKAGE / "sam.json"
    if not path.exists():
        pytest.fail("there is no package: run make package")
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def unzipped(template: Json, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/var/task of the functions."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(PACKAGE / "deployment.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_runtime(tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def aws(tables: Tables) -> Aws:
    """AWS as far as the functions use it."""
    secrets = {f"/huifang/{tables.stage}/twilio_auth_token": AUTH_TOKEN}
    return Aws(secrets, tables.endpoint, PARAMETERS["Bucket"])


@pytest.fixture
def storage(tables: Tables) -> Storage:
    return connect(tables.stage, tables.endpoint)


Start = Callable[..., Function]
"""Logical id, and further variables of its environment → the running function."""


@pytest.fixture
def start(
    template: Json, unzipped: Path, python: Path, tables: Tables, aws: Aws
) -> Iterator[Start]:
    """Starts the function of a logical id with its handler and settings out of the template.

    When the test is over, everything the function asked of AWS must be allowed by its policy.
    """
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    values = {**PARAMETERS, "Stage": tables.stage}
    settings = {name: values[value["Ref"]] for name, value in given.items()}
    with ExitStack() as running:

        def started(logical: str, **more: str) -> Function:
            server = listen(partial(aws.answer, logical))
            running.callback(server.close)
            handler = template["Resources"][logical]["Properties"]["Handler"]
            environment = {**settings, "AWS_ENDPOINT_URL": server.url, **more}
            return running.enter_context(Function(python, unzipped, handler, environment))

        yield started
    for logical, calls in aws.calls.items():
        policy = _policy(template, logical)
        assert {call for call in calls if not permits(policy, tables.stage, call)} == set()


def _policy(template: Json, logical: str) -> Json:
    """The policy of the role of a function, as it is deployed."""
    role = template["Resources"][logical]["Properties"]["Role"]["Fn::GetAtt"][0]
    (policy,) = template["Resources"][role]["Properties"]["Policies"]
    return policy["PolicyDocument"]


def call(function: Function, method: str, path: str, body: bytes = b"", **headers: str) -> Json:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    request = Request(method, path, named, body)
    event = rest_event(request, Route(path, {}), request_id="r", received_at=datetime.now(UTC))
    return function.invoke(event)


def tick(function: Function, name: str) -> Json:
    return function.invoke(scheduled_event(name, datetime.now(UTC)))


def test_the_package_is_small_enough() -> None:
    assert (PACKAGE / "deployment.zip").stat().st_size <= MAX_ZIP


def test_the_package_holds_the_app_compiled_and_nothing_of_ours_else(unzipped: Path) -> None:
    tops = {path.name for path in unzipped.iterdir()}
    assert {"app.py", "chalicelib", "chalice"} <= tops
    assert not tops & {"tools", "tests", "pip", "setuptools", "inquirer", "docs"}
    assert (unzipped / "chalicelib" / "rulebook.toml").is_file()
    assert list(unzipped.glob("chalicelib/locales/*/LC_MESSAGES/*.mo"))
    assert not list(unzipped.glob("chalicelib/locales/*/LC_MESSAGES/*.po"))
    for source in (unzipped / "chalicelib").rglob("*.py"):
        assert list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"))


def test_the_package_describes_the_services_that_are_called_and_no_others(unzipped: Path) -> None:
    data = unzipped / "botocore" / "data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == SERVICES


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    again = build(target=tmp_path / "package")
    assert again.digest == hashlib.sha256((PACKAGE / "deployment.zip").read_bytes()).hexdigest()
    assert again.template.read_bytes() == (PACKAGE / "sam.json").read_bytes()


def test_health_is_answered_without_database_or_secrets(start: Start) -> None:
    function = start("APIHandler")
    answer = call(function, "GET", "/health")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"status": "ok"}


def test_an_unsigned_text_is_refused(start: Start) -> None:
    body = urlencode(_text("SM" + "0" * 32, "ABA")).encode()
    answer = call(start("APIHandler"), "POST", "/twilio/sms", body, Content_Type=FORM[1])
    assert answer["statusCode"] == 403


def test_a_signed_reply_is_answered_and_stored(start: Start, storage: Storage) -> None:
    function = start("APIHandler")
    key = _invited(function, storage)
    answer = _signed(function, "SM" + "1" * 32, "ABA")
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/xml"
    assert "<Message>" in answer["body"]
    visit = storage.visits.get(key)
    assert visit is not None
    assert [(one.grades, one.channel) for one in visit.answers] == [("ABA", "sms")]
    assert _signed(function, "SM" + "1" * 32, "ABA") == answer


def test_every_schedule_runs_and_what_they_plan_is_mailed(
    start: Start, storage: Storage, aws: Aws
) -> None:
    """The first draw is committed, the months since the unit began are closed, both are mailed."""
    began = (datetime.now(UTC) - timedelta(days=80)).strftime("%Y-%m")
    storage.people.put(Unit("north", "North", language="en", since=began))
    for name in ("lead", "supervisor"):
        storage.people.put(Member(name.title(), f"{name}@service.example", name))
    week_ago = datetime.now(UTC) - timedelta(days=7)
    duty = ("+8613900000001", "+8613900000002")
    intake = Intake(replace(rulebook.load(), duty_numbers=duty), iter(range(9)).__next__)
    forgotten = NewCase("hotline", week_ago, category="safety", unit="north")
    storage.commit(intake.opened(forgotten).adds, [])
    for logical in ("Draw", "Close", "Watch", "Dispatch"):
        assert tick(start(logical), logical.lower()) is None
    assert any(key.startswith("facts/") for key in aws.objects)
    assert any("breaches." in mail["Message-ID"] for _, mail in aws.mails)
    assert len(aws.mails) >= 3
    for sent, mail in aws.mails:
        assert sent["FromEmailAddress"] == PARAMETERS["MailFrom"]
        assert all("," not in one for one in sent["Destination"]["ToAddresses"])
        assert mail["Message-ID"]
        assert mail.get_body(("html",)) is not None


def test_the_sweep_asks_the_provider_for_its_lists(start: Start, aws: Aws) -> None:
    """There is none here: all ways out of this process lead to a closed door."""
    sweep = start("Sweep", HTTPS_PROXY="http://127.0.0.1:9")
    with pytest.raises(FunctionError, match=r"api\.twilio\.com.*Accounts"):
        tick(sweep, "sweep")
    assert {call.action for call in aws.calls["Sweep"]} >= {"ssm:GetParametersByPath"}


def _text(sid: str, body: str) -> dict[str, str]:
    return {
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": CUSTOMER,
        "To": HOTLINE,
        "Body": body,
        "NumMedia": "0",
        "FromCity": "",
    }


def _signed(function: Function, sid: str, body: str) -> Json:
    text = _text(sid, body)
    signature = RequestValidator(AUTH_TOKEN).compute_signature(f"{BASE}/twilio/sms", text)
    return call(
        function,
        "POST",
        "/twilio/sms",
        urlencode(text).encode(),
        Content_Type=FORM[1],
        X_Twilio_Signature=signature,
    )


def _invited(function: Function, storage: Storage) -> VisitKey:
    """A visit uploaded through the API, then invited as the dispatcher leaves it."""
    storage.people.put(ApiToken(hashlib.sha256(API_TOKEN.encode()).hexdigest(), SCOPES))
    storage.people.put(Unit("north", "North", language="en"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    row = {
        "visit_id": "V1",
        "unit": "north",
        "technician": "Wang",
        "completed_at": yesterday.isoformat(),
        "phone": CUSTOMER,
        "language": "en",
    }
    answer = call(
        function,
        "POST",
        "/api/visits",
        json.dumps([row]).encode(),
        Content_Type="application/json",
        Authorization=f"Bearer {API_TOKEN}",
    )
    assert json.loads(answer["body"])["results"] == [{"visit_id": "V1", "status": "created"}]
    key = storage.visits.key_of("V1")
    assert key is not None
    visit = storage.visits.get(key)
    assert visit is not None
    sent = Survey(
        state="invited",
        due_at=yesterday + timedelta(days=3),
        invited_at=yesterday,
        contacts=1,
        outbox=Outbox(message="invitation", state="sent", sid="SM" + "9" * 32, attempts=1),
    )
    phone = replace(storage.phones.get(CUSTOMER), current=key)
    assert isinstance(phone, Phone)
    storage.commit(saves=[replace(visit, survey=sent), phone])
    return key
