"""Every text a person reads, from the gettext catalogues in `locales/`, in Chinese or English."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

LOCALES: Final = {"zh": "zh_CN", "en": "en"}
"""Language of a customer or reader → catalogue folder."""

DOMAINS: Final = (
    *("sms", "voice", "assessment", "mail", "months", "pages", "workbook", "notice", "calls"),
)
"""One catalogue per kind of text; a message id stands in exactly one of them."""

FOLDER: Final = Path(__file__).parent / "locales"

Say = Callable[..., str]
"""say("echo", grades="A B A") → the sentence in one language."""


class MissingTextError(LookupError):
    """A message id has no entry in the catalogues of a language."""


@cache
def _catalogue(language: str, domain: str) -> gettext.NullTranslations:
    """One compiled catalogue, opened when first asked: an SMS reply does not load the mails."""
    return gettext.translation(domain, FOLDER, [LOCALES[language]])


def _sentence(language: str, message_id: str) -> str:
    for domain in DOMAINS:
        found = _catalogue(language, domain).gettext(message_id)
        if found != message_id:
            return found
    raise MissingTextError(f"{message_id} has no {language} text")


@cache
def translator(language: str) -> Say:
    """The texts of `language` ("zh" or "en"): message id and named values → sentence.

    An unknown id raises MissingTextError: a page never shows an id to a person. A value that the
    sentence needs and does not get raises KeyError; a catalogue not compiled FileNotFoundError.
    """

    def say(message_id: str, /, **values: object) -> str:
        return _sentence(language, message_id).format(**values)

    return say
