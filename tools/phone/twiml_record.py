"""The verb Record: what somebody says after the beep, and whether it is kept.

After its reference page: a recording ends with a key of `finishOnKey` (any, unless told otherwise),
after `timeout` seconds of silence (5; 0 is never), at `maxLength`, or when the person hangs up.
Then the action is asked for with what was recorded, `Digits` being the key or "hangup". Silence at
both ends is trimmed off: the RecordingDuration of the action is the one before trimming, that of
the callback the one after. What is shorter than a second is absent. A recording of silence is kept
whole and told like any other; an account that drops silent ones (`drops_silence`, or the fault
`absent`) keeps none, asks no action and goes on with the next verb, as Twilio's older documentation
has it for all.
"""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from tools.phone.call_result import Heard
from tools.phone.recordings import SILENT, TOO_SHORT, Recording, read_subscription
from tools.phone.twiml_walk import HUNG_UP, Ask, CallEndedError, Leg

ANY_KEY: Final = "1234567890*#"
MAX_LENGTH_S: Final = "3600"


@dataclass
class Tape:
    """What is recorded: seconds so far, where speech began and ended, and what ended it."""

    longest: int
    patience: int
    length: int = 0
    speech_from: int | None = None
    speech_to: int = 0
    key: str = ""
    is_over: bool = False
    hung_up: bool = False

    def speak(self, seconds: int) -> None:
        if self.speech_from is None and seconds:
            self.speech_from = self.length
        self._run(seconds)
        self.speech_to = self.length

    def be_silent(self, seconds: int | None = None) -> None:
        """For these seconds, or until the patience with silence is at its end."""
        left = self.speech_to + self.patience - self.length if self.patience else self.longest
        if seconds is not None and seconds < left:
            self._run(seconds)
        else:
            self._run(left)
            self.is_over = True

    def _run(self, seconds: int) -> None:
        self.length = min(self.longest, self.length + seconds)
        self.is_over = self.is_over or self.length == self.longest

    @property
    def is_silent(self) -> bool:
        return self.speech_from is None

    def kept(self, *, trims: bool) -> int:
        """Seconds of the file: a recording of nothing but silence is left as it is."""
        if self.speech_from is None or not trims:
            return self.length
        return self.speech_to - self.speech_from


def record(leg: Leg, verb: Element) -> Ask | None:
    """Beep and record; what follows is the action."""
    told = read_subscription(verb.attrib, leg.resolve)
    recordings = leg.network.recordings
    recording = recordings.start(leg.call, "RecordVerb", told)
    leg.result.recordings.append(recording.sid)
    _beep(leg, verb)
    tape = _run(leg, verb)
    leg.spend(tape.length)
    drops = _drops(leg, verb, tape, recording)
    seconds = tape.kept(trims=verb.get("trim", "trim-silence") == "trim-silence")
    why_absent = TOO_SHORT if seconds < 1 else SILENT if drops else None
    recordings.stop(recording, seconds, told, why_absent)
    sent = {} if drops else _sent(recording, tape)
    if tape.hung_up:
        leg.leave("Record", sent)
        if sent:
            leg.ask_unheard(leg.following(verb, sent))
        raise CallEndedError(HUNG_UP)
    return leg.following(verb, sent) if sent else None


def _beep(leg: Leg, verb: Element) -> None:
    asked = {
        "finish_on_key": verb.get("finishOnKey", ANY_KEY),
        "timeout": int(verb.get("timeout", "5")),
        "seconds": int(verb.get("maxLength", MAX_LENGTH_S)),
        "action": verb.get("action"),
    }
    beep = "(beep)" if verb.get("playBeep", "true") == "true" else ""
    leg.note(Heard(leg.result.documents, "Record", beep, asked=asked))


def _run(leg: Leg, verb: Element) -> Tape:
    """Let the person speak, be silent, press a key or hang up, until the tape is full of it."""
    tape = Tape(int(verb.get("maxLength", MAX_LENGTH_S)), int(verb.get("timeout", "5")))
    while not tape.is_over and not tape.hung_up:
        _do(leg, verb, tape)
    return tape


def _do(leg: Leg, verb: Element, tape: Tape) -> None:
    act = leg.script.next
    if act is None or act.kind == "hangup":
        tape.hung_up = True
    elif act.kind == "speak":
        leg.script.take()
        leg.did(act.text, "Record")
        tape.speak(act.count or 0)
    elif act.kind == "wait":
        leg.script.take()
        leg.did(act.text, "Record")
        tape.be_silent(act.count)
    elif act.kind == "keys" and (keys := _finishing(act.keys, verb)):
        leg.script.take()
        leg.did(act.text, "Record", {"Digits": keys[0]}, keys[1:])
        tape.key, tape.is_over = keys[0], True
    else:
        leg.script.stay_silent()
        tape.be_silent()


def _drops(leg: Leg, verb: Element, tape: Tape, recording: Recording) -> bool:
    """Whether Twilio takes a recording for empty, and acts as if there had been none."""
    if not tape.is_silent or verb.get("trim") == "do-not-trim":
        return False
    return leg.network.drops_silence or leg.network.recordings.lost(recording) is not None


def _finishing(pressed: str, verb: Element) -> str:
    """The keys from the one on that ends the recording."""
    ends = verb.get("finishOnKey", ANY_KEY)
    found = [index for index, key in enumerate(pressed) if key in ends]
    return pressed[found[0] :] if found else ""


def _sent(recording: Recording, tape: Tape) -> dict[str, str]:
    return {
        "Digits": "hangup" if tape.hung_up else tape.key,
        "RecordingDuration": str(tape.length),
        "RecordingSid": recording.sid,
        "RecordingUrl": recording.url,
    }
