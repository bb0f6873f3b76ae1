"""Twilio's webhooks for texts."""

from chalice.app import Blueprint, Request, Response

from chalicelib.web import twilio_dialect as twilio
from chalicelib.web.provided import Provide, Services


def blueprint(provide: Provide) -> Blueprint:
    """POST /twilio/sms and /twilio/status/<id>."""
    routes = Blueprint(__name__)

    @routes.route("/twilio/sms", methods=["POST"], content_types=[twilio.FORM])
    def receive_text() -> Response:
        services = provide()
        account = services.account()
        form = _verified(services, account, routes.current_request, "/twilio/sms")
        text = twilio.incoming_text(form, account)
        return _xml(services.texts.receive(text, services.now(), twilio.answer))

    @routes.route("/twilio/status/{text_id}", methods=["POST"], content_types=[twilio.FORM])
    def receive_status(text_id: str) -> Response:
        services = provide()
        path = f"/twilio/status/{text_id}"
        form = _verified(services, services.account(), routes.current_request, path)
        status = twilio.delivery_status(form)
        services.deliveries.note(text_id, status.sid, status.status, status.code, services.now())
        return _xml(twilio.NOTHING_TO_SAY)

    return routes


def _verified(
    services: Services, account: twilio.Account, request: Request, path: str
) -> twilio.Parameters:
    signature = twilio.header(request.headers, twilio.SIGNATURE)
    url = services.public_base_url + path
    body = request.raw_body
    raw = body if isinstance(body, bytes) else body.encode()
    return twilio.verified(url, raw, signature, account)


def _xml(body: str) -> Response:
    return Response(body, headers={"Content-Type": "text/xml"})
