"""The links in texts about visits: made when a text is worded, and stored nowhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.core import links
from chalicelib.core.links import SurveyToken
from chalicelib.core.visits import Said


@dataclass(frozen=True, slots=True)
class SurveyLinks:
    """Makes the link of a visit and number, the same each time; `key` gives the secret for it."""

    public_base_url: str
    key: Callable[[], str]

    def secret(self, visit_id: str, number: str) -> str:
        """The secret of the link in texts to `number` (E.164) about the visit."""
        return links.text_secret(self.key().encode(), visit_id, number)

    def is_of(self, token: SurveyToken, number: str) -> bool:
        """Whether this link stood in a text to `number`."""
        mine = self.secret(token.visit_id, number)
        return links.is_one_of(links.hashed(token.secret), [links.hashed(mine)])

    def spelled(self, said: Said, number: str) -> Said:
        """A text to `number` with its link in full; one without a link as it is."""
        visit_id = said.values.get("link")
        if visit_id is None:
            return said
        token = links.survey_token(visit_id, self.secret(visit_id, number))
        return replace(said, values={**said.values, "link": f"{self.public_base_url}/f/{token}"})
