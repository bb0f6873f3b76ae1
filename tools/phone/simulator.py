"""The simulator as one object: what its HTTP interface does, callable from Python too.

clock = Clock(Path("var/now"), start=datetime(2026, 5, 1, tzinfo=UTC))
simulator = Simulator(account, clock, Random(7), mail_folder=Path("var/mail"))
running = serve_simulator(simulator)              # running.url is TWILIO_API_BASE
...                                               # the service starts
clock.attach(Schedule("dispatch", every(1, due), run), ...)
simulator.connect(Service(public_url, address))
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from tools.phone.account import Account, Service, Sids
from tools.phone.answering import Answering, Pickup
from tools.phone.call_rest import CallRest
from tools.phone.call_result import CallResult
from tools.phone.calling import Calling
from tools.phone.calls import Calls
from tools.phone.carrier import Carrier
from tools.phone.clock import Clock, Moved, Schedule
from tools.phone.deliveries import Deliveries, Mode
from tools.phone.faults import Faults
from tools.phone.handsets import Handsets
from tools.phone.message_rest import MessageRest
from tools.phone.messages import Message, Messages
from tools.phone.recording_rest import RecordingRest
from tools.phone.recordings import Recordings
from tools.phone.rest_answers import Routes
from tools.phone.script import read_script
from tools.phone.texting import Texted, Texting
from tools.phone.twilio_rest import TwilioRest
from tools.phone.twiml_walk import Network
from tools.phone.webhooks import Webhooks


class Simulator:
    """Twilio, its handsets and the mailbox around one account and one clock."""

    def __init__(
        self,
        account: Account,
        clock: Clock,
        random: Random,
        *,
        mail_folder: Path | None = None,
        callbacks: Mode = "threaded",
        keeps_opt_outs: bool = False,
        drops_silence: bool = False,
    ) -> None:
        """`random` gives the SIDs and tokens: the same seed, the same ones in the same order.

        `callbacks`: `threaded` as Twilio does it, `inline` where a run must be the same each time.
        `keeps_opt_outs`: Twilio itself handles STOP, START and HELP. `drops_silence`: it keeps no
        silent recordings (`twiml_record.py`).
        """
        self.account = account
        self.clock = clock
        self.mail_folder = mail_folder
        self.faults = Faults()
        self.handsets = Handsets()
        self.answering = Answering()
        sids = Sids(random)
        self.messages, self.calls = Messages(sids), Calls(sids)
        self._deliveries = Deliveries(clock.now, callbacks)
        self.webhooks = Webhooks(account, self.faults, self._deliveries, clock.now, random)
        self.recordings = Recordings(
            account, sids, self.webhooks, self._deliveries, self.faults, clock.now
        )
        carrier = Carrier(
            account, self.handsets, self.messages, self.webhooks, self._deliveries, clock.now
        )
        network = Network(
            account=account,
            webhooks=self.webhooks,
            deliveries=self._deliveries,
            calls=self.calls,
            recordings=self.recordings,
            answering=self.answering,
            now=clock.now,
            drops_silence=drops_silence,
        )
        self._texting, self._calling = Texting(carrier, keeps_opt_outs), Calling(network)
        self.rest = TwilioRest(account, self.faults, self._routes(carrier))
        clock.attach(Schedule("deliveries", self._deliveries.next_after, self._settle_at))
        clock.settle_with(self.settle)

    def _routes(self, carrier: Carrier) -> Routes:
        return (
            *MessageRest(self.account, carrier).routes(),
            *CallRest(self.account, self.calls, self._calling).routes(),
            *RecordingRest(self.account, self.recordings).routes(),
        )

    def connect(self, service: Service) -> None:
        """Tell the simulator where the service is; before it no text can be sent."""
        self.webhooks.service = service

    def text(self, number: str, text: str, extra: Mapping[str, str] | None = None) -> Texted:
        """A handset texts the service; NotConnectedError where there is none yet."""
        texted = self._texting.text(number, text, extra or {})
        self.settle()
        return texted

    def call(
        self, number: str, script: Sequence[str], extra: Mapping[str, str] | None = None
    ) -> CallResult:
        """A handset, "anonymous" or a SIP address calls the service and does what `script` says.

        ScriptError where that can't be understood, NotConnectedError where there is no service yet.
        """
        result = self._calling.call(number, read_script(script), extra or {})
        self.settle()
        return result

    def answer(self, number: str, *pickups: Pickup) -> None:
        """How a handset takes the next calls to it, one each, the last for all that follow."""
        self.answering.put(number, pickups)

    def calls_of(self, number: str) -> Sequence[CallResult]:
        """What each call from and to a handset was like, oldest first, with all those due made."""
        self.settle()
        return self.calls.with_handset(number)

    def thread(self, number: str) -> Sequence[Message]:
        """All messages from and to a handset, oldest first, with all statuses due."""
        self.settle()
        return self.messages.with_number(number)

    def move(self, to: datetime) -> Moved:
        """Move the clock through every due instant; ClockError where `to` is in the past."""
        return self.clock.move(to)

    def settle(self) -> None:
        """Return when every status and late webhook due by now has been told."""
        self._deliveries.settle()

    def close(self) -> None:
        """End the worker of the callbacks."""
        self._deliveries.close()

    def _settle_at(self, _: datetime) -> None:
        self.settle()
