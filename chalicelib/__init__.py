"""Huifang: surveys, complaints, verification calls and monthly assessments."""
