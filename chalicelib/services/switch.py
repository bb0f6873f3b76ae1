"""The switch that stops every text: who may turn it; it keeps who turned it last and when."""

from datetime import datetime
from typing import Protocol

from chalicelib.core import acts
from chalicelib.core.people import Member


class Switch(Protocol):
    def stop_sending(self, by: str, at: datetime) -> bool: ...
    def start_sending(self, by: str, at: datetime) -> bool: ...


def stop_sending(switch: Switch, by: Member, now: datetime) -> bool:
    """Stop every text; False if it was stopped already. ActError as `acts.allow`."""
    acts.allow("stop-sending", by)
    return switch.stop_sending(by.mail.lower(), now)


def start_sending(switch: Switch, by: Member, now: datetime) -> bool:
    """Let texts go out again; False if they did. ActError as `acts.allow`."""
    acts.allow("start-sending", by)
    return switch.start_sending(by.mail.lower(), now)
