"""The services about verification: draws, calls, outcomes, voids."""

from functools import cached_property

from chalicelib.services.bridges import Bridges
from chalicelib.services.call_import import CallImport
from chalicelib.services.call_outcomes import CallOutcomes
from chalicelib.services.call_views import CallViews
from chalicelib.services.called_visits import CalledVisits
from chalicelib.services.draw_files import DrawFiles
from chalicelib.services.drawing import Drawing, Entropy
from chalicelib.services.frames import Frames
from chalicelib.services.intake import Intake
from chalicelib.services.late_outcomes import LateOutcomes
from chalicelib.services.list_acts import ListDesk
from chalicelib.services.owed_calls import OwedCalls
from chalicelib.services.recalls import Recalls
from chalicelib.services.revealing import Revealing
from chalicelib.services.signal_facts import SignalSources
from chalicelib.services.verification import VerificationDesk
from chalicelib.services.voids import VoidDesk
from chalicelib.web.voice_dialect import OVERRIDES
from chalicelib.wired.months import Months


class VerificationCalls(Months):
    """Services about draws and the calls they lead to."""

    @cached_property
    def _called_visits(self) -> CalledVisits:
        return CalledVisits(self.storage.visits, self.storage.draws)

    @cached_property
    def _call_outcomes(self) -> CallOutcomes:
        storage, intake = self.storage, Intake(self.rules, self._chance.number)
        return CallOutcomes(
            storage.visits, storage.phones, storage.effects, self.proposals, intake, self.rules
        )

    @cached_property
    def verification(self) -> VerificationDesk:
        """Takes the notes of supervision's calls."""
        return VerificationDesk(self._called_visits, self._call_outcomes, self.storage.commit)

    @cached_property
    def voids(self) -> VoidDesk:
        """Takes decisions on forms that did not hold."""
        return VoidDesk(self._called_visits, self._call_outcomes, self.storage.commit)

    @cached_property
    def call_views(self) -> CallViews:
        """Shows callers their calls."""
        return CallViews(self._called_visits, self.storage.draws, self.storage.visits)

    @cached_property
    def owed_calls(self) -> OwedCalls:
        """Works off the call list."""
        return OwedCalls(self.storage.effects, self.storage.visits)

    @cached_property
    def recalls(self) -> Recalls:
        """Chooses calls to be made once more."""
        storage = self.storage
        return Recalls(
            self._called_visits,
            storage.people,
            storage.runs,
            storage.commit,
            self.rules,
            self._chance.lease,
        )

    @cached_property
    def late_outcomes(self) -> LateOutcomes:
        """Proposes what calls said between a close and its document."""
        return LateOutcomes(self._called_visits, self.proposals, self._daily_proposals)

    @cached_property
    def call_import(self) -> CallImport:
        """Brings in filled-in workbooks."""
        return CallImport(self._called_visits, self.verification)

    @cached_property
    def bridges(self) -> Bridges:
        """Connects callers of supervision with customers."""
        storage, base = self.storage, f"{self.public_base_url}/twilio/bridge"
        return Bridges(
            self._called_visits,
            self.verification,
            storage.people,
            storage.calls,
            self._twilio_calls,
            lambda at: f"{base}/{at.draw}/{at.unit}/{at.rank}/ask/1{OVERRIDES}",
            self.rules,
        )

    @property
    def _signals(self) -> SignalSources:
        storage = self.storage
        return SignalSources(
            storage.people, storage.phones, storage.devices, storage.observations, self.rules
        )

    @cached_property
    def drawing(self) -> Drawing:
        """Draws verification calls."""
        storage = self.storage
        return Drawing(
            storage.draws,
            storage.vault,
            Frames(storage.visits, storage.people, self._signals, self.rules),
            storage.visits,
            storage.people,
            storage.effects,
            storage.runs,
            storage.incidents,
            self._draw_files,
            self._revealing.run,
            self.week_witness.weeks,
            storage.commit,
            self.rules,
            Entropy(self._chance.secret, self._chance.lease),
        )

    @property
    def _draw_files(self) -> DrawFiles:
        return DrawFiles(self.blobs, self.storage.vault)

    @property
    def _revealing(self) -> Revealing:
        storage = self.storage
        return Revealing(storage.draws, self._draw_files, storage.commit, self.rules)

    @cached_property
    def list_desk(self) -> ListDesk:
        """Takes over the lists of draws."""
        return ListDesk(self.storage.draws, self.storage.effects, self.storage.commit)
