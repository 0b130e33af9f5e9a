"""The entry point for WSGI servers: `gunicorn bitbylaw.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from bitbylaw.plain_structlog import structlog
from bitbylaw.version import VERSION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
application = get_wsgi_application()
structlog.get_logger("syncapp.process").info("web.started", version=VERSION)
