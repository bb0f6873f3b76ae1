"""The routing table: who answers which address and what runs on which schedule."""

import logging
from collections.abc import Callable

from chalice.app import Chalice, CloudWatchEvent, Rate, Request, Response

from chalicelib import logs, ticks, wiring
from chalicelib.web import api, pages, sms, voice
from chalicelib.web.twilio_dialect import UnsignedError

app = Chalice(app_name="huifang")
app.register_blueprint(api.blueprint(wiring.services))
app.register_blueprint(sms.blueprint(wiring.services))
app.register_blueprint(voice.blueprint(wiring.services))
app.register_blueprint(pages.blueprint(wiring.services))
logs.configure()

log = logging.getLogger("huifang")


@app.middleware("http")
def refuse_kindly(request: Request, respond: Callable[[Request], Response]) -> Response:
    """Every refusal in one form; what we did not foresee is logged and says nothing of itself."""
    try:
        response = respond(request)
    except UnsignedError as error:
        log.warning("unsigned request refused", extra={"why": str(error)})
        return Response("", status_code=403, headers={"Content-Type": "text/plain"})
    except api.ApiError as error:
        return api.refusal(error)
    return api.retold(response)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def dispatch(event: CloudWatchEvent) -> None:
    """Send what is due; pages of danger must not wait behind a few hundred invitations."""
    services = wiring.services()
    now = services.now()
    services.effects.run(now)
    services.duty_calls.run(now)
    services.surveys.run(now)
    services.recordings.run(now)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def watch(event: CloudWatchEvent) -> None:
    """Page the next duty phone, mail what was not done in time and what somebody has to know."""
    services = wiring.services()
    now = services.now()
    services.watching.run(now)
    services.received_cases.run(now)
    services.month_alarms.run(now)
    services.rulebook_watch.run(now)


@app.schedule(Rate(15, unit=Rate.MINUTES))
def draw(event: CloudWatchEvent) -> None:
    """Draw what calls are due, and look after those made: re-calls, amendments of late ones."""
    services = wiring.services()
    services.drawing.run(services.now())
    services.recalls.run(services.now())
    services.late_outcomes.run(services.now())


@app.schedule(Rate(15, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    """Take in what the provider's lists have and we lack, daily and before each close."""
    services = wiring.services()
    services.sweeping.run(services.now())


@app.schedule(Rate(15, unit=Rate.MINUTES))
def close(event: CloudWatchEvent) -> None:
    """Close every month whose time has come, look at it once more a day later, propose what came
    after it; HR's payroll of issued months, the week's digest."""
    services, has_time = wiring.services(), ticks.within()
    now = services.now()
    if not services.sweeping.is_awaited(now):
        services.closing.run(now, has_time)
    services.audit.run(now, has_time)
    services.late_forms.run(now)
    services.payrolls.run(now)
    services.digests.run(now)
