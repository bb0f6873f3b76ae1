"""Logs: one JSON object a line, ids and masked numbers only."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from requests import exceptions as requests_exceptions

from chalicelib.gateways.twilio_client import TwilioClient
from chalicelib.gateways.twilio_sms import TwilioSms
from chalicelib.logs import JsonLines, configure, masked
from tests.stage import UPLOADED


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("chalicelib.tests")
    logger.addHandler(handler)
    logger.propagate = False
    yield text
    logger.removeHandler(handler)


log = logging.getLogger("chalicelib.tests")


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_record_is_one_line_of_json_with_what_it_was_told(written: io.StringIO) -> None:
    log.warning("visit %s waits", "V-1", extra={"unit": "北三站", "tries": 3})
    (line,) = lines(written)
    assert line == {
        "level": "WARNING",
        "logger": "chalicelib.tests",
        "message": "visit V-1 waits",
        "unit": "北三站",
        "tries": "3",
    }


def test_a_line_that_holds_line_ends_is_still_one_line(written: io.StringIO) -> None:
    log.error("a\nb\r\u2028c", extra={"text": 'x"}\n{"level": "forged'})
    assert written.getvalue().count("\n") == 1
    assert json.loads(written.getvalue())["text"] == 'x"}\n{"level": "forged'


def test_numbers_are_masked_wherever_they_stand(written: io.StringIO) -> None:
    try:
        raise ValueError("to +8613800138000")
    except ValueError:
        log.exception("from %s", "+85251230001", extra={"to": "+14155550123"})
    told = written.getvalue()
    for number in ("13800138000", "51230001", "4155550123"):
        assert number not in told
    (line,) = lines(written)
    assert (line["message"], line["to"]) == ("from +85****01", "+14****23")
    assert "ValueError: to +86****00" in line["traceback"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("+8613800138000", "+86****00"),
        ("To=%2B8613800138000&From=%2b85251230001", "To=%2B86****00&From=%2b85****01"),
        ("+1415", "+1415"),
        ("2026-06-03T08:00:00+08:00", "2026-06-03T08:00:00+08:00"),
        ("SM0123456789abcdef", "SM0123456789abcdef"),
        ("+86138001380001234567", "+86****67"),
    ],
)
def test_only_the_middle_of_a_number_is_hidden(text: str, told: str) -> None:
    assert masked(text) == told


def test_what_a_provider_says_of_a_failed_request_holds_no_number(written: io.StringIO) -> None:
    """The errors of requests repeat the address they asked, with its parameters."""
    sms = TwilioSms(
        TwilioClient("AC" + "0" * 32, "secret-token", "http://127.0.0.1:9"), "+862158386666"
    )
    try:
        sms.find("+8613800138000", "hello", UPLOADED)
    except requests_exceptions.ConnectionError:
        log.exception("not found out")
    told = written.getvalue()
    assert "Messages.json" in told
    for hidden in ("13800138000", "2158386666", "secret-token"):
        assert hidden not in told


def test_surrogates_do_not_end_the_log() -> None:
    """A logger of its own: what pytest collects of others has to pass from process to process."""
    alone, text = logging.Logger("alone"), io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    alone.addHandler(handler)
    alone.warning("\ud800", extra={"text": "\udfff"})
    assert len(lines(text)) == 1


@pytest.fixture
def _handlers_restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("chalicelib", "huifang")]
    before = [logger.handlers for logger in loggers]
    yield
    for logger, handlers in zip(loggers, before, strict=True):
        logger.handlers = handlers


@pytest.mark.usefixtures("_handlers_restored")
def test_configuring_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    configure()
    logging.getLogger("huifang").warning("once")
    assert capsys.readouterr().err.count("once") == 1
