"""Django REST, which loads what it finds installed: colours for pages that are off here, a client, YAML. 6 MB.

Whoever may be the first to load pages imports this before them.
"""

import sys
from importlib import import_module

UNUSED = ("pygments", "requests", "yaml")

_hidden = [name for name in UNUSED if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]  # as if they were not installed
try:
    import_module("rest_framework.compat")
finally:
    for _name in _hidden:
        del sys.modules[_name]
