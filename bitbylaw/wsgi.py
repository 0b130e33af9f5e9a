"""The entry point for WSGI servers: `gunicorn bitbylaw.wsgi`."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bitbylaw.plain_structlog import structlog
from bitbylaw.version import VERSION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitbylaw.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # all pages now: the first webhook does not wait for them
gc.collect()
gc.freeze()  # what is loaded stays: to look through all of it for garbage took a tenth of a second each time
structlog.get_logger("syncapp.process").info("web.started", version=VERSION)
