"""Use cases: load, let core decide, save, carry out effects."""
