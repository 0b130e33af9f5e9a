"""The entry point for WSGI servers: `gunicorn bitbylaw.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
application = get_wsgi_application()
