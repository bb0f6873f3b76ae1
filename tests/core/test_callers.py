"""Whose number a caller's is, and that some numbers are nobody's."""

import json
import os
from pathlib import Path

import pytest

from chalicelib.core.callers import dialled_from

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.parametrize("number", ["+85251230077", "+8613800138000", "+12015550123"])
def test_a_number_is_taken_as_it_is(number: str) -> None:
    assert dialled_from(number) == number


@pytest.mark.parametrize(
    "sender",
    [
        *("anonymous", "Anonymous", "UNKNOWN", "Restricted", "unavailable", "private", "blocked"),
        *("", "+", "+266696687", "266696687", "+7378742833", "+86282452253", "+8656696"),
        *("+2562533", "+7748283", "sip:1001@pbx.example.com", "sip:+85251230077@pbx.example.com"),
        *(
            "client:desk",
            "13800138000",
            "+0123456789",
            "+1",
            "+85251230077;ext=1",
            "+８５２５１２３",
        ),
    ],
)
def test_what_is_withheld_or_no_number_is_nobodys(sender: str) -> None:
    assert dialled_from(sender) == ""


def test_every_sign_of_a_withheld_number_is_known() -> None:
    path = SHARED / "twilio_payloads.json"
    if not path.exists():
        pytest.skip(f"Twilio's example payloads are not at {path}")
    senders = json.loads(path.read_text(encoding="utf-8"))["withheld_caller_ids"]
    assert len(senders) > 10
    assert [sender for sender in senders if dialled_from(sender)] == []
