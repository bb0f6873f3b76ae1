"""Every text a person reads, from the gettext catalogues in `locales/`, in Chinese or English."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

LOCALES: Final = {"zh": "zh_CN", "en": "en"}
"""Language of a customer or reader → catalogue folder."""

DOMAINS: Final = ("sms", "assessment", "mail")
"""One catalogue per kind of text; a message id stands in exactly one of them."""

FOLDER: Final = Path(__file__).parent / "locales"

Say = Callable[..., str]
"""say("echo", grades="A B A") → the sentence in one language."""


class MissingTextError(LookupError):
    """A message id has no entry in the catalogues of a language."""


@cache
def _entries(language: str) -> dict[str, str]:
    folders = [FOLDER / LOCALES[language] / "LC_MESSAGES" / f"{domain}.mo" for domain in DOMAINS]
    found: dict[str, str] = {}
    for path in folders:
        with path.open("rb") as file:
            found |= gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return found


@cache
def translator(language: str) -> Say:
    """The texts of `language` ("zh" or "en"): message id and named values → sentence.

    An unknown id raises MissingTextError: a page never shows an id to a person.
    """

    def say(message_id: str, /, **values: object) -> str:
        text = _entries(language).get(message_id)
        if not text:
            raise MissingTextError(f"{message_id} has no {language} text")
        return text.format(**values)

    return say
