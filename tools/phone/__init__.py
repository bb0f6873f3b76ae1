"""The phone simulator: Twilio's side of the wire, the handsets behind it, and the clock.

It knows the service by its URL, account, token and number only, and the service knows it by
`TWILIO_API_BASE` only.
"""
