"""Twilio's webhooks for texts."""

from chalice.app import Blueprint, Response

from chalicelib.web import twilio_dialect as twilio
from chalicelib.web.provided import Provide
from chalicelib.web.signed import form_of, xml


def blueprint(provide: Provide) -> Blueprint:
    """POST /twilio/sms and /twilio/status/<id>."""
    routes = Blueprint(__name__)

    @routes.route("/twilio/sms", methods=["POST"], content_types=[twilio.FORM])
    def receive_text() -> Response:
        services = provide()
        account = services.account()
        form = form_of(services, account, routes.current_request, "/twilio/sms")
        text = twilio.incoming_text(form, account)
        return xml(services.texts.receive(text, services.now(), twilio.answer))

    @routes.route("/twilio/status/{text_id}", methods=["POST"], content_types=[twilio.FORM])
    def receive_status(text_id: str) -> Response:
        services = provide()
        path = f"/twilio/status/{text_id}"
        form = form_of(services, services.account(), routes.current_request, path)
        status = twilio.delivery_status(form)
        services.deliveries.note(text_id, status.sid, status.status, status.code, services.now())
        return xml(twilio.NOTHING_TO_SAY)

    return routes
