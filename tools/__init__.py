"""Local programs, never deployed: python -m tools COMMAND."""
