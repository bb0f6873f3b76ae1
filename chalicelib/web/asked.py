"""What a browser asked of a page: its form, its language, where it comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from chalice.app import Request

from chalicelib.core.devices import Origin
from chalicelib.web.provided import Services

FORM: Final = "application/x-www-form-urlencoded"

LANGUAGES: Final = ("zh", "en")

_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8})[A-Za-z0-9-]*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*"
)


class Fields(dict[str, str]):
    """The fields of a form, first value of each; `repeated` names those that stand twice."""

    def __init__(self, body: bytes) -> None:
        """Blanks are kept, bytes that are no UTF-8 replaced, line ends as we write them."""
        text = body.decode("utf-8", errors="replace")
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
        super().__init__((name, _lines(value)) for name, value in reversed(pairs))
        names = [name for name, _ in pairs]
        self.repeated = frozenset(name for name in self if names.count(name) > 1)

    def of(self, name: str) -> str:
        """A field, "" where it is missing."""
        return self.get(name, "")

    def has(self, name: str) -> bool:
        """Whether a box is ticked or a button pressed."""
        return self.of(name).strip().lower() not in _NO


_NO: Final = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a page; `language` is the one chosen by a click, "" if none was."""

    services: Services
    now: datetime
    form: Fields
    language: str
    accepted: str
    origin: Origin

    @property
    def address(self) -> str:
        """The address the request came from."""
        return self.origin.address

    def read_in(self, own: str = "") -> str:
        """The language to answer in: the one chosen, else that of what is shown, else accepted."""
        spoken = self.services.rules.languages
        wanted = (self.language, own, self.accepted, *spoken)
        return next(language for language in wanted if language in spoken)


def asked(services: Services, request: Request) -> Asked:
    """The request as pages need it."""
    raw = request.raw_body
    headers: Mapping[str, str] = request.headers
    gateway: Mapping[str, Any] = request.context
    query: Mapping[str, str] = request.query_params or {}
    return Asked(
        services=services,
        now=services.now(),
        form=Fields(raw if isinstance(raw, bytes) else raw.encode()),
        language=query.get("lang", ""),
        accepted=preferred(headers.get("accept-language", "")),
        origin=Origin(
            gateway.get("identity", {}).get("sourceIp", ""), headers.get("user-agent", "")
        ),
    )


def preferred(accept_language: str) -> str:
    """The language of ours that a browser likes best, "" if it names none.

    >>> preferred("de-DE,de;q=0.9,en;q=0.8,zh-CN;q=0.7"), preferred("zh;q=0, en-GB"), preferred("*")
    ('en', 'en', '')
    """
    found = [_RANGE.fullmatch(each) for each in accept_language[:500].split(",")]
    liked = [(_thousandths(each[2]), each[1].lower()) for each in found if each]
    ours = [(weight, language) for weight, language in liked if weight and language in LANGUAGES]
    return max(ours, key=lambda each: each[0])[1] if ours else ""


def _thousandths(weight: str | None) -> int:
    """A quality of 0 to 1 with at most three decimals; none is 1.

    >>> _thousandths("0.85"), _thousandths(None), _thousandths("1.")
    (850, 1000, 1000)
    """
    whole, _, decimals = (weight or "1").partition(".")
    return min(1000, int(whole) * 1000 + int(decimals.ljust(3, "0")))


def _lines(text: str) -> str:
    """Line ends as browsers send them, as they are written everywhere else."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
