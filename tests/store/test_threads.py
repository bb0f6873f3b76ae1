"""Many at once on the real engine: nothing lost, nothing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from chalicelib.core.inbound import InboundText
from chalicelib.core.saving import AlreadyThere, Stale
from chalicelib.core.visits import Answer, Outbox, Visit, VisitKey, with_answer
from chalicelib.store.storage import Storage
from tests.store.samples import NOW, NUMBER, PHONE, TEXT, VISIT, key_numbered

THREADS = 16
TEXTS = 60
COPIES = 5
DISPATCHERS = 8


def everywhere(work: Callable[[int], object], count: int) -> list[object]:
    """What `work` returned for 0 … count - 1, done by 16 threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(count)))


def visit_numbered(number: int) -> Visit:
    return replace(VISIT, facts=replace(VISIT.facts, visit_id=key_numbered(number).visit_id))


def found(storage: Storage, key: VisitKey) -> Visit:
    visit = storage.visits.get(key)
    assert visit is not None
    return visit


def test_every_optimistic_save_of_sixteen_threads_counts(storage: Storage) -> None:
    storage.visits.create(VISIT)

    def count_up(_: int) -> int:
        tries = 0
        while True:
            visit = found(storage, VISIT.key)
            contacts = visit.survey.contacts + 1
            try:
                storage.visits.save(replace(visit, survey=replace(visit.survey, contacts=contacts)))
            except Stale:
                tries += 1
            else:
                return tries

    everywhere(count_up, 64)
    visit = found(storage, VISIT.key)
    assert (visit.survey.contacts, visit.version) == (64, 65)


def reply(storage: Storage, text: InboundText, key: VisitKey) -> str:
    """The reply of a webhook: phone, visit, one transaction; the stored answer for a copy."""
    while True:
        phone = storage.phones.get(NUMBER)
        visit = found(storage, key)
        answer = Answer("ABA", "sms", "direct", text.received_at, text.message_id)
        answered = replace(visit, answers=with_answer(visit.answers, answer))
        said = replace(text, answer=f"thanks {visit.version} {phone.version}")
        try:
            storage.commit(adds=[said], saves=[answered])
        except AlreadyThere:
            first = storage.inbound.get(NUMBER, text.message_id)
            assert first is not None
            return first.answer
        except Stale:
            continue
        return said.answer


def test_five_copies_of_sixty_texts_change_each_visit_once_and_are_answered_alike(
    storage: Storage,
) -> None:
    storage.phones.save(PHONE)
    for number in range(TEXTS // 2):
        storage.visits.create(visit_numbered(number))

    def deliver(turn: int) -> tuple[int, str]:
        number = turn * 7 % TEXTS
        at = NOW + timedelta(seconds=turn)
        text = replace(TEXT, message_id=f"SM{number:032d}", received_at=at)
        return number, reply(storage, text, key_numbered(number // 2))

    answers = everywhere(deliver, TEXTS * COPIES)
    assert len(set(answers)) == TEXTS
    for number in range(TEXTS // 2):
        visit = found(storage, key_numbered(number))
        assert len(visit.answers) == 2
        assert visit.version == 3
    assert len(storage.inbound.of_number(NUMBER)) == TEXTS


def test_eight_dispatchers_claim_a_phone_for_one_visit(storage: Storage) -> None:
    for number in range(DISPATCHERS):
        storage.visits.create(visit_numbered(number))

    def claim(number: int) -> bool:
        phone = storage.phones.get(NUMBER)
        visit = found(storage, key_numbered(number))
        if phone.current is not None:
            return False
        leased = replace(visit.survey, outbox=Outbox("invite", "leased", lease=str(number)))
        try:
            storage.commit(saves=[replace(visit, survey=leased), replace(phone, current=visit.key)])
        except Stale:
            return False
        return True

    assert sum(bool(won) for won in everywhere(claim, DISPATCHERS)) == 1
    leased = [
        number
        for number in range(DISPATCHERS)
        if found(storage, key_numbered(number)).survey.outbox
    ]
    assert [storage.phones.get(NUMBER).current] == [key_numbered(number) for number in leased]


def test_one_of_many_creations_of_the_same_visit_wins(storage: Storage) -> None:
    won = everywhere(lambda turn: storage.visits.create(replace(VISIT, salt=str(turn))), 16)
    assert sum(map(bool, won)) == 1
    assert found(storage, VISIT.key).salt == str(won.index(True))
