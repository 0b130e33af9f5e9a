"""Measurements, not tests: `python -m tests.benchmarks --help`. How to read them: docs/benchmarks.md."""
