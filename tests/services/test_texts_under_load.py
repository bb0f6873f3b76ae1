"""Copies and neighbours at the same time, on the real engine: nothing lost, nothing twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Lock

import pytest

from chalicelib.config import Config
from chalicelib.core.delivery import Outcome, Sent
from chalicelib.core.grades import from_letters
from chalicelib.core.people import SCOPES, ApiToken, Unit
from chalicelib.core.visits import merged
from chalicelib.services.dispatch import Sender, SurveyDispatcher
from chalicelib.services.survey_links import SurveyLinks
from chalicelib.services.text_records import IncomingText
from chalicelib.wiring import Wiring
from tests.conftest import Tables

THREADS = 16
COMPLETED = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
INVITED = datetime(2026, 6, 4, 8, 0, tzinfo=UTC)
ANSWERED = INVITED + timedelta(hours=3)
TOKEN = ApiToken("0" * 64, SCOPES)


class CountingSms:
    """Takes every text and counts them by recipient."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self._lock = Lock()

    def send(self, to: str, body: str, status_callback: str, validity: int) -> Outcome:
        with self._lock:
            self.sent[to] += 1
            return Sent(f"SM{sum(self.sent.values()):032x}")

    def find(self, to: str, body: str, since: datetime) -> str:
        return ""


@pytest.fixture
def wiring(tables: Tables) -> Wiring:
    made = Wiring(
        Config(
            stage=tables.stage,
            public_base_url="http://127.0.0.1",
            account_sid="AC" + "0" * 32,
            number="+862158386666",
            auth_token="a token",
            dynamodb_endpoint=tables.endpoint,
        )
    )
    made.people.put(Unit("U1", "East", since="2026-05"))
    return made


def number(place: int) -> str:
    return f"+8525123{place:04d}"


def upload(wiring: Wiring, visits: int, phones: int) -> None:
    rows = [
        {
            "visit_id": f"V{place}",
            "unit": "U1",
            "technician": "Li",
            "completed_at": (COMPLETED + timedelta(minutes=place)).isoformat(),
            "phone": number(place % phones),
            "language": "en",
        }
        for place in range(visits)
    ]
    results = wiring.visits.upload(rows, TOKEN, COMPLETED + timedelta(hours=6))
    assert {row["status"] for row in results} == {"created"}


def dispatcher(wiring: Wiring, sms: CountingSms) -> SurveyDispatcher:
    return SurveyDispatcher(
        wiring.storage.visits,
        wiring.storage.phones,
        wiring.storage.people,
        wiring.storage.commit,
        Sender(lambda: sms, "http://127.0.0.1", "+862158386666"),
        SurveyLinks("http://127.0.0.1", lambda: "a key"),
        wiring.rules,
        lambda: datetime.now(UTC).isoformat(),
    )


def test_sixty_replies_five_times_each_make_one_form_each_and_one_answer(wiring: Wiring) -> None:
    upload(wiring, visits=60, phones=60)
    dispatcher(wiring, CountingSms()).run(INVITED)
    letters = ["ABA", "DBC", "EDE", "CDB"]

    def deliver(copy: int) -> tuple[int, str]:
        place = copy % 60
        text = IncomingText(number(place), f"SM{place:032x}", letters[place % 4])
        return place, wiring.texts.receive(text, ANSWERED, lambda words: words)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(deliver, range(60 * 5)))

    assert len(set(answers)) == 60, "every copy of a text gets the same answer"
    for place in range(60):
        key = wiring.storage.visits.key_of(f"V{place}")
        assert key is not None
        visit = wiring.storage.visits.get(key)
        assert visit is not None
        assert len(visit.answers) == 1
        assert merged(visit.answers, with_late=False) == from_letters(letters[place % 4])
        assert len(wiring.storage.inbound.of_number(number(place))) == 1


def test_many_texts_to_one_visit_at_once_are_all_kept(wiring: Wiring) -> None:
    upload(wiring, visits=1, phones=1)
    dispatcher(wiring, CountingSms()).run(INVITED)

    def deliver(place: int) -> str:
        text = IncomingText(number(0), f"SM{place:032x}", f"thank you {place}")
        return wiring.texts.receive(text, ANSWERED, lambda words: words)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(deliver, range(40)))

    assert len(wiring.storage.inbound.of_number(number(0))) == 40


def test_eight_dispatchers_open_one_invitation_on_each_phone(wiring: Wiring) -> None:
    upload(wiring, visits=24, phones=8)
    sms = CountingSms()
    dispatchers = [dispatcher(wiring, sms) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each.run(INVITED), dispatchers))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each.run(INVITED + timedelta(minutes=1)), dispatchers))

    assert sms.sent == Counter({number(place): 1 for place in range(8)})
    for place in range(8):
        current = wiring.storage.phones.get(number(place)).current
        assert current is not None
        assert current.visit_id == f"V{place + 16}", "the newest visit is asked about first"
