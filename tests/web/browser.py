"""A browser without scripts, for tests of pages: it fills forms in, and sees what is text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode

from tests.stage import Answered, Stage

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
ENGLISH: Final = {"Accept-Language": "en-GB,en;q=0.9"}


@dataclass
class Page(HTMLParser):
    """A page as a browser reads it."""

    answered: Answered
    tags: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside: list[str] = []
        self._area = ""
        self.feed(self.html)
        self.close()

    def __hash__(self) -> int:
        return id(self)

    @property
    def html(self) -> str:
        return self.answered.body.decode()

    @property
    def status(self) -> int:
        return self.answered.status

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= given.keys()
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self._inside.append(tag)
        if tag == "textarea":
            self._area = given["name"]
            self.values[self._area] = ""
        if tag == "input" and given.get("type") in ("radio", "checkbox"):
            if "checked" in given:
                self.chosen[given["name"]] = given["value"]
        elif tag == "input":
            self.values[given["name"]] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.values[self._area] = self.values[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data
        elif self._inside and self._inside[-1] != "style":
            self.words += data


@dataclass(frozen=True)
class Browser:
    """Asks the service as somebody without an account."""

    stage: Stage
    headers: Mapping[str, str] = field(default_factory=lambda: ENGLISH)

    def get(self, path: str) -> Page:
        """A page."""
        return Page(self.stage.call("GET", path, token=None, headers=self.headers))

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """A form as browsers send it."""
        body = urlencode(fields).encode()
        headers = {**self.headers, **FORM}
        return Page(self.stage.call("POST", path, body, token=None, headers=headers))

    def send(self, path: str, **fields: str) -> Page:
        """Open a page, fill its form in and send it."""
        return self.post(path, {**self.get(path).values, **fields})

    def complain(self, text: str = "Two hours late", **fields: str) -> "Kept":
        """A complaint that is taken."""
        return kept(self.send("/", text=text, **fields))


@dataclass(frozen=True)
class Kept:
    """What a receipt says."""

    page: Page
    number: str
    code: str
    link: str


def kept(page: Page) -> Kept:
    """The receipt of a complaint."""
    assert page.status == 200, page.html
    number, code = re.findall(r"<dd>(\d+)</dd>", page.html)
    (link,) = {link for link in page.links if "/c/" in link}
    return Kept(page, number, code, link.removeprefix("/stage"))
