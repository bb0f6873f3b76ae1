"""Pages: HTML made of templates, with the headers that let nothing foreign in and keep nothing."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chalice.app import Response

from chalicelib.core import calendar
from chalicelib.core.rules import Rulebook
from chalicelib.texts import LOCALES, Say, translator
from chalicelib.web.asked import Asked

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent.parent / "templates" / "pages"

TAGS: Final = {language: locale.replace("_", "-") for language, locale in LOCALES.items()}
"""Language → its tag in HTML."""

HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""No script, no image, nothing of anybody else; one style sheet, known by its hash."""


def page(
    template: str,
    asked: Asked,
    status: int = 200,
    *,
    own: str = "",
    switch: bool = False,
    headers: Mapping[str, str] | None = None,
    links: Sequence[str] = ("", "lookup"),
    public: bool = False,
    **values: Any,  # noqa: ANN401 # what the template asks for
) -> Response:
    """The page of a template.

    `own` is the language of what it shows; `switch` offers the other one by a link to the same
    address, which only an answer to GET may do. `links` are the pages of ours named at its foot,
    "" the complaint form; a page that is not `public` is none for search engines.
    """
    rules = asked.services.rules
    language = asked.read_in(own)
    say = translator(language)
    body = (
        environment()
        .get_template(template)
        .render(
            say=say,
            tag=TAGS[language],
            tags=TAGS,
            other=_other(language, rules) if switch else "",
            organisation=rules.organisation,
            hotline=asked.services.hotline,
            to=lambda *parts: path(asked, *parts),
            instant=lambda at: instant(at, say, rules),
            day=lambda iso: day(iso, say),
            cut=cut,
            links=links,
            public=public,
            **values,
        )
    )
    policy = {"Content-Security-Policy": _policy()}
    return Response(body, status_code=status, headers={**HEADERS, **policy, **(headers or {})})


def told(what: str, asked: Asked, status: int, own: str = "") -> Response:
    """A page that only says something: `what` names its title and text."""
    return page("told.html", asked, status, own=own, what=what)


def path(asked: Asked, *parts: str) -> str:
    """The path of one of our pages, below the stage that we are deployed under.

    It stands in links and forms, so that they lead back to wherever the customer came in, and
    stay in the language that was chosen.
    """
    stage = urlsplit(asked.services.public_base_url).path
    chosen = f"?lang={asked.language}" if asked.language in TAGS else ""
    return "/".join((stage, *parts)) + chosen


def instant(at: datetime, say: Say, rules: Rulebook) -> str:
    """An instant by the organisation's clocks, as people say it."""
    local = at.astimezone(calendar.zone(rules))
    return say("page.instant", day=_day(local.date(), say), time=f"{local:%H:%M}")


def day(iso: str, say: Say) -> str:
    """An ISO day as people say it; "" stays ""."""
    return _day(date.fromisoformat(iso), say) if iso else ""


def cut(text: str, longest: int) -> str:
    """The beginning of a text that would make a page too long.

    >>> cut("abcdef", 4), cut("abc", 4)
    ('abcd…', 'abc')
    """
    return text if len(text) <= longest else f"{text[:longest]}…"


def _day(local: date, say: Say) -> str:
    return say("sms.day", month=say(f"sms.month.{local.month}"), day=local.day)


def _other(language: str, rules: Rulebook) -> str:
    return next((each for each in rules.languages if each != language), "")


@cache
def environment() -> "Environment":
    """The templates; every value is escaped, an unknown one is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = Markup(_style())  # noqa: S704 # our own file
    return made


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    return _POLICY.format(style=b64encode(sha256(_style().encode()).digest()).decode())
