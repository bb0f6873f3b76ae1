"""The contract of InboundStore."""

from dataclasses import replace

import pytest

from chalicelib.core.saving import AlreadyThere
from chalicelib.store.storage import Storage
from tests.store.samples import HOUR, NOW, NUMBER, OPT, PHONE, SID, TEXT


class TestInboundStore:
    def test_a_text_is_kept_whole(self, storage: Storage) -> None:
        storage.commit(adds=[TEXT])
        assert storage.inbound.get(NUMBER, SID) == TEXT

    def test_an_unknown_text_is_none(self, storage: Storage) -> None:
        assert storage.inbound.get(NUMBER, SID) is None

    def test_a_second_text_of_the_same_id_is_refused_and_the_first_answer_stays(
        self, storage: Storage
    ) -> None:
        storage.commit(adds=[TEXT])
        with pytest.raises(AlreadyThere) as refusal:
            storage.commit(adds=[replace(TEXT, answer="other")])
        assert refusal.value.record == replace(TEXT, answer="other")
        assert storage.inbound.get(NUMBER, SID) == TEXT

    def test_the_texts_of_a_number_come_in_the_order_they_were_received(
        self, storage: Storage
    ) -> None:
        later = replace(TEXT, message_id="SM0", received_at=NOW + HOUR)
        storage.commit(adds=[later, TEXT, OPT], saves=[PHONE])
        assert storage.inbound.of_number(NUMBER) == [TEXT, later]

    def test_opt_events_of_one_instant_are_told_apart_by_their_cause(
        self, storage: Storage
    ) -> None:
        again = replace(OPT, opted_out=False, cause="SM1")
        storage.commit(adds=[again, OPT, TEXT])
        assert storage.inbound.opt_events(NUMBER) == [OPT, again]

    @pytest.mark.parametrize(
        "body",
        ["", "\x00\r\n\t", "谢谢😀", "\ud83d lone", "low \udc80", '"\\ud83d"', "\\", "\u2028"],
        ids=ascii,
    )
    def test_no_character_of_a_text_is_lost(self, storage: Storage, body: str) -> None:
        text = replace(TEXT, body=body, parameters={"Body": body, body: ""})
        storage.commit(adds=[text])
        assert storage.inbound.get(NUMBER, SID) == text
