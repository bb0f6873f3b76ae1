"""What a customer writes to his case: kept whole, in parts that fit into a row."""

from typing import Final

from chalicelib.core.case_steps import Act, Step

PART: Final = 20_000
"""Characters of one part: at most 80 kB in UTF-8, where a row ends at 400 kB."""

MOST_PARTS: Final = 10
"""Parts of one message: a small book, and well within one transaction."""

LONGEST: Final = PART * MOST_PARTS

MESSAGE: Final = "message"


def parts(text: str) -> list[str]:
    """The text in parts, nothing left out: joined they are the text. "" has one part."""
    return [text[at : at + PART] for at in range(0, len(text), PART)] or [""]


def messages(step: Step, text: str, act: Act) -> Step:
    """The step with what the customer wrote as one more event for each part; "" adds none."""
    for part in parts(text) if text else ():
        step = step.then(MESSAGE, act, {"text": part})
    return step
