"""Workers that are killed at a chosen moment, and the look at what became of it. See `tests/e2e/test_crashes.py`."""
