"""HTTP: the Twilio dialect and the API."""
