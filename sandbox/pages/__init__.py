"""Pages for people: look at the systems, change something as a colleague would, set faults by hand."""

from sandbox.pages.site import Pages

__all__ = ["Pages"]
