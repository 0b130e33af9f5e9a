"""The entry point for WSGI servers: `gunicorn bitbylaw.wsgi`."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bitbylaw import loading
from bitbylaw.plain_structlog import structlog
from bitbylaw.version import VERSION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
loading.begin()
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # all pages now: the first webhook does not wait for them
loading.end_and_stay()
structlog.get_logger("syncapp.process").info("web.started", version=VERSION)
