"""Logs: one JSON object a line, ids and masked numbers only."""

import json
import logging
import re
from typing import Final

_NUMBER: Final = re.compile(r"(\+|%2B)(\d{2})\d+(\d{2})", re.IGNORECASE)
"""A number in E.164, also as an address has it: providers' errors repeat what they were asked."""

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({})))


def masked(text: str) -> str:
    """Every phone number in `text` with its middle hidden.

    >>> masked("no answer from +8613800138000 to /Messages.json?To=%2B8613800138000")
    'no answer from +86****00 to /Messages.json?To=%2B86****00'
    """
    return _NUMBER.sub(r"\1\2****\3", text)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Level, logger, message, whatever `extra` named, and the traceback if there is one."""
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        line |= {k: str(v) for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return masked(json.dumps(line, ensure_ascii=False))


def configure() -> None:
    """Send the logs of this project to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("chalicelib", "huifang"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
