"""Twilio's webhooks for calls and their recordings."""

from chalice.app import Blueprint, Response

from chalicelib.web import voice_dialect as voice
from chalicelib.web.provided import Provide
from chalicelib.web.signed import form_of, xml
from chalicelib.web.twilio_dialect import FORM, NOTHING_TO_SAY


def blueprint(provide: Provide) -> Blueprint:
    """POST /twilio/voice, /twilio/voice/<step>/<try>, /twilio/recording, /twilio/page/<page>/<n>.

    The last speaks to a duty phone that we called; /twilio/bridge/… to a member of supervision
    whom we connect with a customer.
    """
    routes = Blueprint(__name__)

    @routes.route("/twilio/voice", methods=["POST"], content_types=[FORM])
    def begin() -> Response:
        return _answered("/twilio/voice", "start", "1")

    @routes.route("/twilio/voice/{step}/{turn}", methods=["POST"], content_types=[FORM])
    def go_on(step: str, turn: str) -> Response:
        return _answered(f"/twilio/voice/{step}/{turn}", step, turn)

    @routes.route("/twilio/recording", methods=["POST"], content_types=[FORM])
    def hear_of_recording() -> Response:
        services = provide()
        account = services.account()
        form = form_of(services, account, routes.current_request, "/twilio/recording")
        news = voice.recording_news(form)
        return xml(services.recordings.note(news, services.now(), NOTHING_TO_SAY))

    @routes.route("/twilio/page/{page}/{turn}", methods=["POST"], content_types=[FORM])
    def speak_to_duty(page: str, turn: str) -> Response:
        services = provide()
        account = services.account()
        form = form_of(services, account, routes.current_request, f"/twilio/page/{page}/{turn}")
        said = voice.duty_answer(form, page, turn)
        organisation, url = services.rules.organisation, services.public_base_url
        speaker = voice.Voice(url, account.number, organisation, root="/twilio/page")
        return xml(services.duty_calls.answer(said, services.now(), speaker.twiml))

    @routes.route(
        "/twilio/bridge/{draw}/{unit}/{rank}/{step}/{turn}", methods=["POST"], content_types=[FORM]
    )
    def connect(draw: str, unit: str, rank: str, step: str, turn: str) -> Response:
        services = provide()
        root = f"/twilio/bridge/{draw}/{unit}/{rank}"
        account = services.account()
        form = form_of(services, account, routes.current_request, f"{root}/{step}/{turn}")
        said = voice.bridged(form, voice.place(draw, unit, rank, step, turn), step)
        organisation, url = services.rules.organisation, services.public_base_url
        speaker = voice.Voice(url, account.number, organisation, root=root)
        return xml(services.bridges.answer(said, services.now(), speaker.twiml))

    def _answered(path: str, step: str, turn: str) -> Response:
        services = provide()
        account = services.account()
        form = form_of(services, account, routes.current_request, path)
        request = voice.call_request(form, account, step, turn)
        speaker = voice.Voice(services.public_base_url, account.number, services.rules.organisation)
        return xml(services.calls.receive(request, services.now(), speaker.twiml))

    return routes
