"""The parts of the wiring, each resting on the one before: base, cases, customers, months,
verification."""
