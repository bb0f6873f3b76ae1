"""Tells leads, HR and the auditor when the service runs by another rulebook (DESIGN 2)."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from chalicelib.core import rulebook_changes
from chalicelib.core.effects import Effect
from chalicelib.core.rulebook_changes import RulebookSeen
from chalicelib.core.rules import Rulebook
from chalicelib.core.saving import AlreadyThere, Stale

log = logging.getLogger(__name__)


class Rulebooks(Protocol):
    def last(self) -> RulebookSeen | None: ...


class RulebookWatch:
    """Compares the rulebook in force with the one last seen, once in the life of a process."""

    def __init__(
        self,
        rulebooks: Rulebooks,
        commit: Callable[[Sequence[object], Sequence[object]], None],
        rules: Rulebook,
    ) -> None:
        """`rules` is the rulebook that was deployed with this process."""
        self._rulebooks = rulebooks
        self._commit = commit
        self._rules = rules
        self._is_known = False

    def run(self, now: datetime) -> int:
        """The number of keys that have changed since the rulebook last seen, which this one
        replaces; the first there is replaces none."""
        if self._is_known:
            return 0
        last = self._rulebooks.last()
        found = self._changed(last, now) if last else self._kept(None, [], now)
        self._is_known = True
        return found

    def _changed(self, last: RulebookSeen, now: datetime) -> int:
        if last.sha256 == self._rules.sha256:
            return 0
        changes = rulebook_changes.changes(last.keys, rulebook_changes.keys_of(self._rules))
        told = {
            "rows": json.dumps(changes, ensure_ascii=False),
            "sha256": self._rules.sha256,
            "at": now.isoformat(),
        }
        cause = f"rulebook~{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._kept(last, [Effect(cause, 0, "mail", "rulebook_changed", now, told)], now)
        return len(changes)

    def _kept(self, last: RulebookSeen | None, mails: Sequence[Effect], now: datetime) -> int:
        seen = rulebook_changes.seen(self._rules, now, last.version if last else 0)
        try:
            self._commit(mails, [seen])
        except (Stale, AlreadyThere):
            log.info("another run has seen the rulebook")
        return 0
