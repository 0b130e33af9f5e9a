"""The entry point for ASGI servers; WSGI is twice as fast here (docs/operators.md)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
application = get_asgi_application()
