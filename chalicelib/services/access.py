"""Who is calling: bearer tokens and their scopes."""

import hmac
from hashlib import sha256
from typing import Protocol

from chalicelib.core.people import SCOPES, ApiToken


class Tokens(Protocol):
    def token(self, sha256_hex: str) -> ApiToken | None: ...


class Access:
    """Finds what a bearer token may do."""

    def __init__(self, tokens: Tokens, local_token: str = "") -> None:
        """`local_token` has every scope and exists on a developer's machine only."""
        self._tokens = tokens
        self._local_token = local_token

    def of(self, authorization: str | None) -> ApiToken | None:
        """The token of an Authorization header, None for none or an unknown one."""
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        digest = sha256(secret.encode("utf-8", errors="replace")).hexdigest()
        local = sha256(self._local_token.encode()).hexdigest()
        if self._local_token and hmac.compare_digest(digest, local):
            return ApiToken(digest, SCOPES)
        return self._tokens.token(digest)
