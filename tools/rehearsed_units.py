"""The managers of the units: each answers the cases that he is mailed a link of, on their pages."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final

from tools.local import Local
from tools.recount_rules import Rules
from tools.rehearsed_agenda import Agenda
from tools.rehearsed_http import CastError, page

_LINK: Final = re.compile(r"https?://[^\s/]+(/u/case/[\w-]+)")

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "fault": "密封圈老化，接头渗水",
        "cause": "上次没有更换密封圈",
        "measure": "已更换密封圈并试机两小时",
    },
    "en": {
        "fault": "A worn seal let water through",
        "cause": "The seal was not replaced at the first visit",
        "measure": "Seal replaced, tried for two hours",
    },
}
LATER: Final = timedelta(days=1)
"""When a manager means to be done who cannot say so at once."""


class Manager:
    """The manager of one unit."""

    def __init__(
        self, address: str, language: str, local: Local, agenda: Agenda, rules: Rules
    ) -> None:
        self._address = address
        self._words = WORDS[language]
        self._local = local
        self._agenda = agenda
        self._rules = rules
        self._seen: set[Path] = set()
        self._done_at_once = cycle((True, False))

    def look(self) -> None:
        """Read the mails that have come, and answer each case that one has a link of."""
        for mail in sorted(set(self._local.mail_folder.glob("*.eml")) - self._seen):
            self._seen.add(mail)
            link = self._link(mail)
            if link:
                self._answer(link)

    def _link(self, mail: Path) -> str:
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        if str(message["To"]) != self._address or body is None:
            return ""
        found = _LINK.search(body.get_content())
        return found[1] if found else ""

    def _answer(self, link: str) -> None:
        """Fault, cause, measure; done, or done by a day and then said so."""
        if "<form" not in self._page(link):
            raise CastError(f"the page of {link} has nothing to answer by")
        answer = {"act": "answer", **self._words}
        if next(self._done_at_once):
            self._page(link, {**answer, "done": "yes"})
            return
        day = self._rules.day(self._agenda.now + LATER)
        self._page(link, {**answer, "done": "no", "day": day.isoformat()})
        self._agenda.plan(self._agenda.now + LATER, partial(self._page, link, {"act": "solve"}))

    def _page(self, link: str, form: Mapping[str, str] | None = None) -> str:
        return page(self._local.service_url, link, form)


def answers_after(at: datetime, place: int) -> datetime:
    """When the manager looks into his mails after the n-th case was forwarded: once too late."""
    return at + timedelta(hours=(2, 5, 23, 29)[place % 4])
