"""What pages stand on loads what it finds installed: Django REST a client, YAML, and colours for pages that are off
here, it and the theme what PostgreSQL has of fields. None of it is used: 14 MB, and a third of the start of `check`.

Whoever may be the first to load pages, or the tags of their templates, imports this before.
"""

import sys
from importlib import import_module

LOADERS = ("rest_framework.compat", "unfold.overrides")
UNUSED = ("django.contrib.postgres.fields", "pygments", "requests", "yaml")

_hidden = [name for name in UNUSED if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]  # as if they were not installed
try:
    for _name in LOADERS:
        import_module(_name)
finally:
    for _name in _hidden:
        del sys.modules[_name]
