"""Pure rules: standard library and core only; no clock, randomness, environment or logging."""
