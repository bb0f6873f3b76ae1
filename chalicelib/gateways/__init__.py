"""The outside world: the only importers of twilio.rest and boto3, inside functions."""
