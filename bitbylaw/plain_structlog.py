"""structlog, which loads all of rich where it finds it, to draw tracebacks with; our log draws none.

Whoever may be the first of a process to import structlog imports it from here.
"""

import sys

if "structlog" in sys.modules or "rich" in sys.modules:
    import structlog as structlog
else:
    sys.modules["rich"] = None  # type: ignore[assignment]  # as if it were not installed
    try:
        import structlog as structlog
    finally:
        del sys.modules["rich"]
