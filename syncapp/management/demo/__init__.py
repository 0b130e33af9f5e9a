"""The parts of `manage.py demo`: a small law firm, the hub at work for it, and a look at what came of it."""
