"""Logs: one JSON object a line, ids and masked numbers only."""

import json
import logging
import re
from typing import Final

_NUMBER: Final = re.compile(r"\+\d{4,15}")
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({})))


def masked(text: str) -> str:
    """Every phone number in `text` with its middle hidden.

    >>> masked("no answer from +8613800138000")
    'no answer from +86****00'
    """
    return _NUMBER.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", text)


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
