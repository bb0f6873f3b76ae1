"""Customers of a rehearsal who answer on the page that their text leads to."""

import re
from collections.abc import Iterable
from typing import Any, Final

from tools.local import Local
from tools.rehearsed_http import CastError, page
from tools.scenario import Form

ITEMS: Final = ("timeliness", "quality", "attitude")
_LINK: Final = re.compile(r"https?://[^\s/]+(/f/[\w~.-]+)")
_HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def fill_in(local: Local, texts: Iterable[str], form: Form, device: str) -> None:
    """Open the last link in `texts` and send its form; CastError where that does not work."""
    links = [found[1] for text in texts if (found := _LINK.search(text))]
    if not links:
        raise CastError("no text has a link to a form")
    hidden: dict[str, Any] = dict(_HIDDEN.findall(page(local.service_url, links[-1], agent=device)))
    grades = dict(zip(ITEMS, form.letters, strict=True))
    page(local.service_url, links[-1], {**hidden, **grades, "comment": ""}, agent=device)
