"""What a caller of supervision hears whose phone the service rings to connect him (DESIGN 3)."""

from typing import Final

from chalicelib.core.ivr_documents import Ask, Document, End, Line, Ring

CONNECTS: Final = "1"
"""The key that shows that the caller is there: no customer is connected with a mailbox."""

RING_SECONDS: Final = 30
"""So long a customer's phone rings: time to get there from another room."""


def asked() -> Document:
    """To the caller, before his customer is rung."""
    return Document((Line("bridge.ask"),), Ask("go", 1, farewell=(Line("bridge.silent"),)))


def connected(customer: str) -> Document:
    """The customer is rung; afterwards the caller is asked to note what was said."""
    ring = Ring((customer,), RING_SECONDS, farewell=(Line("bridge.note"),), tells="over")
    return Document((), ring)


def not_connected() -> Document:
    """The caller pressed another key, or the call is over and done with."""
    return Document((Line("bridge.silent"),), End())
