"""A webhook of the provider: its form once the signature is believed, and our answer to it."""

from chalice.app import Request, Response

from chalicelib.web import twilio_dialect as twilio
from chalicelib.web.provided import Services


def form_of(
    services: Services, account: twilio.Account, request: Request, path: str
) -> twilio.Parameters:
    """The parameters of a request to `path`; UnsignedError unless it is proved to be ours."""
    signature = twilio.header(request.headers, twilio.SIGNATURE)
    url = services.public_base_url + path
    body = request.raw_body
    raw = body if isinstance(body, bytes) else body.encode()
    return twilio.verified(url, raw, signature, account)


def xml(body: str) -> Response:
    """An answer in TwiML."""
    return Response(body, headers={"Content-Type": "text/xml"})
