"""Danger in what a customer writes, whatever the channel (DESIGN 6)."""

from chalicelib.core import replies
from chalicelib.core import reply_keywords as keywords
from chalicelib.core import reply_words as words


def danger_in(text: str) -> str:
    """ "page" for a phrase of danger, "mark" for a lone or a negated one, else "".

    >>> danger_in("厨房漏气了"), danger_in("The gas bill came"), danger_in("late again")
    ('page', 'mark', '')
    """
    return keywords.danger(replies.clean(text).translate(words.SIMPLER))
