"""The errors of saving, which core names so that services know them without knowing the store."""

from chalicelib.core.saving import AlreadyThere, Busy, Stale, StoreError

__all__ = ["AlreadyThere", "Busy", "Stale", "StoreError"]
